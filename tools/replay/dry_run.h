#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "replay/order/scheduler.h"
#include "replay/pace/schedule.h"
#include "replay/plan/planned_exchange.h"
#include "store/reader/operation_address.h"
#include "tools/output.h"

namespace trafrec::tools {

/// Prints what would be sent, in an order that keeps all that the order asks for: one operation
/// after another, each with those that it waits for. Or explains one exchange.
class DryRun {
 public:
  struct Options {
    order::SchedulerOptions order{};
    pace::Speed speed{};
    std::optional<int64_t> idle_max_ns{};
    std::vector<std::string> targets{};  ///< their names
    /// An exchange, or one of its operations; nothing: print everything.
    std::optional<store::OperationAddress> explain{};
    bool json = false;
  };

  DryRun(Options options, Output& out);

  /// False: enough.
  bool Add(const plan::PlannedExchange& exchange);
  void Finish();

  uint64_t digest() const { return scheduler_.digest(); }
  uint64_t operations() const { return next_; }
  bool explained() const { return explained_; }

 private:
  struct Held {
    std::string id;
    uint32_t item = 0;
    std::string what;  ///< "PUT /orders/_doc/1"
    std::string target;
    std::string index_and_id{};
    int64_t due_ns = 0;
    order::SourceOperation operation{};
    std::vector<uint64_t> waits_for{};
    bool over = false;
  };

  Held Describe(const plan::PlannedExchange& exchange, size_t i, int64_t due) const;
  void MakeRoom();
  void LetGo(uint64_t number);
  void Print(const Held& held);
  /// An operation that is explained when all are known that it may have to wait for.
  struct Asked {
    uint64_t number;
    std::map<uint64_t, Held> waits_for{};  ///< by number
  };

  bool IsAsked(const plan::PlannedExchange& exchange, const Held& held) const;
  void Ask(uint64_t number);
  void LookAgain(Asked& asked);
  void ExplainAll();
  void Explain(const Held& held, const std::map<uint64_t, Held>& waits_for);
  void ExplainAsJson(const Held& held, const std::map<uint64_t, Held>& waits_for);

  const Options options_;
  Output& out_;
  order::Scheduler scheduler_;
  pace::Schedule schedule_;
  std::deque<Held> held_;  ///< by number, from first_ on
  uint64_t first_ = 0;
  uint64_t next_ = 0;
  uint64_t printed_ = 0;
  std::vector<Asked> asked_;
  TimeNs asked_until_ = 0;  ///< when the last of them was answered
  bool explained_ = false;
};

}  // namespace trafrec::tools
