#include "replay/plan/mapping_memory.h"

#include <functional>

#include "replay/dialect/json.h"
#include "replay/dialect/key.h"
#include "replay/order/graph.h"
#include "replay/plan/limits.h"

namespace trafrec::plan {

using dialect::JsonValue;

namespace {

using Seen = std::function<void(uint64_t path)>;

/// Calls for each field that holds a value: null and [] make no mapping.
void EachPath(JsonValue& value, uint64_t path, int depth, const Seen& seen) {
  switch (value.type()) {
    case JsonValue::Type::kObject:
      if (depth < limits::kDocumentDepth) {
        value.EachMember([&](std::string_view key, JsonValue& member) {
          EachPath(member, order::Mixed(path, std::hash<std::string_view>{}(key)), depth + 1, seen);
        });
      }
      return;
    case JsonValue::Type::kArray:
      if (depth < limits::kDocumentDepth) {
        value.EachElement([&](JsonValue& element) { EachPath(element, path, depth + 1, seen); });
      }
      return;
    case JsonValue::Type::kNull:
    case JsonValue::Type::kBroken:
      return;
    default:
      seen(path);
  }
}

void EachPathOfUpdate(JsonValue& body, const Seen& seen) {
  body.EachMember([&](std::string_view key, JsonValue& value) {
    if (key == "doc" || key == "upsert") {
      EachPath(value, 0, 0, seen);
    } else if (key == "script") {
      // What a script adds only its first run shows.
      uint64_t script = 1;
      if (value.type() == JsonValue::Type::kObject) {
        value.EachMember([&](std::string_view name, JsonValue& part) {
          const auto text = name == "params" ? std::nullopt : part.Text();
          script = order::Mixed(script, std::hash<std::string>{}(text.value_or("")));
        });
      } else {
        script = order::Mixed(script, std::hash<std::string>{}(value.Text().value_or("")));
      }
      seen(script);
    }
  });
}

}  // namespace

bool MappingMemory::Adds(const std::string& index, const dialect::Operation& operation,
                         std::string_view source) {
  if (!indices_.contains(index) && indices_.size() >= limits::kNames) {
    return true;
  }
  const auto [place, first] = indices_.try_emplace(index);
  Index& known = place->second;
  if (known.wide) {
    return true;
  }
  bool adds = first;
  const Seen seen = [&](uint64_t path) {
    if (known.paths.contains(path)) {
      return;
    }
    adds = true;
    if (known.paths.size() >= limits::kPathsOfIndex || paths_ >= limits::kPaths) {
      known.wide = true;
      return;
    }
    known.paths.insert(path);
    ++paths_;
  };
  // What cannot be read has been walked as far as it could be.
  (void)dialect::ReadJson(source, [&](JsonValue& root) {
    if (operation.kind == dialect::Kind::kUpdate) {
      EachPathOfUpdate(root, seen);
    } else {
      EachPath(root, 0, 0, seen);
    }
  });
  return adds;
}

void MappingMemory::Forget(std::string_view index) {
  for (auto each = indices_.begin(); each != indices_.end();) {
    if (dialect::NamesMeet(index, each->first)) {
      paths_ -= each->second.paths.size();
      each = indices_.erase(each);
    } else {
      ++each;
    }
  }
}

}  // namespace trafrec::plan
