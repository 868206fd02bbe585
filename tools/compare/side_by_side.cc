#include "tools/compare/side_by_side.h"

#include <algorithm>
#include <utility>

#include "tools/compare/limits.h"
#include "tools/compare/line_pairs.h"

namespace trafrec::tools {
namespace {

std::vector<std::string> KeysOf(const std::vector<AnswerLine>& lines) {
  std::vector<std::string> keys;
  for (const AnswerLine& line : lines) {
    keys.push_back(line.key);
  }
  return keys;
}

/// A line that only one side has in a list whose elements differ is by that difference.
std::optional<size_t> DifferenceOf(const AnswerLine& line, bool alone) {
  return line.difference || !alone ? line.difference : line.list;
}

RowMark MarkOf(const LinePair& pair, const compare::Difference* difference) {
  if (difference == nullptr) {
    return RowMark::kAlike;
  }
  return difference->rule ? RowMark::kHidden
         : !pair.source   ? RowMark::kTargetOnly
         : !pair.target   ? RowMark::kSourceOnly
                          : RowMark::kDiffers;
}

/// A value that redaction replaced on one side, and what the other one has in its place: no
/// difference brings them together.
bool AreRedacted(const AnswerRow& one, const AnswerRow& other) {
  const std::string& source = one.target.empty() ? one.source : other.source;
  const std::string& target = one.target.empty() ? other.target : one.target;
  const auto name = [](const std::string& line) { return line.substr(0, line.find("\": ")); };
  return (one.source.empty() || one.target.empty()) && !source.empty() && !target.empty() &&
         other.source.empty() != other.target.empty() && name(source) == name(target) &&
         (compare::HasRedacted(source) || compare::HasRedacted(target));
}

std::vector<AnswerRow> Neighbourhood(std::vector<AnswerRow> rows) {
  std::vector<bool> near(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].mark != RowMark::kAlike) {
      const size_t from = i - std::min(i, limits::kNeighbourLines);
      const size_t until = std::min(rows.size(), i + limits::kNeighbourLines + 1);
      std::fill(near.begin() + static_cast<ptrdiff_t>(from),
                near.begin() + static_cast<ptrdiff_t>(until), true);
    }
  }
  std::vector<AnswerRow> chosen;
  for (size_t i = 0; i < rows.size(); ++i) {
    // What would stand in the place of one row takes as much room as the row.
    const bool alone = (i == 0 || near[i - 1]) && (i + 1 == rows.size() || near[i + 1]);
    if (near[i] || alone) {
      chosen.push_back(std::move(rows[i]));
    } else if (i == 0 || near[i - 1]) {
      chosen.push_back({.mark = RowMark::kLeftOut, .left_out = 1});
    } else {
      ++chosen.back().left_out;
    }
  }
  return chosen;
}

}  // namespace

const char* SignOf(RowMark mark) {
  switch (mark) {
    case RowMark::kAlike:
    case RowMark::kLeftOut:
      return " ";
    case RowMark::kDiffers:
      return "*";
    case RowMark::kSourceOnly:
      return "<";
    case RowMark::kTargetOnly:
      return ">";
    case RowMark::kHidden:
      return "~";
  }
  std::unreachable();
}

std::vector<AnswerRow> SideBySide(const dialect::AnswerView& source,
                                  const dialect::AnswerView& target,
                                  const std::vector<compare::Difference>& differences,
                                  const RowChoice& choice) {
  std::vector<AnswerLine> left =
      LinesOf(source, differences, AnswerSide::kSource, choice.line_bytes);
  std::vector<AnswerLine> right =
      LinesOf(target, differences, AnswerSide::kTarget, choice.line_bytes);
  std::vector<AnswerRow> rows;
  for (const LinePair& pair : PairLines(KeysOf(left), KeysOf(right))) {
    AnswerRow row;
    std::optional<size_t> difference;
    if (pair.source) {
      difference = DifferenceOf(left[*pair.source], !pair.target);
      row.source = std::move(left[*pair.source].text);
    }
    if (pair.target) {
      difference = difference ? difference : DifferenceOf(right[*pair.target], !pair.source);
      row.target = std::move(right[*pair.target].text);
    }
    row.mark = MarkOf(pair, difference ? &differences[*difference] : nullptr);
    if (!rows.empty() && AreRedacted(rows.back(), row)) {
      (row.source.empty() ? rows.back().target : rows.back().source) =
          row.source.empty() ? std::move(row.target) : std::move(row.source);
      rows.back().mark = RowMark::kHidden;
    } else {
      rows.push_back(std::move(row));
    }
  }
  return choice.all ? rows : Neighbourhood(std::move(rows));
}

}  // namespace trafrec::tools
