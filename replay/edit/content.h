#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "replay/message/http_message.h"

namespace trafrec::edit {

/// A request's body without its content codings, while edits work on it. One that still has them is
/// decoded when somebody asks, and encoded again in the same codings by Finish if somebody changed
/// it. Borrows the request.
class Content {
 public:
  explicit Content(message::Request& request) : request_(request) {}

  /// Fails if the body is damaged, in an unknown coding, or larger than limits.h takes; then every
  /// time. Borrowed until Set.
  Result<std::string_view> Get();
  void Set(std::string bytes);

  bool changed() const { return changed_; }
  Status Finish();

 private:
  Status Decode();

  message::Request& request_;
  std::optional<std::string> decoded_;  // nothing: as the request has it
  std::string decoded_from_;            // the codings that were taken off
  bool changed_ = false;
};

}  // namespace trafrec::edit
