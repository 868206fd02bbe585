#pragma once

#include <map>
#include <string>
#include <utility>

#include "reconcile/history/facts.h"
#include "reconcile/history/history.h"
#include "reconcile/history/server_lives.h"
#include "reconcile/history/write_times.h"
#include "replay/dialect/operation.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Until when a recorder's attempt saw everything.
struct RecorderEnd {
  TimeNs at = 0;
  bool in_order = false;
};

class RecorderEnds {
 public:
  void Add(const store::AttemptInfo& attempt);
  RecorderEnd Of(const store::ExchangeId& exchange) const;

 private:
  std::map<std::pair<std::string, uint32_t>, RecorderEnd> ends_;  ///< by recorder and attempt
};

/// A request of which something is asked, with what the wire proves of it. `runs`: when it was
/// carried out, if it was.
OpenRequest OpenRequestOf(const store::StoredExchange& exchange, const dialect::Meaning& meaning,
                          const Span& runs, const RecorderEnd& ended,
                          const HistoryOptions& options);

/// What the other connections of its server, at the end of the log, say of a request.
/// `goes_on`: more of the log is to come, and may say otherwise.
void NoteLives(const ServerLives& lives, const RecorderEnd& ended, bool goes_on,
               OpenRequest& request);

/// When it was presumably carried out: as fast as the slowest write, or one of its time. A by-query
/// request may take as long as anything that was answered.
void NoteTimes(TimeNs longest_answer_ns, const WriteTimes& writes, OpenRequest& request);

}  // namespace trafrec::reconcile
