#include "replay/compare/known_differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "replay/compare/decimal.h"
#include "replay/compare/limits.h"
#include "replay/compare/pointer_pattern.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {
namespace {

/// Where a difference is met, and by what it is told.
struct Sign {
  std::string_view id;  ///< of the known difference
  Part part = Part::kBody;
  std::optional<Kind> kind{};
  std::string_view place{};       ///< as in rules; of a field "/Name"
  std::string_view source_has{};  ///< in the text of the source
  std::string_view target_has{};  ///< in the text of the target
  double ratio = 0;               ///< of two numbers; 0: any values
  std::string_view apis{};        ///< beginnings of names, blanks between them; "": any
  std::string_view path_has{};    ///< in the path of the request, as the dialect names it
};

constexpr KnownDifference kKnown[] = {
#define KNOWN_DIFFERENCE(id, words, versions, transform, tried) \
  {id, words, versions, transform, tried},
#define KNOWN_SIGN(...)
#include "replay/compare/known_differences.def"
#undef KNOWN_DIFFERENCE
#undef KNOWN_SIGN
};

constexpr Sign kSigns[] = {
#define KNOWN_DIFFERENCE(id, words, versions, transform, tried)
#define KNOWN_SIGN(known, ...) {.id = known, __VA_ARGS__},
#include "replay/compare/known_differences.def"
#undef KNOWN_DIFFERENCE
#undef KNOWN_SIGN
};

struct Entry {
  const Sign* sign;
  PointerPattern place;
  const KnownDifference* known;
};

std::vector<Entry> MakeEntries() {
  std::vector<Entry> entries;
  for (const Sign& sign : kSigns) {
    auto place = PointerPattern::Parse(sign.place);
    CHECK(place.has_value());
    const auto* const known = std::ranges::find(kKnown, sign.id, &KnownDifference::id);
    CHECK(known != std::end(kKnown));
    entries.push_back({&sign, std::move(*place), known});
  }
  return entries;
}

bool IsAsked(const Sign& sign, const dialect::Meaning& meaning) {
  if (meaning.path.find(sign.path_has) == std::string::npos) {
    return false;
  }
  std::string_view rest = sign.apis;
  while (!rest.empty()) {
    const std::string_view api = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(api.size() + 1, rest.size()));
    if (meaning.api.starts_with(api)) {
      return true;
    }
  }
  return sign.apis.empty();
}

bool ValuesFit(const Sign& sign, const Difference& difference) {
  if (difference.source.find(sign.source_has) == std::string::npos ||
      difference.target.find(sign.target_has) == std::string::npos) {
    return false;
  }
  if (sign.ratio == 0) {
    return true;
  }
  const std::optional<double> source = ApproximateOf(difference.source);
  const std::optional<double> target = ApproximateOf(difference.target);
  return source && target && *target != 0 &&
         std::abs(*source / *target / sign.ratio - 1) < limits::kScoreRounding;
}

const KnownDifference* Find(const Difference& difference, const dialect::Meaning& meaning) {
  static const std::vector<Entry> kEntries = MakeEntries();
  const std::vector<std::string> tokens = json::TokensOf(PointerOf(difference));
  for (const Entry& entry : kEntries) {
    const Sign& sign = *entry.sign;
    if (sign.part == difference.part && (!sign.kind || *sign.kind == difference.kind) &&
        ValuesFit(sign, difference) && IsAsked(sign, meaning) && entry.place.Fits(tokens)) {
      return entry.known;
    }
  }
  return nullptr;
}

/// "/items/3/index" of "/items/3/index/error/type": what the error became of; nothing if the
/// difference is of no error.
std::optional<std::string_view> Failed(const Difference& difference) {
  const std::string& pointer = PointerOf(difference);
  for (const std::string_view end : {"/error", "/error/type", "/error/reason"}) {
    if (difference.part == Part::kBody && pointer.ends_with(end)) {
      return std::string_view(pointer).substr(0, pointer.size() - end.size());
    }
  }
  return std::nullopt;
}

/// What follows from an error of that operation: its status, and of a whole answer its head, too.
bool Follows(const Difference& difference, std::string_view failed) {
  if (difference.part != Part::kBody) {
    return failed.empty() && difference.part != Part::kLine;
  }
  return PointerOf(difference) == std::string(failed) + "/status";
}

}  // namespace

std::span<const KnownDifference> KnownDifferences() { return kKnown; }

std::string InWords(const KnownDifference& known) {
  return fmt::format(
      "known: {} ({}){}", known.words, known.versions,
      known.transform.empty()
          ? ""
          : fmt::format("; --transform es-to-opensearch ({}) mends it", known.transform));
}

void Explain(const dialect::Meaning& meaning, Differences& differences) {
  if (meaning.api.empty() || meaning.kind == dialect::Kind::kRead ||
      meaning.kind == dialect::Kind::kWrite) {
    return;
  }
  for (Difference& each : differences.found) {
    each.known = Find(each, meaning);
  }
  for (const Difference& cause : differences.found) {
    const auto failed = Failed(cause);
    if (!failed || cause.known == nullptr) {
      continue;
    }
    for (Difference& each : differences.found) {
      if (each.known == nullptr && Follows(each, *failed)) {
        each.known = cause.known;
      }
    }
  }
}

}  // namespace trafrec::compare
