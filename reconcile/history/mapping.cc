#include "reconcile/history/mapping.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "reconcile/history/limits.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

using json::Tree;
using JsonType = json::Type;

/// A longer keyword may be more than Lucene takes as one term (32,766 bytes).
constexpr size_t kKeywordBytes = 8'000;

bool IsNumber(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

bool IsWord(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
         text != "NaN" && text != "Infinity";
}

/// "2026-11-27" or "2026-11-27T10:00:00.000Z": what strict_date_optional_time surely takes.
bool IsPlainDate(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd.dddZ";
  const auto fits = [&](std::string_view form) {
    return text.size() == form.size() && std::ranges::equal(text, form, [](char c, char f) {
             return f == 'd' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : c == f;
           });
  };
  const bool formed = fits(kForm) || fits(kForm.substr(0, 10)) || fits("dddd-dd-ddTdd:dd:ddZ") ||
                      fits("dddd-dd-ddTdd:dd:dd");
  if (!formed) {
    return false;
  }
  const int month = (text[5] - '0') * 10 + text[6] - '0';
  const int day = (text[8] - '0') * 10 + text[9] - '0';
  const int hour = text.size() > 10 ? (text[11] - '0') * 10 + text[12] - '0' : 0;
  return month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24;
}

}  // namespace

std::optional<Mapping> Mapping::OfCreation(std::string_view body) {
  const auto tree = Tree::Parse(body);
  auto at = tree ? tree->Find(Tree::kRoot, "mappings") : std::nullopt;
  if (at && !tree->Find(*at, "properties") && tree->ChildrenOf(*at).size() == 1) {
    at = tree->ChildrenOf(*at).front();  // 6.8 and before: below the type's name
  }
  const auto properties = at ? tree->Find(*at, "properties") : std::nullopt;
  if (!properties) {
    return std::nullopt;
  }
  Mapping mapping;
  const auto dynamic = tree->Find(*at, "dynamic");
  mapping.ignores_others_ = dynamic && tree->ScalarOf(*dynamic) == "false";
  constexpr std::pair<std::string_view, Type> kTypes[] = {
      {"keyword", Type::kKeyword}, {"text", Type::kText},       {"double", Type::kFloating},
      {"float", Type::kFloating},  {"integer", Type::kInteger}, {"long", Type::kInteger},
      {"date", Type::kDate},       {"boolean", Type::kBoolean}};
  for (const uint32_t field : tree->ChildrenOf(*properties)) {
    Type& type = mapping.fields_[tree->KeyOf(field)];
    const auto name = tree->Find(field, "type");
    if (name && tree->ChildrenOf(field).size() == 1) {
      for (const auto& [word, known] : kTypes) {
        if (tree->ScalarOf(*name) == word) {
          type = known;
        }
      }
    }
  }
  return mapping;
}

Fit Mapping::CheckValue(Type type, bool is_string, bool is_number, bool is_boolean,
                        std::string_view value) {
  switch (type) {
    case Type::kKeyword:
      return value.size() < kKeywordBytes        ? Fit::kTaken
             : value.size() > limits::kTermBytes ? Fit::kTooLong
                                                 : Fit::kUnknown;
    case Type::kText:
      return Fit::kTaken;
    case Type::kFloating:
      if (is_number || (is_string && IsNumber(value))) {
        return value.size() < 30 ? Fit::kTaken : Fit::kUnknown;
      }
      return is_string && IsWord(value) ? Fit::kRefused : Fit::kUnknown;
    case Type::kInteger:
      if (is_number) {
        const bool plain = std::ranges::all_of(
            value, [](unsigned char c) { return std::isdigit(c) != 0 || c == '-'; });
        return plain && value.size() < 10 ? Fit::kTaken : Fit::kUnknown;
      }
      return is_string && IsWord(value) ? Fit::kRefused : Fit::kUnknown;
    case Type::kDate:
      if (is_string) {
        if (IsPlainDate(value)) {
          return Fit::kTaken;
        }
        return IsWord(value) ? Fit::kRefused : Fit::kUnknown;
      }
      return Fit::kUnknown;
    case Type::kBoolean:
      return is_boolean ? Fit::kTaken : Fit::kUnknown;
    case Type::kOther:
      break;
  }
  return Fit::kUnknown;
}

bool Mapping::IsKeyword(std::string_view field) const {
  const auto found = fields_.find(field);
  return found != fields_.end() && found->second == Type::kKeyword;
}

Fit Mapping::Check(std::string_view source) const {
  const auto tree = Tree::Parse(source);
  if (!tree || tree->size() == 0 || tree->type(Tree::kRoot) != JsonType::kObject) {
    return Fit::kUnknown;
  }
  Fit fit = Fit::kTaken;
  for (const uint32_t member : tree->ChildrenOf(Tree::kRoot)) {
    const auto field = fields_.find(tree->KeyOf(member));
    if (field == fields_.end()) {
      fit = ignores_others_ ? fit : Fit::kUnknown;
      continue;
    }
    std::vector<uint32_t> values{member};
    if (tree->type(member) == JsonType::kArray) {
      values = tree->ChildrenOf(member);
    }
    for (const uint32_t value : values) {
      const JsonType type = tree->type(value);
      if (type == JsonType::kNull) {
        continue;
      }
      const bool scalar = type != JsonType::kObject && type != JsonType::kArray;
      const Fit one =
          scalar ? CheckValue(field->second, type == JsonType::kString, type == JsonType::kNumber,
                              type == JsonType::kTrue || type == JsonType::kFalse,
                              tree->ScalarOf(value).value_or(""))
                 : Fit::kUnknown;
      if (one == Fit::kRefused) {
        return Fit::kRefused;
      }
      fit = one == Fit::kTooLong || (one == Fit::kUnknown && fit != Fit::kTooLong) ? one : fit;
    }
  }
  return fit;
}

Fit Mapping::Check(dialect::Kind kind, std::string_view body) const {
  if (kind == dialect::Kind::kIndex || kind == dialect::Kind::kCreate) {
    return Check(body);
  }
  const auto tree = Tree::Parse(body);
  const auto doc = kind == dialect::Kind::kUpdate && tree && tree->size() > 0
                       ? tree->Find(Tree::kRoot, "doc")
                       : std::nullopt;
  if (!doc || std::ranges::any_of(tree->ChildrenOf(Tree::kRoot), [&](uint32_t member) {
        return !tree->KeyIs(member, "doc") && !tree->KeyIs(member, "doc_as_upsert") &&
               !tree->KeyIs(member, "detect_noop");
      })) {
    return Fit::kUnknown;
  }
  const Fit fit = Check(tree->TextOf(*doc));
  return fit == Fit::kTaken ? fit : Fit::kUnknown;
}

}  // namespace trafrec::reconcile
