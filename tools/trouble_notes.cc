#include "tools/trouble_notes.h"

#include <string>
#include <utility>

namespace trafrec::tools {

void TroubleNotes::Show(const std::vector<Trouble>& troubles) {
  std::set<std::string_view> now;
  for (const Trouble& trouble : troubles) {
    now.insert(trouble.kind);
    if (!told_.contains(trouble.kind)) {
      events_.Write({.level = Level::kWarning,
                     .name = trouble.kind,
                     .message = trouble.what,
                     .remedy = trouble.remedy});
    }
  }
  for (const std::string_view kind : told_) {
    if (!now.contains(kind)) {
      events_.Write({.name = "over",
                     .message = std::string(OverSentence(kind)),
                     .fields = {{"trouble", std::string(kind)}}});
    }
  }
  told_ = std::move(now);
}

}  // namespace trafrec::tools
