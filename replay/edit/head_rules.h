#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/regexp/regexp.h"
#include "replay/edit/edit_file.h"
#include "replay/edit/step.h"
#include "replay/message/http_message.h"

namespace trafrec::edit {

/// The changes of a request's head that one rule makes.
class HeadRules {
 public:
  static Result<HeadRules> Compile(HeadOptions options);

  /// Fails if what was written into the target cannot be one. Counts as rule 0 of the changes.
  Result<Changes> Apply(message::Request& request) const;

 private:
  HeadRules(HeadOptions options, std::optional<regexp::Regexp> replace)
      : options_(std::move(options)), replace_(std::move(replace)) {}

  bool ChangeFields(message::Request& request) const;

  HeadOptions options_;
  std::optional<regexp::Regexp> replace_;
};

/// A method or a field's name (RFC 9110, section 5.6.2).
bool IsToken(std::string_view text);
/// What can stand between method and version.
bool IsTarget(std::string_view text);

/// Why a rule cannot touch a field of that name, or give it that value; "" if it can.
std::string FieldNameTrouble(std::string_view name);
std::string FieldValueTrouble(std::string_view value);

}  // namespace trafrec::edit
