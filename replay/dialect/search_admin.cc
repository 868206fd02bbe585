// Requests for indices and for the cluster.

#include <utility>

#include "replay/dialect/index_names.h"
#include "replay/dialect/json.h"
#include "replay/dialect/search_call.h"

namespace trafrec::dialect {
namespace {

void AddState(bool write, Operation& operation) {
  operation.keys.push_back({.scope = Scope::kState, .write = write});
}

void AddNames(JsonValue& value, std::vector<Key>& keys) {
  const auto add = [&keys](JsonValue& element) {
    if (const auto name = element.Text(); name && !name->empty()) {
      AddIndexKeys(*name, true, keys);
    }
  };
  if (value.type() == JsonValue::Type::kArray) {
    value.EachElement(add);
  } else {
    add(value);
  }
}

/// {"actions": [{"add": {"index": "a", "alias": "b"}}, …]} of _aliases and _data_stream/_modify.
void AddActions(JsonValue& actions, std::vector<Key>& keys) {
  actions.EachElement([&keys](JsonValue& action) {
    action.EachMember([&keys](std::string_view, JsonValue& what) {
      what.EachMember([&keys](std::string_view key, JsonValue& value) {
        if (key == "index" || key == "indices" || key == "alias" || key == "aliases" ||
            key == "data_stream") {
          AddNames(value, keys);
        }
      });
    });
  });
}

/// Indices and aliases that the body makes or changes, beside those of the path.
std::string AddNamesOfBody(std::string_view body, std::vector<Key>& keys) {
  return ReadJson(body, [&keys](JsonValue& root) {
    root.EachMember([&keys](std::string_view key, JsonValue& value) {
      if (key == "actions") {
        AddActions(value, keys);
      } else if (key == "aliases") {
        value.EachMember(
            [&keys](std::string_view alias, JsonValue&) { AddIndexKeys(alias, true, keys); });
      } else if (key == "index" || key == "alias") {
        AddNames(value, keys);
      }
    });
  });
}

/// POST that a second time finds its work done or is refused.
bool IsRepeatable(std::string_view api) { return api != "indices.rollover"; }

}  // namespace

void UnderstandIndexAdmin(const SearchCall& call, Meaning& meaning) {
  Operation operation = MakeOperation(call);
  operation.repeat = IsRepeatable(meaning.api) ? Repeat::kIdempotent : Repeat::kAdds;
  for (const std::string_view name : {"index", "new_index", "alias"}) {
    if (const std::string_view part = call.part(name); !part.empty()) {
      AddIndexKeys(part, true, operation.keys);
    }
  }
  if (meaning.api == "indices.rollover" && call.is_on("dry_run")) {
    operation.mutation = false;
    operation.repeat = Repeat::kSafe;
  }
  std::string trouble;
  if (!call.request.body.empty()) {
    trouble = AddNamesOfBody(call.request.body, operation.keys);
    meaning.trouble = trouble.empty() ? "" : "the body: " + trouble;
  }
  if (operation.keys.empty() || !trouble.empty()) {
    AddIndexKeys("", true, operation.keys);
  }
  AddState(true, operation);
  meaning.operations.push_back(std::move(operation));
}

/// Administration, inspection, refresh and maintenance.
void UnderstandOther(const SearchCall& call, Meaning& meaning) {
  Operation operation = MakeOperation(call);
  operation.kind = meaning.kind;  // OPTIONS has another one than its path
  operation.mutation = IsMutation(operation.kind);
  const std::string_view index = call.part("index");
  switch (operation.kind) {
    case Kind::kAdmin: {
      const std::string_view method = call.request.method;
      operation.repeat =
          method == "PUT" || method == "DELETE" ? Repeat::kIdempotent : Repeat::kAdds;
      operation.keys.push_back({.scope = Scope::kCluster, .write = true});
      break;
    }
    case Kind::kRefresh:
      AddIndexKeys(index, true, operation.keys);
      break;
    case Kind::kMaintain:
      // A flush comes after the writes before it, and no write overtakes it: as if it read them.
      if (!index.empty() || meaning.api.starts_with("indices.")) {
        AddIndexKeys(index, false, operation.keys);
        break;
      }
      AddState(false, operation);
      break;
    default:
      operation.repeat = Repeat::kSafe;
      AddState(false, operation);
      if (!index.empty()) {
        AddIndexKeys(index, false, operation.keys);
      }
  }
  meaning.operations.push_back(std::move(operation));
}

}  // namespace trafrec::dialect
