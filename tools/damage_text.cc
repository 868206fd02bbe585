#include "tools/damage_text.h"

#include <fmt/format.h>

#include "tools/terminal.h"

namespace trafrec::tools {

std::string DamageLines(const std::vector<store::Damage>& damages, std::string_view before) {
  std::string out;
  for (const store::Damage& damage : damages) {
    out += fmt::format("{}{}: {}\n", before, EscapeForTerminal(damage.file),
                       EscapeForTerminal(damage.what));
  }
  return out;
}

void AppendDamages(JsonAppender& json, const char* name,
                   const std::vector<store::Damage>& damages) {
  json.Open(name, '[');
  for (const store::Damage& damage : damages) {
    json.Open('{');
    json.Bytes("file", damage.file);
    json.Bytes("what", damage.what);
    json.Close('}');
  }
  json.Close(']');
}

}  // namespace trafrec::tools
