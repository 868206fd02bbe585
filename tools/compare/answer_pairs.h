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
#include "tools/compare/source_rows.h"

namespace trafrec::tools {

/// Why an exchange of the source, or of the run, was not compared.
enum class Uncompared : uint8_t {
  kNotSent,           ///< the run has no result for it
  kInParts,           ///< a bulk that went in several requests: no answer is that of the whole
  kSourceUnanswered,  ///< the log has no answer of the source
  kSourceIncomplete,  ///< something of the source's answer is missing
  kTargetUnanswered,  ///< the target gave no answer
  kTargetIncomplete,  ///< something of the target's answer is missing
  kSourceGone,        ///< the source's log no longer has it
};
inline constexpr size_t kUncomparedReasons = 7;

/// "not_sent": as in --json. Stable.
const char* NameOf(Uncompared reason);
/// "the run did not send them".
const char* InWords(Uncompared reason);

/// Pairs each result of a run with the source's exchange that it was sent for. One thread; both
/// readers must outlive it.
class AnswerPairs {
 public:
  /// A pair of whole answers. `request` is the source's.
  using Visitor =
      std::function<void(const store::StoredExchange& source, const store::StoredExchange& result)>;

  AnswerPairs(store::LogReader& source, store::LogReader& run)
      : source_(source), source_rows_(source), run_(run) {}

  /// kUsage if the run is none, or of another log; kPermission if what is encrypted cannot be
  /// opened. Memory: one bit for each exchange of the source, and
  /// a window of its rows.
  Status Run(const Visitor& visit);

  /// One result alone: the reason why it is not compared, or nothing after `visit`.
  Result<std::optional<Uncompared>> Take(const store::ExchangeRow& result, const Visitor& visit);

  const std::array<uint64_t, kUncomparedReasons>& uncompared() const { return uncompared_; }

 private:
  void Leave(Uncompared reason) { ++uncompared_[static_cast<size_t>(reason)]; }
  void NoteSent(const store::ExchangeId& id);
  bool WasSent(const store::ExchangeId& id) const;

  store::LogReader& source_;
  SourceRows source_rows_;
  store::LogReader& run_;
  std::array<uint64_t, kUncomparedReasons> uncompared_{};
  std::map<std::pair<std::string, uint32_t>, std::vector<bool>> sent_;
};

}  // namespace trafrec::tools
