#include "replay/message/http_message.h"

#include <algorithm>

#include "base/ascii.h"

namespace trafrec::message {
namespace {

auto Named(std::string_view name) {
  return [name](const Field& field) { return SameName(field.name, name); };
}

}  // namespace

bool SameName(std::string_view a, std::string_view b) { return SameButForCase(a, b); }

const Field* FindField(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::ranges::find_if(fields, Named(name));
  return found == fields.end() ? nullptr : &*found;
}

void SetField(std::vector<Field>& fields, std::string_view name, std::string value) {
  const auto first = std::ranges::find_if(fields, Named(name));
  if (first == fields.end()) {
    fields.push_back({std::string(name), std::move(value)});
    return;
  }
  first->value = std::move(value);
  fields.erase(std::remove_if(first + 1, fields.end(), Named(name)), fields.end());
}

bool RemoveField(std::vector<Field>& fields, std::string_view name) {
  return std::erase_if(fields, Named(name)) > 0;
}

std::string ContentCodings(const std::vector<Field>& fields) {
  std::string codings;
  for (const Field& field : fields) {
    if (SameName(field.name, "Content-Encoding") && !field.value.empty() &&
        !SameName(field.value, "identity")) {
      codings += (codings.empty() ? "" : ", ") + field.value;
    }
  }
  return codings;
}

}  // namespace trafrec::message
