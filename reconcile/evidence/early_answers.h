#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "reconcile/history/history.h"
#include "reconcile/source/live_source.h"

namespace trafrec::reconcile {

/// What is known of a recorder's clock when the source is asked.
struct RecorderClock {
  TimeNs seen = 0;       ///< the latest packet of the log that was read before
  int64_t apart_ns = 0;  ///< so far it and this one's clock may be apart
};

/// What the live source said while its log grew, before later writes erased it. One thread.
class EarlyAnswers {
 public:
  explicit EarlyAnswers(LiveSource& source) : source_(source) {}

  /// Asks which writes run, and for these documents as they are.
  Status AskDocuments(std::span<const DocumentQuestion> questions, const RecorderClock& clock);

  /// Asks for the indices in question, so that answers since the last time count: those of an index
  /// that was made anew meanwhile do not.
  Status Confirm(const History& history);

  /// Asks for documents under numbers that nobody names, each number twice at most. Sees what was
  /// refreshed. `history`: with what is known already.
  Status AskNumbers(const History& history, const RecorderClock& clock);

  /// Adds all that counts to the facts of a log, or of its beginning.
  void AddTo(History& history) const;

 private:
  /// Writes that ran at one instant.
  struct Running {
    Span at{};
    int64_t longest_ns = 0;
  };

  void NoteRunning(const RecorderClock& clock);
  void EndRequests(History& history) const;

  LiveSource& source_;
  std::vector<Sight> unconfirmed_;
  std::vector<Sight> sights_;
  std::deque<Running> running_;                     ///< in time
  std::optional<std::set<std::string>> addresses_;  ///< of the source's nodes
  std::map<std::string, IndexSettings> indices_;
  std::set<std::string> remade_;
  /// How often was asked for an index's, a shard's number.
  std::map<std::tuple<std::string, uint32_t, int64_t>, int> asked_;
};

}  // namespace trafrec::reconcile
