#include "replay/ledger/schema.h"

namespace trafrec::ledger {

const char* const kLedgerSchema = R"sql(
CREATE TABLE run(
  one INTEGER PRIMARY KEY CHECK(one = 1), epoch INTEGER NOT NULL, commits INTEGER NOT NULL,
  position_ns INTEGER, position_attempt INTEGER, position_number INTEGER);
CREATE TABLE fact(
  section TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY(section, name)) WITHOUT ROWID;
CREATE TABLE attempt(
  key INTEGER PRIMARY KEY, recorder TEXT NOT NULL, number INTEGER NOT NULL,
  UNIQUE(recorder, number));
CREATE TABLE intent(
  attempt INTEGER, number INTEGER, item INTEGER, tries INTEGER NOT NULL,
  conditional INTEGER NOT NULL, seq_no INTEGER, primary_term INTEGER,
  PRIMARY KEY(attempt, number, item)) WITHOUT ROWID;
CREATE TABLE outcome(
  attempt INTEGER, number INTEGER, item INTEGER, tries INTEGER NOT NULL, status INTEGER NOT NULL,
  fate TEXT NOT NULL, as_source INTEGER NOT NULL, result INTEGER NOT NULL, why TEXT,
  PRIMARY KEY(attempt, number, item)) WITHOUT ROWID;
CREATE TABLE letter(
  attempt INTEGER, number INTEGER, item INTEGER, state INTEGER NOT NULL, reason TEXT NOT NULL,
  why TEXT NOT NULL, tries INTEGER NOT NULL, status INTEGER NOT NULL, source_fate TEXT NOT NULL,
  method TEXT NOT NULL, target TEXT NOT NULL, index_name TEXT NOT NULL, id TEXT NOT NULL,
  began_ns INTEGER NOT NULL, given_up_ns INTEGER NOT NULL, conditional INTEGER NOT NULL,
  seq_no INTEGER, primary_term INTEGER, blocked_attempt INTEGER, blocked_number INTEGER,
  blocked_item INTEGER, PRIMARY KEY(attempt, number, item)) WITHOUT ROWID;
CREATE INDEX letter_order ON letter(began_ns, attempt, number, item);
CREATE TABLE done(
  attempt INTEGER, page INTEGER, bits BLOB NOT NULL, PRIMARY KEY(attempt, page)) WITHOUT ROWID;
CREATE TABLE written(
  index_name TEXT, source_seq_no INTEGER, source_term INTEGER, id TEXT,
  target_seq_no INTEGER NOT NULL, target_term INTEGER NOT NULL,
  PRIMARY KEY(index_name, source_seq_no, source_term, id)) WITHOUT ROWID;
CREATE TABLE context(source_id TEXT PRIMARY KEY, target_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mark(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)sql";

const std::array<const char*, kLedgerVersion - 1> kLedgerAdditions = {
    R"sql(
CREATE TABLE index_count(
  target TEXT, index_name TEXT, at_start INTEGER NOT NULL, emptied INTEGER NOT NULL,
  created INTEGER NOT NULL, deleted INTEGER NOT NULL, unclear INTEGER NOT NULL,
  PRIMARY KEY(target, index_name)) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE passed_over(
  attempt INTEGER, number INTEGER, began_ns INTEGER NOT NULL, items TEXT NOT NULL,
  PRIMARY KEY(attempt, number)) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE taken(
  from_ns INTEGER PRIMARY KEY, until_ns INTEGER NOT NULL, epoch INTEGER NOT NULL,
  commits INTEGER NOT NULL, position_ns INTEGER, position_attempt INTEGER,
  position_number INTEGER);
INSERT INTO taken SELECT -9223372036854775807 - 1, 9223372036854775807, epoch, commits,
  position_ns, position_attempt, position_number FROM run;
ALTER TABLE run DROP COLUMN commits;
ALTER TABLE run DROP COLUMN position_ns;
ALTER TABLE run DROP COLUMN position_attempt;
ALTER TABLE run DROP COLUMN position_number;
)sql",
    R"sql(
ALTER TABLE index_count ADD COLUMN assumed INTEGER NOT NULL DEFAULT 0;
)sql"};

}  // namespace trafrec::ledger
