// Types and old names of metadata, where requests name documents one by one: action lines of bulks,
// headers of searches, elements of mget and term vectors, reindex.

#include <algorithm>
#include <array>
#include <utility>

#include "replay/edit/transform/members.h"
#include "replay/edit/transform/rules.h"

namespace trafrec::transform {
namespace {

using json::Patch;
using json::Tree;

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kOldNames = {{
    {"_op_type", "op_type"},
    {"_parent", "routing"},
    {"_retry_on_conflict", "retry_on_conflict"},
    {"_routing", "routing"},
    {"_version", "version"},
    {"_version_type", "version_type"},
    {"parent", "routing"},
}};

/// Members that say the type of a document, or of those that are searched.
void RemoveTypes(const Tree& tree, Patch& patch, uint32_t object) {
  RemoveMembers(tree, patch, object, [&tree](uint32_t member) {
    return tree.KeyIs(member, "_type") || tree.KeyIs(member, "type") || tree.KeyIs(member, "types");
  });
}

void RenameMetadata(const Tree& tree, Patch& patch, uint32_t object) {
  // A parent is the routing of its children, unless they say another one.
  const bool routed = tree.Find(object, "routing") || tree.Find(object, "_routing");
  RemoveMembers(tree, patch, object, [&tree, routed](uint32_t member) {
    return routed && (tree.KeyIs(member, "parent") || tree.KeyIs(member, "_parent"));
  });
  for (const uint32_t member : tree.ChildrenOf(object)) {
    for (const auto& [old_name, new_name] : kOldNames) {
      if (tree.KeyIs(member, old_name) && !(routed && old_name.ends_with("parent"))) {
        patch.Rename(member, new_name);
      }
    }
  }
}

using DocumentEdit = void (*)(const Tree& tree, Patch& patch, uint32_t object);

/// The metadata of each document that a request names in its body.
bool EditDocuments(Call& call, DocumentEdit edit) {
  const auto in_member = [edit](const Tree& tree, Patch& patch, std::string_view key) {
    for (const uint32_t object : ObjectsOf(tree, tree.Find(Tree::kRoot, key))) {
      edit(tree, patch, object);
    }
  };
  if (call.api() == "bulk") {
    return call.EditActions([edit](const Tree& tree, Patch& patch) {
      for (const uint32_t action : tree.ChildrenOf(Tree::kRoot)) {
        edit(tree, patch, action);
      }
    });
  }
  if (call.api() == "mget" || call.api() == "mtermvectors") {
    return call.EditBody(
        [&in_member](const Tree& tree, Patch& patch) { in_member(tree, patch, "docs"); });
  }
  if (call.api() == "reindex") {
    return call.EditBody([&in_member](const Tree& tree, Patch& patch) {
      in_member(tree, patch, "source");
      in_member(tree, patch, "dest");
    });
  }
  return false;
}

}  // namespace

bool TypesInLines(Call& call) {
  if (!call.Mentions(call.api() == "bulk" ? "\"_type\"" : "type")) {
    return false;
  }
  if (call.api() == "msearch" || call.api() == "msearch_template") {
    return call.EditActions(
        [](const Tree& tree, Patch& patch) { RemoveTypes(tree, patch, Tree::kRoot); });
  }
  return EditDocuments(call, &RemoveTypes);
}

bool OldMetadataNames(Call& call) {
  const bool mentioned = std::ranges::any_of(kOldNames, [&call](const auto& names) {
    return call.Mentions("\"" + std::string(names.first) + "\"");
  });
  return mentioned && call.api() != "reindex" && EditDocuments(call, &RenameMetadata);
}

}  // namespace trafrec::transform
