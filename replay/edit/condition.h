#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/regexp/regexp.h"
#include "replay/dialect/operation.h"
#include "replay/edit/edit_file.h"
#include "replay/message/http_message.h"

namespace trafrec::edit {

/// The parts of a request's target, as on the wire. Borrowed.
struct TargetParts {
  std::string_view authority;  ///< of the absolute form ("http://host/path") only
  std::string_view path;
  std::string_view query;  ///< without its '?'
};

TargetParts SplitTarget(std::string_view target);

/// Which requests a rule is for.
class Condition {
 public:
  static Result<Condition> Compile(ConditionOptions options);

  /// `meaning` is the request's; null is the meaning that names no index.
  bool Fits(const message::Request& request, const dialect::Meaning* meaning) const;
  bool needs_meaning() const { return !options_.indices.empty(); }

 private:
  Condition(ConditionOptions options, std::optional<regexp::Regexp> path)
      : options_(std::move(options)), path_(std::move(path)) {}

  bool FitsPath(std::string_view path) const;

  ConditionOptions options_;
  std::optional<regexp::Regexp> path_;
};

}  // namespace trafrec::edit
