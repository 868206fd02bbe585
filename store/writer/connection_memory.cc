#include "store/writer/connection_memory.h"

#include "base/check.h"
#include "store/limits.h"

namespace trafrec::store {

void ConnectionMemory::Remember(const ConnectionRecord& connection) {
  scratch_.Clear();
  encoder_.Connection(connection, scratch_);
  Known& known = known_[connection.number];
  known.entry.assign(AsText(scratch_.bytes()));
  known.epoch = epoch_;
  if (connection.close_cause == CloseCause::kOpen || known.closed) {
    return;
  }
  known.closed = true;
  closed_.push_back(connection.number);
  if (closed_.size() > limits::kClosedConnectionsMax) {
    known_.erase(closed_.front());
    closed_.pop_front();
  }
}

std::optional<ConnectionRecord> ConnectionMemory::TakeMissing(ConnectionNumber number) {
  const auto found = known_.find(number);
  if (found == known_.end() || found->second.epoch == epoch_) {
    return std::nullopt;
  }
  found->second.epoch = epoch_;
  Bytes rest = AsBytes(found->second.entry);
  const Result<EntryView> entry = TakeEntry(rest);
  CHECK(entry.has_value());
  Result<ConnectionRecord> connection = DecodeConnection(*entry);
  CHECK(connection.has_value());
  return *std::move(connection);
}

}  // namespace trafrec::store
