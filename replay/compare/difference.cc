#include "replay/compare/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "replay/compare/decimal.h"
#include "replay/compare/limits.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {
namespace {

/// A pointer as people write it: "items[5].index.status", "the whole" for the root. Names that
/// would be read as something else are quoted.
std::string Path(std::string_view pointer) {
  std::string path;
  for (const std::string& token : json::TokensOf(pointer)) {
    if (IsElement(token)) {
      path += fmt::format("[{}]", token);
    } else if (token.empty() || token.find_first_of(".[]\" ") != std::string::npos) {
      path += fmt::format("{}\"{}\"", path.empty() ? "" : ".", token);
    } else {
      path += fmt::format("{}{}", path.empty() ? "" : ".", token);
    }
  }
  return path.empty() ? "the whole" : path;
}

/// "status", "field Content-Type", "hits.total.value", "line 4".
std::string Place(const Difference& difference) {
  const std::string& pointer = PointerOf(difference);
  switch (difference.part) {
    case Part::kStatus:
      return "status";
    case Part::kField:
      return "field " + pointer.substr(std::min<size_t>(1, pointer.size()));
    case Part::kLine: {
      const std::string_view within = PlaceInLine(pointer);
      const std::string number =
          pointer.substr(std::min<size_t>(1, pointer.size()), pointer.size() - within.size() - 1);
      return "line " + number + (within.empty() ? "" : ": " + Path(within));
    }
    case Part::kBody:
      return Path(pointer);
  }
  std::unreachable();
}

/// A number with commas in its whole part; other values as they are.
std::string Readable(std::string_view json) {
  const size_t sign = json.starts_with('-') ? 1 : 0;
  const std::string_view whole = json.substr(sign, json.find_first_of(".eE") - sign);
  std::string text(json);
  if (IsElement(whole)) {
    for (size_t left = whole.size(); left > 3; left -= 3) {
      text.insert(sign + left - 3, 1, ',');
    }
  }
  return text;
}

/// " (-0.5%)" of two numbers, as far as a share can be told.
std::string Share(const Difference& difference) {
  const std::optional<double> source = ApproximateOf(difference.source);
  const std::optional<double> target = ApproximateOf(difference.target);
  if (!source || !target || *source == 0) {
    return "";
  }
  const double percent = (*target - *source) / std::abs(*source) * 100;
  if (!std::isfinite(percent)) {
    return "";
  }
  return std::abs(percent) < 0.05 ? " (less than 0.1%)" : fmt::format(" ({:+.1f}%)", percent);
}

/// What kind of value a JSON text is.
std::string_view TypeOf(std::string_view json) {
  switch (json.empty() ? '\0' : json.front()) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    case 't':
    case 'f':
      return "a boolean";
    case 'n':
      return "null";
    default:
      return "a number";
  }
}

/// "the string "1"": a value whose type is the point. Containers and null need no more words.
std::string Typed(std::string_view json) {
  const std::string_view type = TypeOf(json);
  return json.starts_with('{') || json.starts_with('[') || json.starts_with('n')
             ? std::string(type)
             : fmt::format("{} ({})", type, Readable(json));
}

/// "all 10 in both, order correlates 0.93; ", "8 of 10 in both; ".
std::string Common(const Difference& difference) {
  if (!difference.overlap) {
    return "";
  }
  const Overlap& overlap = *difference.overlap;
  std::string text = overlap.source != overlap.target
                         ? fmt::format("{} in both, of {} at the source and {} at the target",
                                       overlap.both, overlap.source, overlap.target)
                     : overlap.both == overlap.source
                         ? fmt::format("all {} in both", overlap.both)
                         : fmt::format("{} of {} in both", overlap.both, overlap.source);
  if (overlap.correlation < 1) {
    text += fmt::format(", order correlates {:.2f}", overlap.correlation);
  }
  return text + "; ";
}

/// "only at the source ["a"], only at the target ["b"]".
std::string OnlyOn(const Difference& difference) {
  std::string text;
  for (const auto& [side, names] :
       {std::pair("source", difference.source), std::pair("target", difference.target)}) {
    if (names != "[]") {
      text += fmt::format("{}only at the {} {}", text.empty() ? "" : ", ", side, names);
    }
  }
  return text;
}

}  // namespace

std::string_view NameOf(Kind kind) {
  switch (kind) {
    case Kind::kValue:
      return "value";
    case Kind::kType:
      return "type";
    case Kind::kMissing:
      return "missing";
    case Kind::kAdded:
      return "added";
    case Kind::kOrder:
      return "order";
    case Kind::kOverlap:
      return "overlap";
  }
  std::unreachable();
}

std::string_view NameOf(Part part) {
  switch (part) {
    case Part::kStatus:
      return "status";
    case Part::kField:
      return "field";
    case Part::kLine:
      return "line";
    case Part::kBody:
      return "body";
  }
  std::unreachable();
}

const std::string& PointerOf(const Difference& difference) {
  return difference.kind == Kind::kAdded ? difference.target_pointer : difference.source_pointer;
}

bool IsInJsonLine(const Difference& difference) {
  return difference.part == Part::kLine && !PlaceInLine(PointerOf(difference)).empty();
}

std::string_view PlaceInLine(std::string_view pointer) {
  const size_t second = pointer.find('/', 1);
  return second == std::string_view::npos ? std::string_view() : pointer.substr(second);
}

bool IsElement(std::string_view token) {
  return !token.empty() && token.find_first_not_of("0123456789") == std::string_view::npos;
}

bool HasRedacted(std::string_view text) {
  // docs/privacy.md
  constexpr std::string_view kToken = "redacted-";
  constexpr size_t kDigits = 32;
  for (size_t at = text.find(kToken); at != std::string_view::npos;
       at = text.find(kToken, at + 1)) {
    const std::string_view digits = text.substr(at + kToken.size(), kDigits);
    if (digits.size() == kDigits &&
        digits.find_first_not_of("0123456789abcdef") == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

uint64_t Differences::told() const {
  return more + static_cast<uint64_t>(std::ranges::count_if(
                    found, [](const Difference& each) { return !each.rule; }));
}

void Differences::Add(Difference difference) {
  if (difference.kind == Kind::kValue &&
      (HasRedacted(difference.source) || HasRedacted(difference.target))) {
    ++redacted;
  } else if (found.size() == limits::kDifferences) {
    ++more;
  } else {
    found.push_back(std::move(difference));
  }
}

void Differences::Add(Differences more_of_them) {
  more += more_of_them.more;
  redacted += more_of_them.redacted;
  narrowed = narrowed || more_of_them.narrowed;
  for (Difference& each : more_of_them.found) {
    if (each.rule) {
      found.push_back(std::move(each));
    } else {
      Add(std::move(each));
    }
  }
}

Difference Mirrored(Difference difference) {
  std::swap(difference.source, difference.target);
  std::swap(difference.source_pointer, difference.target_pointer);
  if (difference.overlap) {
    std::swap(difference.overlap->source, difference.overlap->target);
  }
  difference.known = nullptr;
  if (difference.kind == Kind::kMissing) {
    difference.kind = Kind::kAdded;
  } else if (difference.kind == Kind::kAdded) {
    difference.kind = Kind::kMissing;
  }
  return difference;
}

std::string Shown(std::string_view text) {
  if (text.size() <= limits::kShownBytes) {
    return std::string(text);
  }
  size_t end = limits::kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::pair<std::string, std::string> ShownWhereTheyDiffer(std::string_view source,
                                                         std::string_view target) {
  const auto same = static_cast<size_t>(std::ranges::mismatch(source, target).in1 - source.begin());
  if (std::max(source.size(), target.size()) <= limits::kShownBytes ||
      same < limits::kShownBytes / 2) {
    return {Shown(source), Shown(target)};
  }
  size_t begin = same - limits::kShownBefore;
  while (begin > 0 && (static_cast<unsigned char>(source[begin]) & 0xC0U) == 0x80U) {
    --begin;
  }
  return {"…" + Shown(source.substr(begin)), "…" + Shown(target.substr(begin))};
}

std::string InWords(const Difference& difference) {
  const bool json = difference.part == Part::kBody || IsInJsonLine(difference);
  const std::string path = Place(difference);
  const std::string source = json ? Readable(difference.source) : difference.source;
  const std::string target = json ? Readable(difference.target) : difference.target;
  switch (difference.kind) {
    case Kind::kValue:
      return fmt::format("{}: {} at the source, {} at the target{}", path, source, target,
                         json ? Share(difference) : "");
    case Kind::kType:
      return fmt::format("{}: {} at the source, {} at the target", path, Typed(difference.source),
                         Typed(difference.target));
    case Kind::kMissing:
      return fmt::format("{}: {} at the source, missing at the target", path, source);
    case Kind::kAdded:
      return fmt::format("{}: not at the source, {} at the target", path, target);
    case Kind::kOrder:
      return fmt::format("{}: {}in the order {} at the source, {} at the target", path,
                         Common(difference), source, target);
    case Kind::kOverlap:
      return fmt::format("{}: {}{}", path, Common(difference), OnlyOn(difference));
  }
  std::unreachable();
}

}  // namespace trafrec::compare
