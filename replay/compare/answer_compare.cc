#include "replay/compare/answer_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "replay/compare/json_compare.h"
#include "replay/compare/limits.h"
#include "replay/compare/rule_compare.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {
namespace {

using dialect::AnswerView;

constexpr std::string_view kFields[] = {"Content-Type", "Content-Range", "Location", "Allow"};

/// "application/json; charset=UTF-8" and "Application/JSON;charset=utf-8" are one (RFC 9110, 8.3).
std::string MediaType(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c != ' ' && c != '\t' && c != '"') {
      out += LowerCase(c);
    }
  }
  return out;
}

/// A value that one side may lack.
void CompareValues(Part part, const std::string& pointer, std::string_view source,
                   std::string_view target, Differences& into) {
  if (source == target) {
    return;
  }
  const Kind kind = target.empty() ? Kind::kMissing : source.empty() ? Kind::kAdded : Kind::kValue;
  into.Add({.part = part,
            .kind = kind,
            .source_pointer = pointer,
            .target_pointer = pointer,
            .source = Shown(source),
            .target = Shown(target)});
}

void CompareFields(const AnswerView& source, const AnswerView& target, Differences& into) {
  for (const std::string_view name : kFields) {
    const std::string_view mine = dialect::FieldOf(source.headers, name);
    const std::string_view theirs = dialect::FieldOf(target.headers, name);
    if (name != "Content-Type" || MediaType(mine) != MediaType(theirs)) {
      CompareValues(Part::kField, fmt::format("/{}", name), mine, theirs, into);
    }
  }
}

bool IsText(std::string_view body) {
  return std::ranges::none_of(body, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
}

void CompareLines(std::string_view source, std::string_view target, Differences& into) {
  for (size_t line = 1; !source.empty() || !target.empty(); ++line) {
    const std::string pointer = fmt::format("/{}", line);
    if (line > limits::kLines) {
      CompareValues(Part::kLine, pointer, source, target, into);
      return;
    }
    const bool mine = !source.empty();
    const bool theirs = !target.empty();
    const std::string_view a = TakeLine(source);
    const std::string_view b = TakeLine(target);
    if (mine && theirs && a == b) {
      continue;
    }
    // A line that is there and empty is not a line that is not there.
    into.Add({.part = Part::kLine,
              .kind = !theirs ? Kind::kMissing
                      : !mine ? Kind::kAdded
                              : Kind::kValue,
              .source_pointer = pointer,
              .target_pointer = pointer,
              .source = Shown(a),
              .target = Shown(b)});
  }
}

/// What a rule made of two JSON bodies.
Differences CompareTexts(std::string_view source, std::string_view target) {
  const auto mine = json::Tree::Parse(source);
  const auto theirs = json::Tree::Parse(target);
  return mine && theirs ? CompareJson(*mine, *theirs) : Differences{.more = 1};
}

void CompareBodies(std::string_view source, std::string_view target, const RulesHere& rules,
                   Differences& into) {
  if (source == target) {
    return;
  }
  if (!source.empty() && !target.empty()) {
    const auto mine = json::Tree::Parse(source);
    const auto theirs = json::Tree::Parse(target);
    if (mine && theirs) {
      into.Add(Narrowed(CompareJson(*mine, *theirs), source, target, rules, CompareTexts));
      return;
    }
  }
  if (IsText(source) && IsText(target)) {
    CompareLines(source, target, into);
    return;
  }
  CompareValues(
      Part::kBody, "",
      source.empty() ? std::string() : fmt::format("{} bytes that are no text", source.size()),
      target.empty() ? std::string() : fmt::format("{} other bytes", target.size()), into);
}

}  // namespace

Differences CompareAnswers(const AnswerView& source, const AnswerView& target,
                           const RulesHere& rules) {
  Differences differences;
  CompareValues(Part::kStatus, "", std::to_string(source.status), std::to_string(target.status),
                differences);
  CompareFields(source, target, differences);
  CompareBodies(source.body, target.body, rules, differences);
  rules.Judge(differences);
  return differences;
}

}  // namespace trafrec::compare
