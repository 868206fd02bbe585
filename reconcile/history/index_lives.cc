#include "reconcile/history/index_lives.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "reconcile/history/mutation_facts.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;

/// Administration that neither makes nor removes an index. What makes or removes other names for
/// one is told by NoteAlias.
constexpr std::array<std::string_view, 15> kHarmless = {"indices.put_mapping",
                                                        "indices.put_settings",
                                                        "indices.put_template",
                                                        "indices.delete_template",
                                                        "indices.put_index_template",
                                                        "indices.delete_index_template",
                                                        "cluster.put_component_template",
                                                        "cluster.delete_component_template",
                                                        "indices.put_alias",
                                                        "indices.delete_alias",
                                                        "indices.update_aliases",
                                                        "indices.open",
                                                        "indices.close",
                                                        "cluster.put_settings",
                                                        "ingest.put_pipeline"};

bool IsOneName(const dialect::Key& key) {
  return key.scope == dialect::Scope::kIndex && !key.name.empty() &&
         key.name.find_first_of("*:,<") == std::string::npos && key.name != "_all";
}

/// The only index that it names.
const dialect::Key* OnlyIndex(const dialect::Operation& operation) {
  const dialect::Key* only = nullptr;
  for (const dialect::Key& key : operation.keys) {
    if (key.scope == dialect::Scope::kIndex) {
      if (only != nullptr || !IsOneName(key)) {
        return nullptr;
      }
      only = &key;
    }
  }
  return only;
}

/// Whether there is that index: what the answer to a request for it alone shows.
std::optional<bool> Shown(std::string_view api, const dialect::Outcome& outcome, int status) {
  if (api == "indices.get" || api == "indices.exists") {
    return status == 200   ? std::optional(true)
           : status == 404 ? std::optional(false)
                           : std::nullopt;
  }
  if (api == "indices.create") {
    return outcome.fate == Fate::kDone || outcome.fate == Fate::kCreated ||
                   outcome.error == "resource_already_exists_exception" ||
                   outcome.error == "index_already_exists_exception"
               ? std::optional(true)
               : std::nullopt;
  }
  if (api == "indices.delete") {
    return status == 200 || status == 404 ? std::optional(false) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void IndexLives::Note(const dialect::Meaning& meaning, const dialect::Operation& operation,
                      const dialect::Outcome& outcome, int status, const Span& ran,
                      size_t question) {
  if (const dialect::Key* only = OnlyIndex(operation)) {
    if (const auto shown = Shown(meaning.api, outcome, status)) {
      sights.push_back({only->name, *shown, ran});
    }
  }
  if (!operation.mutation || WasTurnedDown(outcome)) {
    return;
  }
  const bool open = IsOpen(outcome, status != 0, operation);
  const bool creates = meaning.api == "indices.create";
  const bool deletes = meaning.api == "indices.delete";
  if (creates || deletes) {
    for (const dialect::Key& key : operation.keys) {
      if (key.scope == dialect::Scope::kIndex) {
        changes.push_back(
            {key.name, creates, deletes, ran, open ? std::optional(question) : std::nullopt});
      }
    }
  } else if (dialect::WritesDocument(operation.kind) || operation.kind == Kind::kReindex) {
    for (const dialect::Key& key : operation.keys) {
      if (key.write && !key.name.empty()) {
        const auto [place, is_first] = written.try_emplace(key.name, ran);
        if (!is_first) {
          place->second.from = std::min(place->second.from, ran.from);
          place->second.until = std::max(place->second.until, ran.until);
        }
      }
    }
  } else if (operation.kind != Kind::kByQuery && operation.kind != Kind::kTask &&
             std::ranges::find(kHarmless, meaning.api) == kHarmless.end()) {
    // What nobody saw of a bulk writes documents: these make indices, and remove none.
    changes.push_back({"*", true, meaning.api != "bulk", ran, std::nullopt});
  }
}

void IndexLives::NoteAlias(const std::string& name, bool made, const Span& ran) {
  const bool any = name.find_first_of("*,") != std::string::npos;
  changes.push_back({name, made || any, !made || any, ran, std::nullopt});
}

}  // namespace trafrec::reconcile
