#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/message/http_message.h"

namespace trafrec::transform {

/// What the rules of a library made of a request.
struct Outcome {
  bool target = false;
  bool fields = false;
  std::optional<std::string> body{};  ///< a new one, without content coding
  std::string drop{};                 ///< why the request goes nowhere; "" if it does
  std::vector<uint32_t> rules{};      ///< which did something, in rules()
};

/// A library of rules for the move from one product to another. Keeps nothing; used by any thread.
class Transform {
 public:
  virtual ~Transform() = default;
  virtual std::string_view name() const = 0;
  /// Their names.
  virtual std::vector<std::string> rules() const = 0;
  /// Changes method, target and fields in place. `body` has no content coding.
  virtual Outcome Apply(message::Request& request, std::string_view body) const = 0;
};

/// "es-to-opensearch"; null for other names.
const Transform* FindTransform(std::string_view name);
std::vector<std::string> TransformNames();

}  // namespace trafrec::transform
