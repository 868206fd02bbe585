#include "store/format/segment_schema.h"

namespace trafrec::store {

const char* const kSegmentSchema = R"sql(
CREATE TABLE attempt(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE frame(
  id INTEGER PRIMARY KEY, first_ns INTEGER, last_ns INTEGER, entries INTEGER, raw_bytes INTEGER,
  data BLOB);
CREATE TABLE connection(
  number INTEGER PRIMARY KEY, client_address TEXT, client_port INTEGER, server_address TEXT,
  server_port INTEGER, client_isn INTEGER, server_isn INTEGER, interface TEXT, encapsulation TEXT,
  opened_ns INTEGER, closed_ns INTEGER, handshake_ns INTEGER, close_cause INTEGER,
  protocol INTEGER, client_fin_ns INTEGER, client_fin_seq INTEGER, client_rst_ns INTEGER,
  client_rst_seq INTEGER, client_payload_bytes INTEGER, client_gap_bytes INTEGER,
  server_fin_ns INTEGER, server_fin_seq INTEGER, server_rst_ns INTEGER, server_rst_seq INTEGER,
  server_payload_bytes INTEGER, server_gap_bytes INTEGER, flags INTEGER, frame INTEGER,
  entry INTEGER);
CREATE TABLE text(id INTEGER PRIMARY KEY, bytes BLOB);
CREATE TABLE exchange(
  n INTEGER PRIMARY KEY, connection INTEGER, began_ns INTEGER, latency_ns INTEGER, method TEXT,
  target INTEGER, host INTEGER, status INTEGER, flags INTEGER, parts INTEGER, frame INTEGER,
  entry INTEGER);
CREATE TABLE message(
  id INTEGER PRIMARY KEY, frame INTEGER, entry INTEGER, span_ns INTEGER, head_bytes INTEGER,
  body_bytes INTEGER, extents INTEGER, flags INTEGER, first_seq INTEGER);
CREATE TABLE facts(message INTEGER PRIMARY KEY, frame INTEGER, entry INTEGER);
CREATE TABLE extent(
  message INTEGER, idx INTEGER, frame INTEGER, entry INTEGER, bytes INTEGER,
  PRIMARY KEY(message, idx)) WITHOUT ROWID;
CREATE TABLE gap(
  message INTEGER, idx INTEGER, part INTEGER, body_offset INTEGER, flow_offset INTEGER,
  length INTEGER, revealed_ns INTEGER, cause INTEGER, PRIMARY KEY(message, idx)) WITHOUT ROWID;
CREATE TABLE interim(
  exchange INTEGER, idx INTEGER, at_ns INTEGER, status INTEGER,
  PRIMARY KEY(exchange, idx)) WITHOUT ROWID;
CREATE TABLE loss(
  id INTEGER PRIMARY KEY, cause INTEGER, recorder TEXT, from_ns INTEGER, until_ns INTEGER,
  connection INTEGER, packets INTEGER, bytes INTEGER, exact INTEGER, of_bytes INTEGER,
  frame INTEGER, entry INTEGER);
CREATE TABLE recipient(key TEXT PRIMARY KEY, sealed BLOB) WITHOUT ROWID;
CREATE TABLE mark(name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
CREATE TABLE counter(name TEXT PRIMARY KEY, part_of TEXT, value INTEGER) WITHOUT ROWID;
CREATE TABLE clock_offset(
  at_ns INTEGER, reference TEXT, offset_ns INTEGER, uncertainty_ns INTEGER);
CREATE TABLE watermark(
  at_ns INTEGER, requests_through INTEGER, answers_through INTEGER, hold TEXT);
CREATE INDEX exchange_continued ON exchange(n) WHERE parts >= 4;
CREATE VIEW exchanges AS
SELECT
  e.n AS n,
  e.began_ns AS time_ns,
  strftime('%Y-%m-%dT%H:%M:%S', e.began_ns / 1000000000, 'unixepoch')
    || printf('.%09dZ', e.began_ns % 1000000000) AS time,
  e.method AS method,
  CAST(t.bytes AS TEXT) AS target,
  CAST(h.bytes AS TEXT) AS host,
  e.status AS status,
  e.latency_ns AS latency_ns,
  q.body_bytes AS request_bytes,
  a.body_bytes AS response_bytes,
  CASE WHEN instr(c.client_address, ':') THEN '[' || c.client_address || ']'
    ELSE c.client_address END || ':' || c.client_port AS client,
  CASE WHEN instr(c.server_address, ':') THEN '[' || c.server_address || ']'
    ELSE c.server_address END || ':' || c.server_port AS server,
  e.connection AS connection,
  e.flags AS flags
FROM exchange e
  LEFT JOIN text t ON t.id = e.target
  LEFT JOIN text h ON h.id = e.host
  LEFT JOIN message q ON q.id = 2 * e.n
  LEFT JOIN message a ON a.id = 2 * e.n + 1
  LEFT JOIN connection c ON c.number = e.connection;
)sql";

// What segments of the first writers do not have. Readers ask whether it is there.
const char* const kSegmentAdditions = R"sql(
CREATE TABLE IF NOT EXISTS sentinel(
  exchange INTEGER PRIMARY KEY, verdict INTEGER, at_ns INTEGER, key_id TEXT, audience TEXT,
  sent_ns INTEGER, nonce TEXT, purpose TEXT, detail TEXT, frame INTEGER, entry INTEGER);
CREATE TABLE IF NOT EXISTS text_block(first INTEGER PRIMARY KEY, data BLOB);
CREATE TABLE IF NOT EXISTS result_link(
  exchange INTEGER PRIMARY KEY, source_recorder TEXT, source_attempt INTEGER,
  source_exchange INTEGER, first_item INTEGER, items INTEGER, tries INTEGER, parts INTEGER,
  target TEXT, lag_ns INTEGER, wait TEXT, wait_ns INTEGER, source_outcome TEXT,
  target_outcome TEXT, frame INTEGER, entry INTEGER);
CREATE INDEX IF NOT EXISTS result_link_source
  ON result_link(source_exchange, source_attempt, source_recorder);
)sql";

}  // namespace trafrec::store
