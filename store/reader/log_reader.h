#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/counters.h"
#include "base/error.h"
#include "store/format/clocks.h"
#include "store/format/encryption.h"
#include "store/format/records.h"
#include "store/format/result_link.h"
#include "store/format/sentinel_record.h"

namespace trafrec::store {

/// `<recorder>-<attempt>-<n>`: see store/reader/exchange_id.h.
struct ExchangeId {
  std::string recorder;
  uint32_t attempt = 0;
  ExchangeNumber number = 0;

  friend auto operator<=>(const ExchangeId&, const ExchangeId&) = default;
};

/// Where the entries of one message of an exchange are, as far as the row's segment knows. Frame 0:
/// not there.
struct MessagePlace {
  bool known = false;  ///< the segment has a row of it
  int64_t frame = 0;
  uint32_t entry = 0;
  int64_t facts_frame = 0;
  uint32_t facts_entry = 0;
  uint32_t extents = 0;
};

/// Where an exchange's entries are. Filled by Visit, Follow and Find, used by Load.
struct ExchangePlace {
  uint32_t segment = 0;
  bool continues = false;  ///< earlier segments hold parts of it
  int64_t frame = 0;
  uint32_t entry = 0;
  int64_t connection_frame = 0;
  uint32_t connection_entry = 0;
  int64_t link_frame = 0;
  uint32_t link_entry = 0;
  MessagePlace request;
  MessagePlace response;
};

/// What tells whether two recorders saw the same exchange. Nothing where it was not captured.
struct ExchangeIdentity {
  std::optional<uint32_t> client_isn;
  std::optional<uint32_t> server_isn;
  std::optional<uint32_t> request_seq;  ///< raw sequence number of the request's first byte
  std::optional<uint32_t> response_seq;
};

/// One exchange's row: all that the plain columns say. Heads and bodies are loaded by
/// LogReader::Load.
struct ExchangeRow {
  ExchangeId id;
  ConnectionNumber connection = 0;
  TimeNs began_at = 0;
  int64_t latency_ns = -1;
  bool has_request = false;
  bool has_response = false;
  uint16_t status = 0;
  std::string method;
  std::string target;
  std::string host;
  Flags flags = 0;
  uint64_t request_body_bytes = 0;
  uint64_t response_body_bytes = 0;
  Endpoint client;
  Endpoint server;
  std::optional<ResultLink> link;  ///< in the log of a replay: what it was sent for
  ExchangePlace place;
  ExchangeIdentity identity;
  Flags request_flags = 0;  ///< of the messages themselves
  Flags response_flags = 0;
  int64_t request_span_ns = 0;  ///< its first byte to its last
  /// Where several saw the exchange: the row of each sighting, in the order of their ids. The first
  /// gives its id, its time and its place to the whole.
  std::vector<ExchangeRow> sightings;

  /// How many starts of recorders saw it.
  size_t sighting_count() const;
};

struct StoredMessage {
  MessageFacts facts;
  std::string head;
  std::string body;  ///< stored bytes, holes left out; see facts.gaps
  std::string trailers;
};

/// An exchange with everything that the log holds of it, from the frames (not from the columns).
struct StoredExchange {
  ExchangeRow row;
  ConnectionRecord connection;
  std::optional<StoredMessage> request;
  std::optional<StoredMessage> response;
  std::vector<InterimResponse> interim;
};

/// What to read. Conditions are joined by AND.
struct ExchangeFilter {
  std::vector<std::string> methods{};   ///< any of them; exact, upper or lower case as on the wire
  std::vector<std::string> statuses{};  ///< any of "200", "2xx", "none"
  std::string target_regex{};           ///< RE2, searched anywhere in the target
  std::optional<TimeNs> since{};        ///< began at or after
  std::optional<TimeNs> until{};        ///< began before
  std::string
      where{};  ///< SQL over the columns of the view `exchanges`; read-only, by SQLite's authoriser
  Flags flags_any = 0;  ///< at least one of them; 0: no condition
  bool complete_only = false;
  bool incomplete_only = false;
  std::optional<uint64_t> limit{};
};

/// How far one start of a recorder has come.
struct AttemptProgress {
  std::string recorder;
  uint32_t attempt = 0;
  bool live = false;
  bool running = false;    ///< its process holds the recorder's lock
  bool finished = false;   ///< it ended in good order
  bool discarded = false;  ///< by the log's summary: no part of the log
  Marks written;
  Marks durable;  ///< what of it survives a power loss too
};

/// One start of a recorder, as the log knows it.
struct AttemptInfo : AttemptProgress {
  std::string version;
  std::string source;
  TimeNs started_at = 0;
  TimeNs ended_at = 0;  ///< 0 unless finished
  uint64_t exchanges = 0;
  uint64_t messages = 0;
  uint64_t frames = 0;
  uint64_t segments = 0;
  uint64_t results = 0;  ///< links to exchanges of a source
  uint64_t raw_bytes = 0;
  uint64_t file_bytes = 0;
  // What retention deleted; not in the figures above, but its loss rows are in `losses`, those of
  // one cause taken together.
  uint64_t deleted_segments = 0;
  uint64_t deleted_exchanges = 0;
  uint64_t deleted_bytes = 0;
  TimeNs deleted_from = 0;
  TimeNs deleted_until = 0;
  std::string deleted_why;
  // Of what only manifests are left, though nobody deleted it on purpose; in no figure above.
  uint64_t missing_segments = 0;
  uint64_t missing_exchanges = 0;
  Counters counters;
  std::vector<LossRecord> losses;
};

/// A request that claimed to be a sentinel, as one recorder saw it.
struct SentinelRow {
  ExchangeId id;
  SentinelRecord record;
};

/// What to open: a log, or copies of it that each may lack something.
struct LogSelection {
  std::vector<std::filesystem::path> folders;  ///< at least one
  std::vector<std::string> without{};          ///< recorders that nobody waits for
  Identities identities{};                     ///< open what is encrypted; null: none
};

/// The recorder that holds back the others: nobody knows yet what it saw from a time on.
struct RecorderHold {
  std::string recorder;
  uint32_t attempt = 0;
  bool running = false;
  TimeNs through = 0;         ///< every request before is known, by its own clock
  TimeNs others_through = 0;  ///< the furthest that another recorder has come, by its clock
  int64_t behind_ns = 0;      ///< so far behind that one, by one clock
};

/// What several recorders saw together.
struct MergeReport {
  uint64_t exchanges = 0;        ///< each once
  uint64_t seen_by_several = 0;  ///< of them by more than one recorder
  std::vector<ClockOffset> clocks;
  std::string clocks_not_kept;  ///< why the offsets could not be kept as rows; empty: they are
  std::optional<RecorderHold> hold;
};

/// What verify found wrong, as a sentence that names file, frame and exchange ids.
struct Damage {
  std::string file;
  std::string what;
};

struct VerifyReport {
  uint64_t segments = 0;
  uint64_t frames = 0;
  uint64_t entries = 0;
  uint64_t bytes = 0;
  uint64_t manifests = 0;
  uint64_t blocks = 0;         ///< hashed, and compared with a manifest
  uint64_t deep_segments = 0;  ///< checked frame by frame
  uint64_t deleted_segments = 0;
  uint64_t sealed_frames = 0;  ///< of frames: encrypted, so that only their checksum was compared
  std::vector<Damage> damages;
  std::vector<Damage> notes;  ///< what is worth knowing, and no damage
};

/// Exchanges for a caller that asks for one after another. Must not outlive its reader.
class ExchangeCursor {
 public:
  virtual ~ExchangeCursor() = default;
  /// The next one, or nothing at the end.
  virtual Result<std::optional<ExchangeRow>> Next() = 0;
};

/// Reads a log, also one that is being written: an open segment is read in short transactions, so
/// that the writer can always seal. Sealed segments are opened immutable. One thread per reader;
/// any number of readers.
///
/// Of several recorders' exchanges each is shown once, with all that any of them saw of it, up to
/// the least of their marks requests_through.
class LogReader {
 public:
  /// Fails if a folder does not exist, is no log, or is of a newer major version; and if two of
  /// them hold one attempt with different content. Without identities only what is clear can be
  /// read of an encrypted log.
  static Result<std::unique_ptr<LogReader>> Open(LogSelection selection);
  static Result<std::unique_ptr<LogReader>> Open(const std::filesystem::path& log,
                                                 Identities identities = nullptr) {
    return Open(LogSelection{.folders = {log}, .identities = std::move(identities)});
  }
  virtual ~LogReader() = default;

  /// What a person should know about the folders, as sentences: missing segments, different logs.
  virtual const std::vector<std::string>& notes() const = 0;

  /// Calls `visit` for each exchange that fits, in order of began_at (then id) over all recorders
  /// and attempts, until it returns false. Memory does not depend on the size of the log. An SQL
  /// error in `where` is returned with SQLite's words.
  virtual Status Visit(const ExchangeFilter& filter,
                       const std::function<bool(const ExchangeRow&)>& visit) = 0;

  /// The same exchanges in the same order, of those that began in [since, until) and perhaps some
  /// around.
  virtual Result<std::unique_ptr<ExchangeCursor>> Rows(std::optional<TimeNs> since,
                                                       std::optional<TimeNs> until) = 0;

  /// What Visit has not yet shown: exchanges that came since the last Visit or Follow of this
  /// reader, and open ones that were completed (again, with the same id). For `show --follow`; call
  /// it again and again.
  virtual Status Follow(const ExchangeFilter& filter,
                        const std::function<bool(const ExchangeRow&)>& visit) = 0;

  /// How many exchanges retention deleted before Follow came to them, since this reader's first
  /// call. Of several recorders it is a bound: what one missed, another may have shown.
  virtual uint64_t missed() const = 0;

  /// The row of an id; Error kNotFound names the nearest thing that exists (recorders, attempts,
  /// range of numbers).
  virtual Result<ExchangeRow> Find(const std::string& id) = 0;

  /// Heads, bodies and facts from the frames, checked by their checksums. `row` comes from Visit,
  /// Follow or Find of this log. Consecutive calls in Visit's order reuse frames.
  virtual Result<StoredExchange> Load(const ExchangeRow& row) = 0;

  /// The log has exchanges of more than one recorder.
  virtual Result<bool> HasSeveralRecorders() = 0;

  /// What holds back exchanges that are there already, as the last Visit, Rows or Follow
  /// found it.
  virtual const std::optional<RecorderHold>& hold() const = 0;

  /// After a Visit that came to its end: it has given all that began before. What began later may
  /// still be seen by another recorder, and comes with a later Visit. kTimeNever: nothing is held
  /// back.
  virtual TimeNs given_through() const = 0;

  /// Counts the exchanges of several recorders and compares their clocks, whose offsets are kept in
  /// the first folder. Nothing for a log of one recorder.
  virtual Result<std::optional<MergeReport>> Merged() = 0;

  /// Every attempt, with counters, marks and losses, in order of recorder and number. Counts all
  /// that the log holds: the larger it is, the longer that takes.
  virtual Result<std::vector<AttemptInfo>> Attempts() = 0;

  /// How far every attempt has come, in the same order. Reads the ends of the log alone, for those
  /// who look again and again.
  virtual Result<std::vector<AttemptProgress>> Progress() = 0;

  /// Every sentinel, counted or not, in order of time. A second recorder's sighting has a row of
  /// its own.
  virtual Result<std::vector<SentinelRow>> Sentinels() = 0;

  /// In the log of a replay: the exchanges that were sent for this one of the source's log, in
  /// order of recorder, attempt and number.
  virtual Result<std::vector<ExchangeId>> ResultsOf(const ExchangeId& source) = 0;
};

}  // namespace trafrec::store
