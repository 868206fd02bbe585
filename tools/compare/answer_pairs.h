#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader.h"
#include "tools/compare/counterparts.h"
#include "tools/compare/sides.h"

namespace trafrec::tools {

/// Why an exchange of the source, or of the run, was not compared.
enum class Uncompared : uint8_t {
  kNotSent,           ///< the run has no result for it
  kInParts,           ///< a bulk that went in several requests: no answer is that of the whole
  kSourceUnanswered,  ///< the log has no answer of the source
  kSourceIncomplete,  ///< something of the source's answer is missing
  kTargetUnanswered,  ///< the target gave no answer
  kTargetIncomplete,  ///< something of the target's answer is missing
  kSourceGone,        ///< the source's log does not have it: inserted, or deleted since
  kUnreadable,        ///< one of the answers is damaged, or was deleted meanwhile
};
inline constexpr size_t kUncomparedReasons = 8;

/// "not_sent": as in --json. Stable.
const char* NameOf(Uncompared reason);
/// "not sent by the run"; of `two_runs` the first is the source, the second the target.
const char* InWords(Uncompared reason, bool two_runs);

/// Whether all of an exchange's answer is there.
bool HasWholeAnswer(const store::ExchangeRow& row);

/// Two whole answers to one request, not yet read.
struct RowPair {
  store::ExchangeRow source;
  store::ExchangeRow result;
  std::string kept{};  ///< instead: what was found before (kept_pair.h)
};

/// Pairs each result of a run with the source's exchange that it was sent for, or with what another
/// run sent for that. One thread; the sides must outlive it.
class AnswerPairs {
 public:
  /// False: no more.
  using Visitor = std::function<bool(RowPair pair)>;

  explicit AnswerPairs(const Sides& sides) : sides_(sides), rows_(*sides.source, sides.two_runs) {}

  /// In the run's order. kUsage if the two have nothing in common. Memory: one bit for each
  /// exchange of the source, and a window of its rows.
  Status Run(const Visitor& visit);

  /// The same of a run that grows: the pairs that have come since the last call; at last, once,
  /// Finish, which counts what was not sent.
  Status Follow(const Visitor& visit);
  Status Finish();

  /// One result alone: fills `pair`, or returns the reason why it is not compared.
  Result<std::optional<Uncompared>> One(const store::ExchangeRow& result, RowPair& pair);

  /// As an earlier comparison had it.
  void SetUncompared(const std::array<uint64_t, kUncomparedReasons>& counts) {
    uncompared_ = counts;
  }
  /// A pair whose answers cannot be read. One thread at a time, also while others find pairs.
  void NoteUnreadable(const Error& error);
  /// Why the first such pair could not be read; "" if all could.
  const std::string& unreadable() const { return unreadable_; }

  const std::array<uint64_t, kUncomparedReasons>& uncompared() const { return uncompared_; }

 private:
  uint64_t& CountOf(Uncompared reason) { return uncompared_[static_cast<size_t>(reason)]; }
  /// False: it was sent once more.
  bool NoteSent(const store::ExchangeId& id);

  /// `source`: nothing if there is none. Nothing: they are to be compared.
  std::optional<Uncompared> WhyNot(const std::optional<store::ExchangeRow>& source,
                                   const store::ExchangeRow& result) const;

  /// A result's pair, or its reason. False: no more.
  Result<bool> Take(const store::ExchangeRow& result, const Visitor& visit);

  const Sides& sides_;
  Counterparts rows_;
  bool begun_ = false;
  uint64_t results_ = 0;
  uint64_t sent_count_ = 0;
  std::string unreadable_;
  std::array<uint64_t, kUncomparedReasons> uncompared_{};
  std::map<std::pair<std::string, uint32_t>, std::vector<bool>> sent_;
};

}  // namespace trafrec::tools
