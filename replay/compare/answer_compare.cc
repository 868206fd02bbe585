#include "replay/compare/answer_compare.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <expected>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "replay/compare/json_compare.h"
#include "replay/compare/known_differences.h"
#include "replay/compare/limits.h"
#include "replay/compare/rule_compare.h"
#include "replay/compare/search_answer_compare.h"
#include "replay/compare/shape_compare.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {
namespace {

using dialect::AnswerView;

/// A list of methods, whose order says nothing.
std::string Sorted(std::string_view list) {
  std::set<std::string_view> items;
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    items.insert(Trimmed(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return fmt::format("{}", fmt::join(items, ", "));
}

constexpr std::string_view kFields[] = {"Content-Range", "Location", "X-Elastic-Product",
                                        "X-Opaque-Id"};

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
  auto [mine, theirs] = ShownWhereTheyDiffer(source, target);
  into.Add({.part = part,
            .kind = kind,
            .source_pointer = pointer,
            .target_pointer = pointer,
            .source = std::move(mine),
            .target = std::move(theirs)});
}

/// `299 Elasticsearch-7.10.2-747e1cc "[types removal] …" "Fri, …"` without who says it, and when:
/// all that are there, each once.
std::string WarningsOf(std::span<const dialect::HeaderView> fields) {
  std::set<std::string_view> texts;
  for (const dialect::HeaderView& field : fields) {
    if (SameButForCase(field.name, "Warning")) {
      const size_t begin = field.value.find('"');
      const size_t end = begin == std::string_view::npos ? begin : field.value.find('"', begin + 1);
      texts.insert(end == std::string_view::npos ? field.value
                                                 : field.value.substr(begin, end + 1 - begin));
    }
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

void CompareFields(const AnswerView& source, const AnswerView& target, Differences& into) {
  const std::string_view type = dialect::FieldOf(source.headers, "Content-Type");
  const std::string_view their_type = dialect::FieldOf(target.headers, "Content-Type");
  if (MediaType(type) != MediaType(their_type)) {
    CompareValues(Part::kField, "/Content-Type", type, their_type, into);
  }
  for (const std::string_view name : kFields) {
    CompareValues(Part::kField, fmt::format("/{}", name), dialect::FieldOf(source.headers, name),
                  dialect::FieldOf(target.headers, name), into);
  }
  CompareValues(Part::kField, "/Allow", Sorted(dialect::FieldOf(source.headers, "Allow")),
                Sorted(dialect::FieldOf(target.headers, "Allow")), into);
  CompareValues(Part::kField, "/Warning", WarningsOf(source.headers), WarningsOf(target.headers),
                into);
}

bool IsText(std::string_view body) {
  return std::ranges::none_of(body, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
}

/// An object or an array, as the lines of NDJSON are.
std::optional<json::Tree> Document(std::string_view line) {
  if (!line.starts_with('{') && !line.starts_with('[')) {
    return std::nullopt;
  }
  auto tree = json::Tree::Parse(line);
  return tree ? std::optional(std::move(*tree)) : std::nullopt;
}

/// Two lines that are JSON, as two bodies are. False: one of them is none.
bool CompareDocuments(std::string_view source, std::string_view target, const RulesHere& rules,
                      const std::string& place, Differences& into) {
  const auto compare = [](std::string_view a, std::string_view b) {
    const auto one = Document(a);
    const auto other = Document(b);
    return one && other ? CompareJson(*one, *other) : Differences{.more = 1};
  };
  const auto mine = Document(source);
  const auto theirs = Document(target);
  if (!mine || !theirs) {
    return false;
  }
  Differences found = Narrowed(CompareJson(*mine, *theirs), source, target, rules, compare);
  for (Difference& each : found.found) {
    each.part = Part::kLine;
    each.source_pointer.insert(0, place);
    each.target_pointer.insert(0, place);
  }
  into.Add(std::move(found));
  return true;
}

void CompareLines(std::string_view source, std::string_view target, const RulesHere& rules,
                  Differences& into) {
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
    if (mine && theirs && (a == b || CompareDocuments(a, b, rules, pointer, into))) {
      continue;
    }
    auto [shown, theirs_shown] = ShownWhereTheyDiffer(a, b);
    // A line that is there and empty is not a line that is not there.
    into.Add({.part = Part::kLine,
              .kind = !theirs ? Kind::kMissing
                      : !mine ? Kind::kAdded
                              : Kind::kValue,
              .source_pointer = pointer,
              .target_pointer = pointer,
              .source = std::move(shown),
              .target = std::move(theirs_shown)});
  }
}

Differences CompareTrees(const json::Tree& source, const json::Tree& target,
                         const dialect::Meaning& meaning) {
  if (meaning.api.empty() || meaning.kind == dialect::Kind::kRead ||
      meaning.kind == dialect::Kind::kWrite) {
    return CompareJson(source, target);
  }
  return TellsOfTheServer(meaning) ? CompareShapes(source, target)
                                   : CompareSearchAnswers(meaning.kind, source, target);
}

/// What its sender calls JSON; NDJSON is none.
bool SaysJson(const AnswerView& answer) {
  const std::string type = MediaType(dialect::FieldOf(answer.headers, "Content-Type"));
  return type.starts_with("application/json") || type.find("+json") != std::string::npos;
}

/// Why what is called JSON is compared as text.
void NoteText(const AnswerView& answer, std::string_view side,
              const std::expected<json::Tree, std::string>& tree, Differences& into) {
  if (!tree && SaysJson(answer) && into.as_text.empty()) {
    into.as_text = fmt::format("at the {}, {}", side, tree.error());
  }
}

void CompareBodies(const AnswerView& mine_view, const AnswerView& their_view,
                   const dialect::Meaning& meaning, const RulesHere& rules, Differences& into) {
  const std::string_view source = mine_view.body;
  const std::string_view target = their_view.body;
  if (source == target) {
    return;
  }
  if (!source.empty() && !target.empty()) {
    const auto mine = json::Tree::Parse(source);
    const auto theirs = json::Tree::Parse(target);
    if (mine && theirs) {
      // What a rule makes of them is compared in the same way.
      const auto texts = [&](std::string_view a, std::string_view b) {
        const auto one = json::Tree::Parse(a);
        const auto other = json::Tree::Parse(b);
        return one && other ? CompareTrees(*one, *other, meaning) : Differences{.more = 1};
      };
      into.Add(Narrowed(CompareTrees(*mine, *theirs, meaning), source, target, rules, texts));
      return;
    }
    NoteText(mine_view, "source", mine, into);
    NoteText(their_view, "target", theirs, into);
  }
  if (TellsOfTheServer(meaning) && IsText(source) && IsText(target)) {
    into.Add(CompareColumns(source, target));
    return;
  }
  if (IsText(source) && IsText(target)) {
    CompareLines(source, target, rules, into);
    return;
  }
  CompareValues(
      Part::kBody, "",
      source.empty() ? std::string() : fmt::format("{} bytes that are no text", source.size()),
      target.empty() ? std::string() : fmt::format("{} other bytes", target.size()), into);
}

}  // namespace

Differences CompareAnswers(const AnswerView& source, const AnswerView& target,
                           const RulesHere& rules, const dialect::Meaning& meaning) {
  Differences differences;
  CompareValues(Part::kStatus, "", std::to_string(source.status), std::to_string(target.status),
                differences);
  CompareFields(source, target, differences);
  CompareBodies(source, target, meaning, rules, differences);
  Explain(meaning, differences);
  rules.Judge(differences);
  return differences;
}

}  // namespace trafrec::compare
