#include "replay/plan/mapping_memory.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <tuple>

#include "replay/dialect/json.h"
#include "replay/dialect/key.h"
#include "replay/order/graph.h"

namespace trafrec::plan {

using dialect::JsonValue;

namespace {

/// A field, and its value; null: nobody can tell which it gets.
using Seen = std::function<void(uint64_t path, JsonValue* value)>;

/// Calls for each field that holds a value: null and [] make no mapping.
void EachPath(JsonValue& value, uint64_t path, int depth, const Seen& seen) {
  switch (value.type()) {
    case JsonValue::Type::kObject:
      if (depth > 0) {
        seen(path, &value);
      }
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
      seen(path, &value);
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
      seen(script, nullptr);
    }
  });
}

/// Either product takes a string for a date that begins as one and has nothing else in it; the
/// first of its formats are 2026-11-29T10:00:00Z and 2026/11/29.
bool LooksLikeDate(std::string_view text) {
  constexpr size_t kYear = 4;
  return text.size() > kYear && text.find_first_not_of("0123456789") == kYear &&
         (text[kYear] == '-' || text[kYear] == '/') &&
         text.find_first_not_of("0123456789-/:.,TZ+ ") == std::string_view::npos;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("+-.0123456789") == std::string_view::npos;
}

}  // namespace

MappingPlace MappingMemory::Find(const std::string& index, const dialect::Operation& operation,
                                 std::string_view source, const MappingWrite* write) {
  if (!indices_.contains(index) && indices_.size() >= limits::kNames) {
    return {.adds = true};
  }
  const auto [at, first] = indices_.try_emplace(index);
  Index& known = at->second;
  MappingPlace place{.adds = first || known.wide};
  if (known.wide) {
    return place;
  }
  const Seen seen = [&](uint64_t path, JsonValue* value) {
    Visit(known, path, value, write, place);
  };
  // What cannot be read has been walked as far as it could be.
  (void)dialect::ReadJson(source, [&](JsonValue& root) {
    if (operation.kind == dialect::Kind::kUpdate) {
      EachPathOfUpdate(root, seen);
    } else {
      EachPath(root, 0, 0, seen);
    }
  });
  if (write != nullptr && known.open.size() >= known.settle_at) {
    Settle(known, write->times);
  }
  for (std::vector<uint64_t>* const others : {&place.labels, &place.after, &place.before}) {
    std::ranges::sort(*others);
    const auto twice = std::ranges::unique(*others);
    others->erase(twice.begin(), twice.end());
  }
  return place;
}

void MappingMemory::Visit(Index& index, uint64_t path, JsonValue* value, const MappingWrite* write,
                          MappingPlace& place) {
  if (index.settled.contains(path)) {
    return;
  }
  auto field = index.open.find(path);
  if (field == index.open.end()) {
    place.adds = true;
    if (index.fields() >= limits::kPathsOfIndex || fields_ >= limits::kPaths) {
      index.wide = true;
      return;
    }
    field = index.open.try_emplace(path).first;
    ++fields_;
  } else if (write != nullptr && IsTold(field->second, write->times)) {
    index.open.erase(field);
    index.settled.insert(path);
    return;
  }
  place.adds = true;
  if (write == nullptr) {
    return;
  }
  const bool refused = write->fate == MappingWrite::Fate::kRefused;
  if (value != nullptr && write->fate != MappingWrite::Fate::kUnknown) {
    Join(field->second, refused ? Type::kRefused : TypeOf(*value), write->seq_no, place);
  }
  std::optional<order::Times>& told = field->second.told;
  if (!refused && (!told || *write->times.answered_at < *told->answered_at)) {
    told = write->times;
  }
}

/// Puts a write among those that may have made a field.
void MappingMemory::Join(Open& field, Type type, std::optional<int64_t> seq_no,
                         MappingPlace& place) {
  auto own = std::ranges::find(field.makers, type, &Makers::type);
  if (own == field.makers.end()) {
    field.makers.push_back({.type = type, .label = ++labels_, .seq_no = seq_no});
    own = std::prev(field.makers.end());
  }
  for (const Makers& others : field.makers) {
    if (others.type == type) {
      continue;
    }
    if (GoFirst(others, *own)) {
      place.after.push_back(others.label);
    } else if (own->count < limits::kMappingLeaders) {
      place.before.push_back(others.label);
    }
  }
  ++own->count;
  place.labels.push_back(own->label);
}

/// Fields that one document has and no other stay open; now and then they are looked through.
void MappingMemory::Settle(Index& index, const order::Times& times) const {
  std::erase_if(index.open, [&](const auto& field) {
    const bool told = IsTold(field.second, times);
    if (told) {
      index.settled.insert(field.first);
    }
    return told;
  });
  index.settle_at = std::max(limits::kOpenFields, 2 * index.open.size());
}

bool MappingMemory::IsTold(const Open& field, const order::Times& times) const {
  return field.told && order::Precedes(*field.told, times, clock_error_ns_);
}

bool MappingMemory::GoFirst(const Makers& a, const Makers& b) {
  const auto place = [](const Makers& makers) {
    const int rank = makers.type == Type::kText      ? 0
                     : makers.type == Type::kDate    ? 1
                     : makers.type == Type::kRefused ? 3
                                                     : 2;
    return std::tuple(rank, makers.seq_no.value_or(std::numeric_limits<int64_t>::max()),
                      makers.label);
  };
  return place(a) < place(b);
}

MappingMemory::Type MappingMemory::TypeOf(JsonValue& value) {
  switch (value.type()) {
    case JsonValue::Type::kNumber:
      return value.Text().value_or("").find_first_of(".eE") == std::string::npos ? Type::kNumber
                                                                                 : Type::kFraction;
    case JsonValue::Type::kBoolean:
      return Type::kBoolean;
    case JsonValue::Type::kString: {
      const std::string text = value.Text().value_or("");
      return LooksLikeDate(text) ? Type::kDate : IsNumber(text) ? Type::kDigits : Type::kText;
    }
    default:
      return Type::kObject;
  }
}

void MappingMemory::Forget(std::string_view index) {
  for (auto each = indices_.begin(); each != indices_.end();) {
    if (dialect::NamesMeet(index, each->first)) {
      fields_ -= each->second.fields();
      each = indices_.erase(each);
    } else {
      ++each;
    }
  }
}

}  // namespace trafrec::plan
