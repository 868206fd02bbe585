#include "tools/compare/row_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

constexpr size_t kTwoColumns = 100;
constexpr size_t kNarrowest = 20;

Tone ToneOf(RowMark mark) {
  return mark == RowMark::kAlike                                 ? Tone::kPlain
         : mark == RowMark::kHidden || mark == RowMark::kLeftOut ? Tone::kDim
                                                                 : Tone::kRed;
}

/// Pieces of at most `columns`; one at least.
std::vector<std::string> PiecesOf(std::string_view text, size_t columns) {
  std::vector<std::string> pieces(1);
  size_t used = 0;
  while (!text.empty()) {
    const size_t length = std::max<size_t>(FirstUtf8Char(text).length, 1);
    const size_t wide = DisplayWidth(text.substr(0, length));
    if (used + wide > columns) {
      pieces.emplace_back();
      used = 0;
    }
    pieces.back() += text.substr(0, length);
    used += wide;
    text.remove_prefix(length);
  }
  return pieces;
}

std::string Padded(const std::string& text, size_t columns) {
  const size_t used = DisplayWidth(text);
  return text + std::string(columns - std::min(columns, used), ' ');
}

class Renderer {
 public:
  Renderer(size_t width, const Paint& paint) : width_(std::max(width, kNarrowest)), paint_(paint) {}

  std::string Run(const std::vector<AnswerRow>& rows) {
    const bool two = width_ >= kTwoColumns;
    if (two) {
      Beside("the source", "the target", " ", Tone::kBold);
    } else {
      Line("- the source", "", Tone::kBold);
      Line("+ the target", "", Tone::kBold);
    }
    for (const AnswerRow& row : rows) {
      if (row.mark == RowMark::kLeftOut) {
        Line(fmt::format("  … {}",
                         CountOf(row.left_out, "line that is alike", "lines that are alike")),
             "", Tone::kDim);
      } else if (two) {
        Beside(EscapeForTerminal(row.source), EscapeForTerminal(row.target), SignOf(row.mark),
               ToneOf(row.mark));
      } else {
        Under(row);
      }
    }
    return std::move(out_);
  }

 private:
  void Beside(const std::string& source, const std::string& target, std::string_view sign,
              Tone tone) {
    const size_t column = (width_ - 3) / 2;
    const std::vector<std::string> left = PiecesOf(source, column);
    const std::vector<std::string> right = PiecesOf(target, column);
    for (size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
      const std::string line =
          fmt::format("{} {} {}", Padded(i < left.size() ? left[i] : "", column),
                      i == 0 ? sign : " ", i < right.size() ? right[i] : "");
      out_ += paint_(tone, std::string_view(line).substr(0, line.find_last_not_of(' ') + 1)) + "\n";
    }
  }

  void Under(const AnswerRow& row) {
    const Tone tone = ToneOf(row.mark);
    if (row.mark == RowMark::kAlike) {
      Line(EscapeForTerminal(row.source.empty() ? row.target : row.source), "    ", tone);
      return;
    }
    const std::string sign = SignOf(row.mark);
    if (row.mark != RowMark::kTargetOnly && (!row.source.empty() || row.target.empty())) {
      Line(EscapeForTerminal(row.source), sign + " - ", tone);
    }
    if (row.mark != RowMark::kSourceOnly && !row.target.empty()) {
      Line(EscapeForTerminal(row.target), sign + " + ", tone);
    }
  }

  /// The pieces of a long one begin below each other.
  void Line(const std::string& text, const std::string& before, Tone tone) {
    bool first = true;
    for (const std::string& piece : PiecesOf(text, width_ - before.size())) {
      out_ += paint_(tone, (first ? before : std::string(before.size(), ' ')) + piece) + "\n";
      first = false;
    }
  }

  size_t width_;
  const Paint& paint_;
  std::string out_;
};

}  // namespace

std::string RowsText(const std::vector<AnswerRow>& rows, size_t width, const Paint& paint) {
  return Renderer(width, paint).Run(rows);
}

}  // namespace trafrec::tools
