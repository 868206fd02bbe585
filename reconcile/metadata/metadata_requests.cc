#include "reconcile/metadata/metadata_requests.h"

#include <string>
#include <utility>

#include "reconcile/metadata/metadata_json.h"
#include "replay/dialect/target.h"

namespace trafrec::reconcile {
namespace {

using Kind = MetadataKind;
using Changes = std::vector<MetadataChange>;

bool IsOne(std::string_view name) {
  return !name.empty() && name.find_first_of("*,:<") == std::string_view::npos && name != "_all";
}

/// A name of a path, as a pattern if it is not one of one thing.
std::string PatternOf(const std::string& name) { return IsOne(name) ? name : "*"; }

MetadataChange Anything(Kind kind, const std::string& index) {
  return {.what = {kind, index, "*"}, .value = ""};
}

/// `/INDEX/_alias/NAME`; else what it may change.
Changes OfAlias(const dialect::Target& target, bool puts) {
  const auto& parts = target.segments;
  if (parts.size() != 3) {
    return {Anything(Kind::kAlias, "*")};
  }
  return {{.what = {Kind::kAlias, PatternOf(parts[0]), PatternOf(parts[2])},
           .value = puts ? std::optional<std::string>("") : std::nullopt}};
}

/// One action of `_aliases`.
Changes OfAction(const JsonPlace& action) {
  const std::string what = action.Key();
  if (what != "add" && what != "remove") {
    return {Anything(Kind::kAlias, "*")};
  }
  const std::string index =
      action["index"].exists() ? action["index"].Text() : TextsIn(action["indices"]);
  const std::string alias =
      action["alias"].exists() ? action["alias"].Text() : TextsIn(action["aliases"]);
  return {{.what = {Kind::kAlias, PatternOf(index), PatternOf(alias)},
           .value = what == "add" ? std::optional<std::string>("") : std::nullopt}};
}

Changes OfAliases(const JsonPlace& body) {
  Changes changes;
  for (const JsonPlace& action : body["actions"].Children()) {
    for (const JsonPlace& what : action.Children()) {
      for (MetadataChange& change : OfAction(what)) {
        changes.push_back(std::move(change));
      }
    }
  }
  return changes.empty() ? Changes{Anything(Kind::kAlias, "*")} : changes;
}

/// The index that a path begins with; "*" if it names none, or several.
std::string IndexOf(const dialect::Target& target) {
  const bool named = !target.segments.empty() && !target.segments[0].starts_with('_');
  return named ? PatternOf(target.segments[0]) : "*";
}

Changes OfValues(Kind kind, const std::string& index, const NamedValues& values) {
  Changes changes;
  for (const auto& [name, value] : values) {
    if (!name.empty()) {
      changes.push_back({.what = {kind, index, PatternOf(name)},
                         .value = value == "null" && kind != Kind::kField
                                      ? std::nullopt
                                      : std::optional<std::string>(value)});
    }
  }
  return changes.empty() ? Changes{Anything(kind, index)} : changes;
}

Changes OfClusterSettings(const JsonPlace& body) {
  Changes changes;
  for (const char* scope : {"persistent", "transient"}) {
    if (body[scope].exists()) {
      NamedValues values;
      TakeSettings(body[scope], "", values);
      for (MetadataChange& change : OfValues(Kind::kClusterSetting, scope, values)) {
        changes.push_back(std::move(change));
      }
    }
  }
  return changes.empty() ? Changes{Anything(Kind::kClusterSetting, "*")} : changes;
}

/// `/_template/NAME` and its like.
Changes OfTemplate(Kind kind, const dialect::Target& target, std::optional<std::string> value) {
  const std::string name = target.segments.size() == 2 ? PatternOf(target.segments[1]) : "*";
  return {{.what = {kind, "", name}, .value = std::move(value)}};
}

std::optional<Kind> TemplateOf(std::string_view api) {
  return api.ends_with("component_template") ? std::optional(Kind::kComponentTemplate)
         : api.ends_with("index_template")   ? std::optional(Kind::kIndexTemplate)
         : api.ends_with("_template")        ? std::optional(Kind::kTemplate)
                                             : std::nullopt;
}

/// What a request changes that is no template.
std::optional<Kind> KindBehind(std::string_view api) {
  return api == "indices.put_alias" || api == "indices.delete_alias" ||
                 api == "indices.update_aliases"
             ? std::optional(Kind::kAlias)
         : api == "indices.put_mapping"  ? std::optional(Kind::kField)
         : api == "indices.put_settings" ? std::optional(Kind::kSetting)
         : api == "cluster.put_settings" ? std::optional(Kind::kClusterSetting)
                                         : std::nullopt;
}

}  // namespace

bool IsPlain(const MetadataName& what) {
  const bool templates = what.kind == Kind::kTemplate || what.kind == Kind::kIndexTemplate ||
                         what.kind == Kind::kComponentTemplate;
  return IsOne(what.name) && (templates || IsOne(what.index));
}

std::vector<MetadataChange> MetadataChangesIn(std::string_view api, std::string_view target,
                                              std::string_view body) {
  const bool puts = api.find("put_") != std::string_view::npos;
  const bool deletes = api.find("delete_") != std::string_view::npos;
  const std::optional<Kind> made = TemplateOf(api);
  const std::optional<Kind> kind = KindBehind(api);
  if (!kind && !(made && (puts || deletes))) {
    return {};
  }
  const dialect::Target path = dialect::ParseTarget(target);
  if (api == "indices.put_alias" || api == "indices.delete_alias") {
    return OfAlias(path, puts);
  }
  if (made && deletes) {
    return OfTemplate(*made, path, std::nullopt);
  }
  const auto tree = json::Tree::Parse(body);
  const bool readable = tree && tree->size() > 0 && tree->type(0) == json::Type::kObject;
  if (made) {
    Changes changes = OfTemplate(*made, path, readable ? PatternsOf(JsonPlace(*tree)) : "");
    changes.front().unread = !readable;
    return changes;
  }
  if (!readable || path.Find("preserve_existing")) {
    return {Anything(*kind, "*")};
  }
  const JsonPlace root(*tree);
  NamedValues values;
  switch (*kind) {
    case Kind::kAlias:
      return OfAliases(root);
    case Kind::kField:
      TakeMapping(root, values);
      return OfValues(*kind, IndexOf(path), values);
    case Kind::kSetting:
      TakeSettings(root["settings"].exists() ? root["settings"] : root, "index.", values);
      return OfValues(*kind, IndexOf(path), values);
    default:
      return OfClusterSettings(root);
  }
}

}  // namespace trafrec::reconcile
