#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/compare/tally.h"
#include "tools/compare/amendments.h"
#include "tools/compare/answer_pairs.h"
#include "tools/compare/fail_condition.h"
#include "tools/compare/noise_options.h"
#include "tools/compare/suggestion_text.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// What a comparison found, to be shown.
struct CompareReport {
  const compare::Tally& tally;
  std::array<uint64_t, kUncomparedReasons> uncompared{};
  std::string source;  ///< folders
  std::string run;
  bool two_runs = false;  ///< the source is a run, too
  std::string dialect;
  std::vector<FailResult> conditions{};  ///< of --fail-if
  std::optional<NoiseReport> noise{};
  std::vector<Amendment> amendments{};       ///< of the run
  std::optional<SuggestionStyle> suggest{};  ///< what would make each difference go away
};

struct CompareStyle {
  size_t width = 80;
  Paint paint{false};
  size_t top = 10;           ///< entries of a list
  bool show_hidden = false;  ///< what each rule hid
  bool brief = false;        ///< a line for what differs, and of requests and times the most only
  size_t rows = 0;           ///< of the screen; 0: there is no end to it
};

/// "compared as text: the JSON of 2 pairs; first vm-0001-11: at the source, byte 9 …"; "" if none
/// was.
std::string AsTextInWords(const compare::Tally& tally);

/// For a screen: the verdict first, then differences ranked by the exchanges that they touch. What
/// would not fit into `rows` is made brief, with as many differences as there is room for.
std::string CompareText(const CompareReport& report, const CompareStyle& style);

/// One JSON object with its line end (docs/compare.md).
std::string CompareJsonText(const CompareReport& report);

}  // namespace trafrec::tools
