#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/regexp/regexp.h"
#include "replay/edit/edit_file.h"
#include "replay/message/http_message.h"

namespace trafrec::edit {

/// What a rule changed in a head.
struct HeadChanges {
  bool target = false;
  bool fields = false;
  bool host = false;  ///< the Host field is the rule's, not to be made from the target's URL

  void operator|=(const HeadChanges& more) {
    target = target || more.target;
    fields = fields || more.fields;
    host = host || more.host;
  }
  bool any() const { return target || fields || host; }
};

/// The changes of a request's head that one rule makes.
class HeadRules {
 public:
  static Result<HeadRules> Compile(HeadOptions options);

  /// Fails if what was written into the target cannot be one.
  Result<HeadChanges> Apply(message::Request& request) const;

 private:
  HeadRules(HeadOptions options, std::optional<regexp::Regexp> replace)
      : options_(std::move(options)), replace_(std::move(replace)) {}

  bool ChangeFields(message::Request& request) const;

  HeadOptions options_;
  std::optional<regexp::Regexp> replace_;
};

/// Why a rule cannot touch a field of that name, or give it that value; "" if it can.
std::string FieldNameTrouble(std::string_view name);
std::string FieldValueTrouble(std::string_view value);

}  // namespace trafrec::edit
