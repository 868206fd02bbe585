#include "tools/replay/replay_documents.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

constexpr size_t kDifferencesShown = 5;

std::string DifferenceInWords(const census::Difference& difference) {
  const ledger::IndexChange& since = difference.known.since;
  std::string before = fmt::format("{} before", WithCommas(difference.known.at_start));
  if (since.emptied) {
    before.assign("deleted in the run");
  }
  std::string words = fmt::format(
      "{} at {}: {} at the target, {} expected ({}, {} made, {} taken away)",
      EscapeForTerminal(difference.index), EscapeForTerminal(difference.target),
      CountOf(static_cast<uint64_t>(difference.found), "document"), WithCommas(difference.expected),
      before, WithCommas(since.created), WithCommas(since.deleted));
  words += difference.unclear > 0
               ? fmt::format("; {} may have changed it and did not say by how much",
                             CountOf(static_cast<uint64_t>(difference.unclear), "operation"))
               : "; does somebody else write there, or does a policy delete?";
  return words;
}

}  // namespace

DocumentWords DocumentsInWords(const census::Comparison& comparison) {
  DocumentWords words;
  if (comparison.indices > 0) {
    words.as_expected =
        fmt::format("{} of {} hold what this run leaves there; {} in all",
                    WithCommas(comparison.indices - comparison.differences.size()),
                    CountOf(comparison.indices, "index", "indices"),
                    CountOf(static_cast<uint64_t>(comparison.documents), "document"));
  }
  if (comparison.used > 0) {
    words.as_expected +=
        fmt::format("{}the target held {} in {} before", words.as_expected.empty() ? "" : "; ",
                    CountOf(static_cast<uint64_t>(comparison.before), "document"),
                    CountOf(comparison.used, "index", "indices"));
  }
  for (const auto& [target, why] : comparison.unknown) {
    words.warnings.push_back(
        fmt::format("not counted at {}: {}", EscapeForTerminal(target), EscapeForTerminal(why)));
  }
  const size_t shown = std::min(kDifferencesShown, comparison.differences.size());
  for (size_t i = 0; i < shown; ++i) {
    words.warnings.push_back(DifferenceInWords(comparison.differences[i]));
  }
  if (shown < comparison.differences.size()) {
    words.warnings.push_back(
        fmt::format("{} more: --json names them all",
                    CountOf(comparison.differences.size() - shown, "index", "indices")));
  }
  return words;
}

void AppendDocuments(const census::Comparison& comparison, JsonAppender& json) {
  json.Open("documents", '{');
  json.Number("indices", comparison.indices);
  json.Number("found", comparison.documents);
  json.Number("used", comparison.used);
  json.Number("before", comparison.before);
  json.Open("not_counted", '[');
  for (const auto& [target, why] : comparison.unknown) {
    json.Open('{');
    json.Bytes("target", target);
    json.Bytes("why", why);
    json.Close('}');
  }
  json.Close(']');
  json.Open("differences", '[');
  for (const census::Difference& difference : comparison.differences) {
    json.Open('{');
    json.Bytes("target", difference.target);
    json.Bytes("index", difference.index);
    json.Number("expected", difference.expected);
    json.Number("found", difference.found);
    json.Number("at_start", difference.known.at_start);
    json.Bool("emptied", difference.known.since.emptied);
    json.Number("created", difference.known.since.created);
    json.Number("deleted", difference.known.since.deleted);
    json.Number("unclear", difference.unclear);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

}  // namespace trafrec::tools
