#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reconcile/history/history.h"
#include "reconcile/history/timeline.h"
#include "reconcile/model/window.h"

namespace trafrec::reconcile {

enum class Presence : uint8_t { kUnknown, kAbsent, kPresent };

/// A version of a document that the log shows.
struct Point {
  int64_t seq_no = 0;
  int64_t term = 0;  ///< 0: not known
  std::optional<int64_t> version{};
  bool named = false;  ///< an answer says which operation made it
  bool external = false;
  Presence before = Presence::kUnknown;
  Presence after = Presence::kUnknown;
  Span ran{};                      ///< when it was made
  TimeNs current_at = 0;           ///< it was the document's state then or later
  const Change* change = nullptr;  ///< in History::writes, of a named one
  const Fields* source = nullptr;  ///< in History::sights, where an answer shows all of it
  bool replaces = false;           ///< what came before does not show in it
  const Effect* effect = nullptr;  ///< in History::sights, where a translog shows it

  /// What shows neither number nor version says nothing of one whose own version nobody knows.
  bool IsShownBy(const Sight& sight) const {
    return sight.seq_no ? seq_no == *sight.seq_no : sight.version && version == sight.version;
  }
};

/// A stretch of a document's history in which the log does not say what happened: between two
/// versions, before the first, or after the last; or the making of one version that no answer
/// names.
struct Slot {
  uint32_t document = 0;  ///< in IndexHistory::documents
  int32_t least = 0;      ///< so many operations are in it, for certain
  int32_t most = 0;
  int64_t above = -1;  ///< their numbers lie between, both excluded
  int64_t below = std::numeric_limits<int64_t>::max();
  int64_t known_before = -1;  ///< the last number of the document that is known, before the stretch
  Span ran{};
  /// What follows was not made earlier than that.
  TimeNs next_from = std::numeric_limits<TimeNs>::max();
  Presence before = Presence::kUnknown;
  Presence after = Presence::kUnknown;
  std::optional<int64_t> version_above{};  ///< versions lie between these, too
  std::optional<int64_t> version_below{};
  bool deletes = false;              ///< one of its operations deleted the document: this one
  std::optional<Fields> leaves{};    ///< what the last of them leaves, where an answer shows it
  Content content{};                 ///< as it begins
  bool replaced = false;             ///< what comes next does not depend on what is in it
  std::optional<int64_t> version{};  ///< of the only operation, where it was seen
  const Effect* effect = nullptr;    ///< of the only operation
  const Write* answer = nullptr;     ///< to the only operation: one without its request

  /// So much of its time as has begun by then.
  Span UpTo(TimeNs until) const { return {ran.from, std::min(ran.until, until)}; }
};

struct Document {
  uint32_t shard = 0;
  std::string id{};
  std::vector<Point> points{};  ///< by seq_no
  std::vector<Slot> slots{};    ///< in time
  std::vector<size_t> questions{};
  std::vector<Sight> absences{};  ///< it was not there
};

/// A number that no answer names.
struct Hole {
  int64_t seq_no = 0;
  Span ran{};
  /// What stood there under that number, in History::sights, where somebody shows it.
  std::optional<size_t> sight{};
};

struct Shard {
  std::vector<Hole> holes{};  ///< by seq_no
  int64_t lowest = 0;         ///< that the log shows; 0: it has the history from the beginning
  /// Numbers below the lowest were taken by then.
  TimeNs below_until = std::numeric_limits<TimeNs>::max();
  int64_t highest = -1;  ///< that the log shows
  /// Numbers above the highest were taken after that.
  TimeNs above_from = std::numeric_limits<TimeNs>::min();
  /// A translog has all numbers from the first of these to the last one.
  int64_t journal_first = 0;
  int64_t journal_last = -1;
  /// What had run by then has no number above the highest.
  TimeNs journal_until = std::numeric_limits<TimeNs>::min();
  std::map<int64_t, int64_t> terms{};  ///< from which number on, as far as the log shows
  bool has_journal() const { return journal_until != std::numeric_limits<TimeNs>::min(); }
  bool Names(int64_t first, int64_t last) const {
    return journal_first <= first && last <= journal_last;
  }
  /// The primary term under which a number was given.
  int64_t TermOf(int64_t seq_no) const {
    const auto after = terms.upper_bound(seq_no);
    return after == terms.begin() ? (terms.empty() ? 1 : terms.begin()->second)
                                  : std::prev(after)->second;
  }
  /// From there a new primary counted, and may have put nothing under some numbers.
  std::vector<Span> new_terms{};
};

/// The facts of one index, put in the order of its numbers.
struct IndexHistory {
  std::string name{};
  std::string uuid{};  ///< "" if the log does not say
  IndexRouting routing{};
  bool made_in_log = false;
  TimeNs made_at = std::numeric_limits<TimeNs>::min();  ///< not earlier than that
  std::vector<Document> documents{};
  std::vector<Shard> shards{};
  Window window{};                  ///< of the history: what is asked and told apart here
  std::vector<size_t> questions{};  ///< in History::questions, those of documents without id too
  /// Of requests that are not in the window: those of documents that are.
  std::vector<size_t> beside{};
  /// Documents in question that are not here, since nothing in the window asks of them.
  size_t documents_left_out = 0;
  /// Of the history's traffic, for all of its indices.
  std::shared_ptr<const TrafficTimes> times{};
  /// Answers without their requests, by their documents' ids. Their shards are not known.
  std::unordered_multimap<std::string, const Write*> loose{};
  std::vector<size_t> told{};  ///< questions that an answer has answered
  std::unordered_map<size_t, uint32_t>
      asked_of{};         ///< the document of each question that names one
  std::string trouble{};  ///< why nothing can be said of it; "" if something can

  /// Whether lost traffic may have been about it. What was sent before the index was there made it,
  /// or was refused at once.
  bool MayHold(const LostTraffic& lost) const { return !made_in_log || lost.sent_by >= made_at; }
};

/// The document of a question; null: it names none, or its shard cannot be computed.
const Document* DocumentOf(const IndexHistory& index, size_t question);

/// Whether a by-query request may write documents of the index.
bool Reaches(const History& history, const ByQueryRun& run, const IndexHistory& index);

/// Whether traffic that nobody recorded may have made or deleted documents of the index in that
/// time. `apart`: what was lost in flows is taken not to have done so.
bool MayHaveLost(const History& history, const IndexHistory& index, const Span& span, bool apart);

/// The facts of one index, in the history's order.
struct IndexFacts {
  std::vector<const Write*> writes{};
  std::vector<const Sight*> sights{};
};

/// Puts them in order. `index` has its name, its questions, its times and what is loose. `apart`:
/// what was lost in flows is taken to have left its documents alone.
IndexHistory BuiltIndex(const History& history, const IndexFacts& facts, bool apart,
                        const IndexHistory& index);

}  // namespace trafrec::reconcile
