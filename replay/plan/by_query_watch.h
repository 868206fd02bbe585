#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "replay/order/scheduler.h"

namespace trafrec::plan {

/// Finds the by-query operations that cannot be repeated: what they found depended on what happened
/// to be refreshed, or on writes beside them. One is reproducible if every write of its indices was
/// answered before a refresh began that was answered before it began, and none was under way
/// together with it. Operations come by the time at which they began. One thread.
class ByQueryWatch {
 public:
  struct Doubtful {
    std::string id;   ///< of the exchange
    std::string why;  ///< a sentence's second half: "writes of orders had not been refreshed"
  };

  /// A write of documents of that index; `visible`: it refreshed by itself (?refresh).
  void Write(std::string_view index, TimeNs began_at, std::optional<TimeNs> answered_at,
             bool visible);
  void Refresh(std::string_view indices, TimeNs began_at, std::optional<TimeNs> answered_at);
  void ByQuery(std::string_view indices, const std::string& id, TimeNs began_at,
               std::optional<TimeNs> answered_at);

  uint64_t seen() const { return seen_; }
  uint64_t doubtful() const { return doubtful_; }
  /// The first ones.
  const std::vector<Doubtful>& examples() const { return examples_; }

 private:
  static constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

  struct Refreshed {
    TimeNs began_at = 0;
    TimeNs answered_at = 0;
  };
  struct Index {
    TimeNs last_answer = std::numeric_limits<TimeNs>::min();  ///< of its writes
    std::vector<Refreshed> refreshes;  ///< whose answer no later by-query may yet have awaited
  };
  struct Open {
    std::string indices;
    std::string id;
    TimeNs until;
  };

  void Doubt(const std::string& id, std::string why);

  std::map<std::string, Index, std::less<>> indices_;
  std::vector<Open> open_;
  uint64_t seen_ = 0;
  uint64_t doubtful_ = 0;
  std::vector<Doubtful> examples_;
};

}  // namespace trafrec::plan
