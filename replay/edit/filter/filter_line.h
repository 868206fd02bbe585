#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/message/http_message.h"

// The lines between a replay and its filter: docs/replay_edits.md describes them.

namespace trafrec::filter {

/// A request as a line of JSON, without its end. `body` has no content coding.
std::string RequestLine(std::string_view id, const message::Request& request,
                        std::string_view body);

/// What a filter answered. What is nothing stays as it is.
struct Answer {
  bool drop = false;
  std::string why{};
  std::optional<std::string> to{};
  std::optional<std::string> method{};
  std::optional<std::string> target{};
  std::optional<std::vector<message::Field>> fields{};
  std::optional<std::string> body{};
};

/// Or why it is no answer to the request of that id.
std::expected<Answer, std::string> ReadAnswer(std::string_view line, std::string_view id);

}  // namespace trafrec::filter
