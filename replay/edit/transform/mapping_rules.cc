// Mappings, wherever a request holds them: an index that is made, a mapping that is put, templates
// old and new, a rollover.

#include <algorithm>
#include <array>

#include "replay/edit/transform/members.h"
#include "replay/edit/transform/rules.h"

namespace trafrec::transform {
namespace {

using json::Patch;
using json::Tree;
using json::Type;

/// What can stand at the root of a mapping, in either product. Another object there is a type.
constexpr std::array<std::string_view, 25> kRootMembers = {"_all",
                                                           "_data_stream_timestamp",
                                                           "_doc_count",
                                                           "_field_names",
                                                           "_id",
                                                           "_index",
                                                           "_meta",
                                                           "_parent",
                                                           "_routing",
                                                           "_size",
                                                           "_source",
                                                           "_tier",
                                                           "_timestamp",
                                                           "_ttl",
                                                           "date_detection",
                                                           "derived",
                                                           "dynamic",
                                                           "dynamic_date_formats",
                                                           "dynamic_templates",
                                                           "enabled",
                                                           "include_in_all",
                                                           "numeric_detection",
                                                           "properties",
                                                           "runtime",
                                                           "subobjects"};

/// Parameters of flattened that flat_object does not have.
constexpr std::array<std::string_view, 9> kOfFlattened = {
    "depth_limit",   "doc_values", "eager_global_ordinals",       "ignore_above", "index",
    "index_options", "null_value", "split_queries_on_whitespace", "similarity"};

/// Without them a mapping says the same, or what OpenSearch can do of it.
constexpr std::array<std::string_view, 5> kRemovedFromFields = {
    "include_in_all", "time_series_dimension", "time_series_metric", "on_script_error",
    "subobjects"};
constexpr std::array<std::string_view, 4> kRemovedFromRoot = {"_all", "_tier", "runtime",
                                                              "subobjects"};

constexpr std::array<std::string_view, 14> kUnsupported = {
    "aggregate_metric_double", "annotated_text", "counted_keyword", "dense_vector", "histogram",
    "icu_collation_keyword",   "murmur3",        "passthrough",     "point",        "rank_vectors",
    "semantic_text",           "shape",          "sparse_vector",   "version"};

bool IsOneOf(const Tree& tree, uint32_t member, const auto& names) {
  return std::ranges::any_of(names,
                             [&](std::string_view name) { return tree.KeyIs(member, name); });
}

bool HasMapping(const Call& call) {
  constexpr std::array<std::string_view, 6> kApis = {
      "indices.create",   "indices.put_mapping",        "indices.put_template",
      "indices.rollover", "indices.put_index_template", "cluster.put_component_template"};
  return std::ranges::find(kApis, call.api()) != kApis.end();
}

/// The object of the mapping; nothing if the body has none.
std::optional<uint32_t> MappingOf(const Call& call, const Tree& tree) {
  if (call.api() == "indices.put_mapping") {
    return Tree::kRoot;
  }
  uint32_t holder = Tree::kRoot;
  if (call.api() == "indices.put_index_template" ||
      call.api() == "cluster.put_component_template") {
    const auto inner = tree.Find(Tree::kRoot, "template");
    if (!inner || tree.type(*inner) != Type::kObject) {
      return std::nullopt;
    }
    holder = *inner;
  }
  const auto mapping = tree.Find(holder, "mappings");
  return mapping && tree.type(*mapping) == Type::kObject ? mapping : std::nullopt;
}

/// The types of a mapping with types.
std::vector<uint32_t> TypesOf(const Tree& tree, uint32_t mapping) {
  std::vector<uint32_t> types;
  for (const uint32_t member : tree.ChildrenOf(mapping)) {
    if (tree.type(member) == Type::kObject && !IsOneOf(tree, member, kRootMembers)) {
      types.push_back(member);
    }
  }
  return types;
}

/// Calls for each field of a mapping: the object with its "type". Fields of fields, too.
void EachField(const Tree& tree, uint32_t object,
               const std::function<void(uint32_t field, std::string_view type)>& visit) {
  for (const std::string_view key : {"properties", "fields"}) {
    const auto fields = tree.Find(object, key);
    if (!fields || tree.type(*fields) != Type::kObject) {
      continue;
    }
    for (const uint32_t field : tree.ChildrenOf(*fields)) {
      if (tree.type(field) != Type::kObject) {
        continue;
      }
      const auto type = tree.Find(field, "type");
      visit(field, type ? tree.ScalarOf(*type).value_or("") : "");
      EachField(tree, field, visit);
    }
  }
}

/// A field's mapping in each of the dynamic templates, too.
void EachMappedField(const Tree& tree, uint32_t mapping,
                     const std::function<void(uint32_t field, std::string_view type)>& visit) {
  EachField(tree, mapping, visit);
  for (const uint32_t named : ObjectsOf(tree, tree.Find(mapping, "dynamic_templates"))) {
    for (const uint32_t dynamic : tree.ChildrenOf(named)) {
      const auto field =
          tree.type(dynamic) == Type::kObject ? tree.Find(dynamic, "mapping") : std::nullopt;
      if (field && tree.type(*field) == Type::kObject) {
        const auto type = tree.Find(*field, "type");
        visit(*field, type ? tree.ScalarOf(*type).value_or("") : "");
        EachField(tree, *field, visit);
      }
    }
  }
}

}  // namespace

bool MappingTypeLevel(Call& call) {
  return HasMapping(call) && call.EditBody([&call](const Tree& tree, Patch& patch) {
    const auto mapping = MappingOf(call, tree);
    if (!mapping) {
      return;
    }
    std::vector<uint32_t> types = TypesOf(tree, *mapping);
    // What all types had in common is no mapping of its own.
    const auto own = std::ranges::partition(
        types, [&tree](uint32_t type) { return !tree.KeyIs(type, "_default_"); });
    const size_t count = static_cast<size_t>(own.begin() - types.begin());
    if (types.empty() || count > 1) {
      return;  // several types cannot become one index
    }
    patch.Replace(*mapping, count == 0 ? "{}" : std::string(tree.TextOf(types[0])));
  });
}

bool RemovedMappingMembers(Call& call) {
  return HasMapping(call) && call.EditBody([&call](const Tree& tree, Patch& patch) {
    const auto mapping = MappingOf(call, tree);
    if (!mapping) {
      return;
    }
    RemoveMembers(tree, patch, *mapping,
                  [&tree](uint32_t member) { return IsOneOf(tree, member, kRemovedFromRoot); });
    EachMappedField(tree, *mapping, [&](uint32_t field, std::string_view) {
      RemoveMembers(tree, patch, field,
                    [&tree](uint32_t member) { return IsOneOf(tree, member, kRemovedFromFields); });
    });
  });
}

bool FlattenedFields(Call& call) {
  return HasMapping(call) && call.Mentions("flattened") &&
         call.EditBody([&call](const Tree& tree, Patch& patch) {
           const auto mapping = MappingOf(call, tree);
           if (!mapping) {
             return;
           }
           EachMappedField(tree, *mapping, [&](uint32_t field, std::string_view type) {
             if (type != "flattened") {
               return;
             }
             patch.Replace(*tree.Find(field, "type"), "\"flat_object\"");
             RemoveMembers(tree, patch, field, [&tree](uint32_t member) {
               return IsOneOf(tree, member, kOfFlattened);
             });
           });
         });
}

bool UnsupportedFieldTypes(Call& call) {
  bool found = false;
  if (!HasMapping(call)) {
    return false;
  }
  call.EditBody([&](const Tree& tree, Patch&) {
    if (const auto mapping = MappingOf(call, tree); mapping) {
      EachMappedField(tree, *mapping, [&found](uint32_t, std::string_view type) {
        found = found || std::ranges::find(kUnsupported, type) != kUnsupported.end();
      });
    }
  });
  return found;
}

}  // namespace trafrec::transform
