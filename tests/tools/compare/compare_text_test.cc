#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "tools/compare/compare_report.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using compare::Compared;
using compare::Kind;
using testing::HasSubstr;
using testing::Not;

/// Twelve shapes, each with a difference at a place of its own, latencies, conditions and a run
/// that was amended.
class Summary : public testing::Test {
 protected:
  Summary() {
    for (int i = 0; i < 12; ++i) {
      const std::string name = "field" + std::to_string(i);
      Compared pair{.shape = "GET /orders-of-the-northern-region-" + name + "/_search?q",
                    .source = "vm-0001-" + std::to_string(i + 10),
                    .result = "replay-0001-1",
                    .differences{},
                    .times = {.began_at = i, .source_ns = 1'000'000, .target_ns = 2'000'000},
                    .sizes = {.source = 2'048, .target = 3'072}};
      pair.differences.Add({.kind = Kind::kValue,
                            .source_pointer = "/hits/" + name,
                            .target_pointer = "/hits/" + name,
                            .source = '"' + std::string(90, 'x') + '"',
                            .target = "2"});
      tally_.Add(pair);
    }
    report_.conditions = {{.text = "status > 0.1%", .holds = false, .says = "0 of 12 pairs"}};
    report_.amendments = {{.what = "overlay",
                           .value = "changes.overlay",
                           .entries = 20,
                           .lines = std::vector<std::string>(20, "drop vm-0001-1: it differs")}};
    report_.uncompared[0] = 3;
  }

  std::string Text(size_t width, size_t rows) const {
    return CompareText(report_, {.width = width, .rows = rows});
  }

  compare::Tally tally_{{}};
  CompareReport report_{.tally = tally_, .source = "LOG", .run = "RUN", .dialect = "http"};
};

TEST_F(Summary, FitsTheScreenWithItsPrompt) {
  for (const auto& [width, rows] : {std::pair(80, 24), std::pair(120, 50), std::pair(40, 30)}) {
    const std::string text = Text(width, rows);
    EXPECT_LT(std::ranges::count(text, '\n'), rows) << text;
    EXPECT_THAT(text, HasSubstr("12 of 12 pairs of answers differ"));
    EXPECT_THAT(text, HasSubstr("vm-0001-10"));
    EXPECT_THAT(text, HasSubstr("changes.overlay: 20 entries"));
  }
}

TEST_F(Summary, HasNoLineThatIsWiderThanTheScreen) {
  for (const size_t rows : {0, 24}) {
    const std::string text = Text(40, rows);
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = TakeLine(rest);
      // A word that is longer than the screen stays whole.
      EXPECT_TRUE(DisplayWidth(line) <= 40 || line.find(std::string(30, 'x')) != line.npos) << line;
    }
  }
}

TEST_F(Summary, HasAsManyDifferencesAsThereIsRoomFor) {
  const auto differences = [&](size_t rows) {
    const std::string text = Text(80, rows);
    return std::ranges::count(text, ':');
  };
  EXPECT_LT(differences(24), differences(30));
}

TEST_F(Summary, SizesAreDistributionsWhereThereIsRoom) {
  EXPECT_THAT(Text(80, 0),
              HasSubstr("\nsource target   source target   source target\n"
                        "    2K     3K       2K     3K       2K     3K    1.00  all\n"));
  EXPECT_THAT(Text(40, 0), HasSubstr("all\n    2K     3K       2K     3K\n"));
  EXPECT_THAT(Text(80, 24), Not(HasSubstr("Bytes of an answer")));
}

TEST_F(Summary, WithoutAScreenItIsWhole) {
  const std::string text = Text(80, 0);
  EXPECT_THAT(text, HasSubstr("first in vm-0001-10 (here replay-0001-1)"));
  EXPECT_THAT(text, HasSubstr("drop vm-0001-1: it differs"));
  EXPECT_THAT(Text(80, 24), Not(HasSubstr("drop vm-0001-1")));
}

}  // namespace
}  // namespace trafrec::tools
