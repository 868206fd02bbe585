#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "replay/order/scheduler.h"

// Operations on the documents of one index, in a line each.

namespace trafrec::order {

inline dialect::Key Doc(const std::string& id, bool write = true) {
  return {.scope = dialect::Scope::kDocument, .write = write, .name = "i", .id = id};
}

inline SourceOperation Did(dialect::Key key, TimeNs began, std::optional<TimeNs> answered) {
  return {.keys = {std::move(key)}, .began_at = began, .answered_at = answered};
}
inline SourceOperation Wrote(const std::string& id, TimeNs began, TimeNs answered, int64_t seq_no) {
  SourceOperation operation = Did(Doc(id), began, answered);
  operation.commit = Commit{.seq_no = seq_no, .generation = 0};
  return operation;
}

inline std::vector<uint64_t> TakeAll(Scheduler& scheduler) {
  std::vector<uint64_t> taken;
  while (const auto number = scheduler.Take()) {
    taken.push_back(*number);
  }
  return taken;
}

}  // namespace trafrec::order
