// Settings that OpenSearch refuses, in the body of an index, of its settings, of templates, of the
// cluster. A setting's name may be written in one piece, as objects in each other, or half and
// half, and an index's with or without "index." before it.

#include <algorithm>
#include <array>

#include "replay/edit/transform/members.h"
#include "replay/edit/transform/rules.h"

namespace trafrec::transform {
namespace {

using json::Patch;
using json::Tree;
using json::Type;

/// Of indices, without "index.". A name that ends with '.' stands for all below it.
constexpr std::array<std::string_view, 19> kOfIndices = {"ccr.",
                                                         "creation_date",
                                                         "frozen",
                                                         "lifecycle.",
                                                         "look_ahead_time",
                                                         "mapper.dynamic",
                                                         "mapping.dimension_fields.limit",
                                                         "mapping.single_type",
                                                         "merge.policy.max_merge_at_once_explicit",
                                                         "mode",
                                                         "provided_name",
                                                         "rollup.",
                                                         "search.throttled",
                                                         "store.snapshot.",
                                                         "time_series.",
                                                         "uuid",
                                                         "version.",
                                                         "xpack.",
                                                         "soft_deletes.enabled"};

constexpr std::array<std::string_view, 6> kOfClusters = {
    "xpack.",        "indices.lifecycle.",
    "slm.",          "discovery.zen.minimum_master_nodes",
    "ingest.geoip.", "cluster.routing.allocation.enforce_default_tier_preference"};

bool IsOneOf(const auto& names, std::string_view setting) {
  return std::ranges::any_of(names, [setting](std::string_view name) {
    return setting == name || (name.ends_with('.') && setting.starts_with(name));
  });
}

/// Takes settings out, and objects of which nothing is left with them.
class SettingsEdit {
 public:
  SettingsEdit(const Tree& tree, Patch& patch, bool of_cluster)
      : tree_(tree), patch_(patch), of_cluster_(of_cluster) {}

  /// True if nothing is left of the object, of which something was taken.
  bool Run(uint32_t object, const std::string& prefix) {
    std::vector<uint32_t> gone;
    const std::vector<uint32_t> members = tree_.ChildrenOf(object);
    for (const uint32_t member : members) {
      const std::string name = prefix + tree_.KeyOf(member);
      const bool is_gone =
          tree_.type(member) == Type::kObject ? Run(member, name + ".") : IsGone(name, member);
      if (is_gone) {
        gone.push_back(member);
      }
    }
    if (!gone.empty()) {
      patch_.Remove(object, gone);
    }
    return !gone.empty() && gone.size() == members.size();
  }

 private:
  bool IsGone(std::string_view name, uint32_t member) const {
    if (of_cluster_) {
      return IsOneOf(kOfClusters, name);
    }
    constexpr std::string_view kIndex = "index.";
    name.remove_prefix(name.starts_with(kIndex) ? kIndex.size() : 0);
    // Only an index without soft deletes cannot be made any more.
    return IsOneOf(kOfIndices, name) &&
           (name != "soft_deletes.enabled" || tree_.ScalarOf(member) == "false");
  }

  const Tree& tree_;
  Patch& patch_;
  bool of_cluster_;
};

/// The object that holds an index's settings; nothing if there is none.
std::optional<uint32_t> SettingsOf(std::string_view api, const Tree& tree) {
  uint32_t holder = Tree::kRoot;
  if (api == "indices.put_index_template" || api == "cluster.put_component_template") {
    const auto inner = tree.Find(holder, "template");
    if (!inner) {
      return std::nullopt;
    }
    holder = *inner;
  }
  const auto settings = tree.Find(holder, "settings");
  if (api == "indices.put_settings" && !settings) {
    return Tree::kRoot;
  }
  return settings;
}

}  // namespace

bool UnknownSettings(Call& call) {
  constexpr std::array<std::string_view, 8> kApis = {
      "indices.create",   "indices.put_settings",       "indices.put_template",
      "indices.rollover", "indices.put_index_template", "cluster.put_component_template",
      "indices.clone",    "cluster.put_settings"};
  if (std::ranges::find(kApis, call.api()) == kApis.end()) {
    return false;
  }
  const bool of_cluster = call.api() == "cluster.put_settings";
  bool nothing_left = false;
  const bool changed = call.EditBody([&](const Tree& tree, Patch& patch) {
    SettingsEdit edit(tree, patch, of_cluster);
    if (!of_cluster) {
      const auto settings = SettingsOf(call.api(), tree);
      nothing_left = settings && tree.type(*settings) == Type::kObject && edit.Run(*settings, "");
      return;
    }
    nothing_left = true;
    for (const uint32_t group : tree.ChildrenOf(Tree::kRoot)) {
      nothing_left = tree.type(group) == Type::kObject &&
                     (edit.Run(group, "") || tree.ChildrenOf(group).empty()) && nothing_left;
    }
  });
  // Both products refuse to set nothing.
  if (changed && nothing_left && call.api().ends_with("put_settings")) {
    call.Drop("OpenSearch has none of its settings");
  }
  return changed;
}

bool TemplateMembers(Call& call) {
  if (call.api() != "indices.put_index_template" &&
      call.api() != "cluster.put_component_template") {
    return false;
  }
  return call.EditBody([](const Tree& tree, Patch& patch) {
    RemoveMembers(tree, patch, Tree::kRoot, [&tree](uint32_t member) {
      return tree.KeyIs(member, "allow_auto_create") || tree.KeyIs(member, "deprecated") ||
             tree.KeyIs(member, "ignore_missing_component_templates");
    });
    if (const auto inner = tree.Find(Tree::kRoot, "template"); inner) {
      RemoveMembers(tree, patch, *inner,
                    [&tree](uint32_t member) { return tree.KeyIs(member, "lifecycle"); });
    }
  });
}

bool UnsupportedProcessors(Call& call) {
  constexpr std::array<std::string_view, 4> kProcessors = {"enrich", "inference", "redact",
                                                           "set_security_user"};
  if (call.api() != "ingest.put_pipeline") {
    return false;
  }
  bool found = false;
  call.EditBody([&found, &kProcessors](const Tree& tree, Patch&) {
    for (const uint32_t processor : ObjectsOf(tree, tree.Find(Tree::kRoot, "processors"))) {
      for (const uint32_t member : tree.ChildrenOf(processor)) {
        found = found || std::ranges::any_of(kProcessors, [&](std::string_view name) {
                  return tree.KeyIs(member, name);
                });
      }
    }
  });
  return found;
}

}  // namespace trafrec::transform
