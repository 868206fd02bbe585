#include "replay/run/contexts.h"

#include "replay/dialect/target.h"

namespace trafrec::replay {
namespace {

void ReplaceAll(std::string& text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
}

}  // namespace

void MapContexts(const dialect::Meaning& meaning, const FindContext& find,
                 message::Request& request) {
  for (const dialect::Operation& operation : meaning.operations) {
    for (const dialect::Key& key : operation.keys) {
      if (key.scope != dialect::Scope::kContext || key.name.empty()) {
        continue;
      }
      const std::optional<std::string> at_target = find(key.name);
      if (!at_target || *at_target == key.name) {
        continue;
      }
      ReplaceAll(request.body, key.name, *at_target);
      ReplaceAll(request.target, dialect::PercentEncode(key.name),
                 dialect::PercentEncode(*at_target));
      ReplaceAll(request.target, key.name, dialect::PercentEncode(*at_target));
    }
  }
}

message::Request RefreshOf(const dialect::Meaning& meaning) {
  std::string indices;
  for (const std::string_view name : dialect::IndicesOf(meaning)) {
    // Those of another cluster are refreshed by it.
    if (name.find(':') == std::string_view::npos) {
      indices += indices.empty() ? "" : ",";
      indices += name == "*" ? "*" : dialect::PercentEncode(name);
    }
  }
  std::string target = indices.empty() ? "/_refresh" : "/" + indices + "/_refresh";
  return {.method = "POST",
          .target = std::move(target) + "?ignore_unavailable=true&allow_no_indices=true"};
}

}  // namespace trafrec::replay
