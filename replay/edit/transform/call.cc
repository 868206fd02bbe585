#include "replay/edit/transform/call.h"

#include <algorithm>

#include "replay/dialect/dialect.h"
#include "replay/dialect/lines.h"

namespace trafrec::transform {
namespace {

/// Where the path begins: behind scheme and authority, if there are any.
size_t PathBegin(std::string_view target) {
  const size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) {
    return 0;
  }
  return std::min(target.find_first_of("/?", scheme + 3), target.size());
}

}  // namespace

Call::Call(message::Request& request, std::string_view body)
    : request_(request),
      target_text_(request.target),
      target_(dialect::ParseTarget(target_text_)),
      match_(dialect::MatchRestPath(request.method, target_)),
      allowed_(match_.path != nullptr && match_.allowed),
      body_(body) {}

bool Call::in_opensearch() const {
  return allowed_ && match_.path->releases.find('o') != std::string_view::npos;
}

void Call::SetPath(std::string_view path) {
  std::string& target = request_.target;
  const size_t begin = PathBegin(target);
  const size_t end = std::min(target.find('?', begin), target.size());
  target.replace(begin, end - begin, path);
}

bool Call::EditQuery(const std::function<std::optional<std::string>(const Parameter&)>& change) {
  const std::string_view target = request_.target;
  const size_t mark = target.find('?');
  if (mark == std::string_view::npos) {
    return false;
  }
  std::string query;
  bool changed = false;
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find_first_of("&;"), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::optional<std::string> instead = change(
        {.name = dialect::PercentDecode(pair.substr(0, equals), true),
         .value = dialect::PercentDecode(pair.substr(std::min(equals + 1, pair.size())), true),
         .after = pair.substr(equals)});
    changed = changed || instead.has_value();
    const std::string_view piece = instead ? std::string_view(*instead) : pair;
    query += piece.empty() || query.empty() ? "" : "&";
    query += piece;
  }
  if (changed) {
    request_.target = std::string(target.substr(0, mark)) + (query.empty() ? "" : "?") + query;
  }
  return changed;
}

bool Call::EditBody(const JsonEdit& edit) {
  const auto tree = json::Tree::Parse(body());
  if (!tree || tree->type(json::Tree::kRoot) != json::Type::kObject) {
    return false;
  }
  json::Patch patch(*tree);
  edit(*tree, patch);
  if (!patch.empty()) {
    SetBody(patch.Apply());
    return true;
  }
  return false;
}

bool Call::EditLines(bool actions, const JsonEdit& edit) {
  const std::string_view text = body();
  // Its path says which lines there are; the one that came in does.
  const dialect::Meaning meaning =
      dialect::SearchDialect().Understand({request_.method, target_text_, {}, text});
  std::string edited;
  size_t at = 0;
  for (const dialect::Operation& operation : meaning.operations) {
    const dialect::ByteRange line = actions ? operation.action : operation.source;
    const auto tree = json::Tree::Parse(line.In(text));
    if (line.length == 0 || !tree || tree->type(json::Tree::kRoot) != json::Type::kObject) {
      continue;
    }
    json::Patch patch(*tree);
    edit(*tree, patch);
    if (!patch.empty()) {
      edited += text.substr(at, line.offset - at);
      edited += patch.Apply();
      at = line.offset + line.length;
    }
  }
  if (at == 0) {
    return false;
  }
  edited += text.substr(at);
  SetBody(std::move(edited));
  return true;
}

}  // namespace trafrec::transform
