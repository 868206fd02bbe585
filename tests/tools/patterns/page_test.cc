#include "tools/patterns/rendering/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "tools/page/html.h"
#include "tools/patterns/analysis/analysis.h"
#include "tools/patterns/rendering/json_report.h"
#include "tools/patterns/rendering/terminal_report.h"
#include "tools/utf8.h"

namespace trafrec::patterns {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr TimeNs kMonday = 1'793'577'600 * kNsPerSecond;
constexpr const char* kHostile = "</script><script>alert(1)</script>\"'&<!--{{main}}\x1b[31m\xff";

/// Traffic of which every text is hostile.
Report HostileReport(Calendar& calendar) {
  Analysis analysis;
  for (int i = 0; i < 100; ++i) {
    Observation seen;
    seen.began_at = kMonday + i * kNsPerSecond;
    seen.kind = i % 3 == 0 ? Kind::kMutation : Kind::kQuery;
    seen.status = i % 7 == 0 ? 503 : 200;
    seen.latency_ns = seen.duration_ns = 1'000'000 + i;
    seen.shape = std::string("GET /") + kHostile;
    seen.client = "10.0.0.1";
    seen.user_agent = kHostile;
    seen.indices = {kHostile, "日本語"};
    seen.api = "search";
    analysis.Add(seen);
  }
  return analysis.Finish(
      {.coverage = Coverage{.from = kMonday,
                            .until = kMonday + 100 * kNsPerSecond,
                            .holes = {{kMonday + 5, kMonday + kNsPerSecond, {"kernel_drop"}}}},
       .window_ns = 10 * kNsPerSecond},
      calendar);
}

class PageTest : public testing::Test {
 protected:
  Calendar utc_ = *Calendar::Make("UTC");
  const Report report_ = HostileReport(utc_);
  const ReportContext context_{.log = kHostile, .filtered = true, .notes = {kHostile}};
  const std::string page_ = HtmlPage(report_, context_, utc_, 20);
};

TEST_F(PageTest, RecordedTextIsNeverMarkup) {
  EXPECT_THAT(page_, AllOf(HasSubstr("&lt;/script&gt;&lt;script&gt;alert(1)"),
                           Not(HasSubstr("<script>alert")), Not(HasSubstr("<!--")),
                           HasSubstr("{{main}}\\x1b[31m\\xff")));
  size_t scripts = 0;
  for (size_t at = page_.find("<script"); at != std::string::npos;
       at = page_.find("<script", at + 1)) {
    ++scripts;
  }
  EXPECT_EQ(scripts, 1U);
  EXPECT_TRUE(tools::IsUtf8(page_));
}

TEST_F(PageTest, AsksNobodyForAnything) {
  static const std::regex kReference(
      R"re((?:src|href|action|data|poster|srcset)\s*=\s*"([^"]*)"|@import|\burl\(([^)]*)\))re");
  for (std::sregex_iterator it(page_.begin(), page_.end(), kReference), end; it != end; ++it) {
    const std::string where = (*it)[1].matched ? (*it)[1].str() : (*it)[2].str();
    EXPECT_TRUE(where == "data:," || where.starts_with('#')) << it->str();
  }
  EXPECT_THAT(page_, AllOf(HasSubstr("default-src 'none'"), Not(HasSubstr("http://")),
                           Not(HasSubstr("https://")), Not(HasSubstr("fetch("))));
}

TEST_F(PageTest, OnlyItsOwnScriptMayRun) {
  EXPECT_THAT(page_, testing::ContainsRegex("script-src 'sha256-[A-Za-z0-9+/]{43}='"));
}

TEST_F(PageTest, TagsAreBalanced) {
  static const std::regex kTag("<(/?)([a-z0-9]+)[^>]*?(/?)>");
  const std::string body = page_.substr(0, page_.find("<script>"));
  std::vector<std::string> open;
  for (std::sregex_iterator it(body.begin(), body.end(), kTag), end; it != end; ++it) {
    const std::string name = (*it)[2];
    if (name == "meta" || name == "link" || !(*it)[3].str().empty()) {
      continue;
    }
    if ((*it)[1].str().empty()) {
      open.push_back(name);
    } else {
      ASSERT_FALSE(open.empty()) << name;
      EXPECT_EQ(open.back(), name);
      open.pop_back();
    }
  }
  EXPECT_EQ(open, (std::vector<std::string>{"html", "body"}));
}

TEST_F(PageTest, MainFactsNeedNoScript) {
  const std::string without = page_.substr(0, page_.find("<script>"));
  EXPECT_THAT(without, AllOf(HasSubstr("<dd>100</dd>"), HasSubstr("When to cut over"),
                             HasSubstr("class=\"hole\""), HasSubstr("the kernel dropped packets"),
                             HasSubstr("10.0.0.1")));
}

TEST_F(PageTest, AnEmptyReportIsAPageToo) {
  Analysis analysis;
  const Report empty = analysis.Finish({.coverage = {}, .window_ns = kNsPerSecond}, utc_);
  EXPECT_THAT(HtmlPage(empty, {}, utc_, 20), HasSubstr("nothing was recorded"));
}

class TerminalTest : public PageTest {
 protected:
  std::string Print(TerminalStyle style) { return TerminalReport(report_, context_, utc_, style); }
};

TEST_F(TerminalTest, LinesFitTheWidth) {
  for (const size_t width : {size_t{40}, size_t{80}, size_t{120}}) {
    std::istringstream lines(Print({.width = width}));
    for (std::string line; std::getline(lines, line);) {
      // A word of a recorded text that is longer than the line stays whole.
      if (line.find("script") == std::string::npos) {
        EXPECT_LE(tools::DisplayWidth(line), width) << line;
      }
    }
  }
}

TEST_F(TerminalTest, RecordedTextCannotDriveATerminal) {
  EXPECT_EQ(Print({}).find('\x1b'), std::string::npos);
}

TEST_F(TerminalTest, WithoutUtf8ItIsAscii) {
  const std::string text = Print({.utf8 = false});
  EXPECT_TRUE(
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
  EXPECT_THAT(text, AllOf(HasSubstr("# mutations"), HasSubstr("- queries")));
}

TEST_F(TerminalTest, HolesAreShown) {
  const std::string text = Print({.width = 120});
  EXPECT_NE(text.find("traffic may be missing in 1 hole"), std::string::npos);
  EXPECT_NE(text.find("the kernel dropped packets"), std::string::npos);
}

TEST(Filled, ValuesAreNotLookedAt) {
  EXPECT_EQ(page::Filled("a{{x}}b{{y}}", {{"x", "{{y}}"}, {"y", "1"}}), "a{{y}}b1");
}

}  // namespace
}  // namespace trafrec::patterns
