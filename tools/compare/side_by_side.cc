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

RowMark MarkOf(const LinePair& pair, const compare::Difference* difference) {
  if (difference == nullptr) {
    return RowMark::kAlike;
  }
  return difference->rule ? RowMark::kHidden
         : !pair.source   ? RowMark::kTargetOnly
         : !pair.target   ? RowMark::kSourceOnly
                          : RowMark::kDiffers;
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
    if (near[i]) {
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
      difference = left[*pair.source].difference;
      row.source = std::move(left[*pair.source].text);
    }
    if (pair.target) {
      const std::optional<size_t> here = right[*pair.target].difference;
      difference = difference ? difference : here;
      row.target = std::move(right[*pair.target].text);
    }
    row.mark = MarkOf(pair, difference ? &differences[*difference] : nullptr);
    rows.push_back(std::move(row));
  }
  return choice.all ? rows : Neighbourhood(std::move(rows));
}

}  // namespace trafrec::tools
