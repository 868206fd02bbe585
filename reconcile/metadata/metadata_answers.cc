#include "reconcile/metadata/metadata_answers.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "reconcile/metadata/metadata_json.h"
#include "replay/dialect/target.h"

namespace trafrec::reconcile {
namespace {

using Kind = MetadataKind;

/// Most answers of a log are of other requests, and are not taken apart.
bool MayShow(std::string_view api) {
  return api.starts_with("indices.get") || api.starts_with("indices.exists_") ||
         api.ends_with("_component_template") || api == "cat.aliases" ||
         api == "cluster.get_settings" || api == "cluster.state";
}

class Reading {
 public:
  Reading(std::string_view api, std::string_view target, int status, std::string_view body,
          const Span& at)
      : api_(api), target_(dialect::ParseTarget(target)), status_(status), body_(body), at_(at) {}

  std::vector<MetadataSight> Run() {
    if (target_.cut || target_.Find("filter_path") || (status_ != 200 && status_ != 404)) {
      return {};
    }
    if (api_ == "indices.exists_alias" || api_ == "indices.exists_template" ||
        api_ == "indices.exists_index_template" || api_ == "cluster.exists_component_template") {
      if (status_ == 404) {  // else there is one, of which nothing is said
        NotFound();
      }
    } else if (api_ == "cat.aliases") {
      Listed();
    } else if (const auto tree = json::Tree::Parse(body_);
               tree && tree->size() > 0 && tree->type(0) == json::Type::kObject) {
      status_ == 404 ? NotFound() : Found(JsonPlace(*tree));
    }
    return std::move(sights_);
  }

 private:
  void Add(Kind kind, std::string index, std::string names, NamedValues there) {
    sights_.push_back({.kind = kind,
                       .index = std::move(index),
                       .names = std::move(names),
                       .there = std::make_shared<const NamedValues>(std::move(there)),
                       .at = at_});
  }

  const std::string& Part(size_t number) const {
    static const std::string kNone;
    return number < target_.segments.size() ? target_.segments[number] : kNone;
  }

  /// The names that a path asks for, in its last part: all, or one, or one pattern.
  std::optional<std::string> Wanted(size_t part) const {
    const std::string& name = Part(part);
    if (name.find(',') != std::string::npos || name.starts_with('-') || name.starts_with('<')) {
      return std::nullopt;
    }
    return name.empty() || name == "_all" ? std::string("*") : name;
  }

  static std::optional<Kind> TemplateOf(std::string_view api) {
    return api.ends_with("component_template") ? std::optional(Kind::kComponentTemplate)
           : api.ends_with("index_template")   ? std::optional(Kind::kIndexTemplate)
           : api.ends_with("_template")        ? std::optional(Kind::kTemplate)
                                               : std::nullopt;
  }

  /// Whether the path names an index before "_alias".
  bool NamesIndex() const { return !Part(0).starts_with('_'); }

  void NotFound() {
    if (const auto kind = TemplateOf(api_)) {
      if (const auto names = Wanted(1)) {
        Add(*kind, "", *names, {});
      }
      return;
    }
    // Of an index that is not there the answer says so in another way.
    const bool alias = api_ == "indices.get_alias" || api_ == "indices.exists_alias";
    const bool missing = api_ == "indices.get_alias" && body_.find("alias") != std::string::npos &&
                         body_.find("index_not_found") == std::string::npos;
    if (!alias || (NamesIndex() && !missing)) {
      return;
    }
    const auto names = Wanted(NamesIndex() ? 2 : 1);
    const auto index = NamesIndex() ? Wanted(0) : std::optional<std::string>("*");
    if (names && index && (*index == "*" || index->find('*') == std::string::npos)) {
      Add(Kind::kAlias, *index, *names, {});
    }
  }

  void Found(const JsonPlace& root) {
    if (api_ == "indices.get_template") {
      Templates(Kind::kTemplate, root);
    } else if (api_ == "indices.get_index_template") {
      NewTemplates(Kind::kIndexTemplate, root["index_templates"], "index_template");
    } else if (api_ == "cluster.get_component_template") {
      NewTemplates(Kind::kComponentTemplate, root["component_templates"], "component_template");
    } else if (api_ == "cluster.get_settings") {
      for (const char* scope : {"persistent", "transient"}) {
        NamedValues values;
        TakeSettings(root[scope], "", values);
        Add(Kind::kClusterSetting, scope, "*", std::move(values));
      }
    } else if (api_ == "cluster.state") {
      State(root["metadata"]);
    } else if (api_ == "indices.get" || api_ == "indices.get_mapping" ||
               api_ == "indices.get_alias" || api_ == "indices.get_settings") {
      for (const JsonPlace& index : root.Children()) {
        Index(index.Key(), index);
      }
    }
  }

  /// One index, as a get shows it, or a part of it.
  void Index(const std::string& name, const JsonPlace& index) {
    if (index["aliases"].Is(json::Type::kObject)) {
      NamedValues aliases;
      for (const JsonPlace& alias : index["aliases"].Children()) {
        aliases[alias.Key()] = "";
      }
      const auto names = api_ == "indices.get_alias" ? Wanted(NamesIndex() ? 2 : 1)
                                                     : std::optional<std::string>("*");
      if (names) {
        Add(Kind::kAlias, name, *names, std::move(aliases));
      }
    }
    if (index["mappings"].Is(json::Type::kObject)) {
      NamedValues fields;
      TakeMapping(index["mappings"], fields);
      Add(Kind::kField, name, "*", std::move(fields));
    }
    if (index["settings"].Is(json::Type::kObject)) {
      NamedValues settings;
      TakeSettings(index["settings"], "index.", settings);
      const auto names = api_ == "indices.get_settings" ? Wanted(NamesIndex() ? 2 : 1)
                                                        : std::optional<std::string>("*");
      if (names) {
        Add(Kind::kSetting, name, *names, std::move(settings));
      }
    }
  }

  void Templates(Kind kind, const JsonPlace& root) {
    NamedValues templates;
    for (const JsonPlace& each : root.Children()) {
      templates[each.Key()] = PatternsOf(each);
    }
    if (const auto names = Wanted(1)) {
      Add(kind, "", *names, std::move(templates));
    } else {
      for (auto& [name, patterns] : templates) {  // some of those that were asked for
        Add(kind, "", name, {{name, patterns}});
      }
    }
  }

  void NewTemplates(Kind kind, const JsonPlace& list, const char* within) {
    NamedValues templates;
    for (const JsonPlace& each : list.Children()) {
      templates[each["name"].Text()] =
          kind == Kind::kIndexTemplate ? PatternsOf(each[within]) : std::string();
    }
    if (const auto names = Wanted(1); names && list.Is(json::Type::kArray)) {
      Add(kind, "", *names, std::move(templates));
    }
  }

  /// Of the cluster's state, as far as the request asked for it.
  void State(const JsonPlace& metadata) {
    if (metadata["templates"].Is(json::Type::kObject)) {
      NamedValues templates;
      for (const JsonPlace& each : metadata["templates"].Children()) {
        templates[each.Key()] = PatternsOf(each);
      }
      Add(Kind::kTemplate, "", "*", std::move(templates));
    }
    for (const JsonPlace& index : metadata["indices"].Children()) {
      Index(index.Key(), index);
      if (index["aliases"].Is(json::Type::kArray)) {
        NamedValues aliases;
        for (const JsonPlace& alias : index["aliases"].Children()) {
          aliases[alias.Text()] = "";
        }
        Add(Kind::kAlias, index.Key(), "*", std::move(aliases));
      }
    }
  }

  /// `_cat/aliases`, in its usual columns: an alias, its index, and more.
  void Listed() {
    const auto names = Wanted(2);
    if (status_ != 200 || !target_.query.empty() || !names) {
      return;
    }
    std::map<std::string, NamedValues> by_index;
    NamedValues all;
    for (std::string_view rest = body_; !rest.empty();) {
      std::string_view line = TakeLine(rest);
      const std::string alias(TakeWord(line));
      const std::string index(TakeWord(line));
      const bool is_filter = !TakeWord(line).empty();
      if (!is_filter || line.empty() || alias.starts_with('<')) {
        return;  // no such list: a page of something in between
      }
      by_index[index][alias] = all[alias] = "";
    }
    for (auto& [index, aliases] : by_index) {
      Add(Kind::kAlias, index, *names, std::move(aliases));
    }
    Add(Kind::kAlias, "*", *names, std::move(all));
  }

  static std::string_view TakeWord(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
  }

  const std::string_view api_;
  const dialect::Target target_;
  const int status_;
  const std::string_view body_;
  const Span at_;
  std::vector<MetadataSight> sights_;
};

}  // namespace

std::vector<MetadataSight> MetadataSightsIn(std::string_view api, std::string_view target,
                                            int status, std::string_view body, const Span& at) {
  return MayShow(api) ? Reading(api, target, status, body, at).Run() : std::vector<MetadataSight>();
}

}  // namespace trafrec::reconcile
