#include "tools/compare/html_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using compare::Compared;
using compare::Kind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile = "</script><script>alert(1)</script>\"'&<!--{{main}}\x1b[31m\xff";

/// Every text of it is hostile; `kinds` differences at as many places.
class HostilePage {
 public:
  explicit HostilePage(int kinds, const std::string& value = kHostile) {
    for (int i = 0; i < kinds; ++i) {
      Compared pair{.shape = std::string("GET /") + kHostile,
                    .source = "a-1-1",
                    .result = "b-1-1",
                    .differences{},
                    .times = {.began_at = i * kNsPerSecond, .source_ns = 1'000, .target_ns = 0}};
      const std::string place = "/" + value + std::to_string(i);
      pair.differences.Add({.kind = Kind::kValue,
                            .source_pointer = place,
                            .target_pointer = place,
                            .source = value,
                            .target = value + "2"});
      tally_.Add(pair);
    }
    report_.conditions = {{.text = kHostile, .holds = true, .says = kHostile}};
    report_.amendments = {
        {.what = "overlay", .value = kHostile, .entries = 2, .lines = {kHostile}}};
  }

  std::string Made(const std::string& line = kHostile) const {
    return HtmlPage(report_, [&](const std::string&, const std::string&) {
      return std::vector<AnswerRow>(
          20, {.mark = RowMark::kDiffers, .source = line, .target = line, .left_out = 0});
    });
  }

 private:
  compare::Tally tally_{{}};
  CompareReport report_{.tally = tally_, .source = kHostile, .run = kHostile, .dialect = kHostile};
};

TEST(ComparePage, WhatWasRecordedIsNeverMarkup) {
  const std::string page = HostilePage(2).Made();
  EXPECT_THAT(page, AllOf(HasSubstr("&lt;/script&gt;&lt;script&gt;alert(1)"),
                          Not(HasSubstr("<script>alert")), Not(HasSubstr("<!--")),
                          HasSubstr("{{main}}\\x1b[31m\\xff")));
  EXPECT_EQ(page.find("<script"), page.rfind("<script"));
  EXPECT_TRUE(IsUtf8(page));
}

TEST(ComparePage, ListsWhatTheRunWasMadeWith) {
  EXPECT_THAT(HostilePage(1).Made("x"), AllOf(HasSubstr("The run was made with"),
                                              HasSubstr(": 2 entries"), HasSubstr("and 1 more")));
}

TEST(ComparePage, ItsNavigationLeadsToEachSection) {
  const std::string page = HostilePage(1).Made("x");
  for (const char* id :
       {"differences", "requests", "latency", "sizes", "amendments", "uncompared", "rules"}) {
    EXPECT_THAT(page, AllOf(HasSubstr(std::string("<a href=\"#") + id + "\">"),
                            HasSubstr(std::string("<section id=\"") + id + "\">")));
  }
}

TEST(ComparePage, DefaultsThatHidNothingStandApart) {
  const compare::Tally tally({{.name = "idle"}, {.name = "own", .origin = "rules.toml, line 3"}});
  const std::string page = HtmlPage({.tally = tally, .source{}, .run{}, .dialect{}}, {});
  const size_t apart = page.find("1 default rule that hid nothing");
  EXPECT_LT(page.find(">own</td>"), apart);
  EXPECT_LT(apart, page.find(">idle</td>"));
  EXPECT_THAT(page, AllOf(HasSubstr("never applied"), Not(HasSubstr("#amendments"))));
}

TEST(ComparePage, AsksNobodyForAnything) {
  const std::string page = HostilePage(2).Made();
  static const std::regex kReference(
      R"re((?:src|href|action|data|poster|srcset)\s*=\s*"([^"]*)"|@import|\burl\(([^)]*)\))re");
  for (std::sregex_iterator it(page.begin(), page.end(), kReference), end; it != end; ++it) {
    const std::string where = (*it)[1].matched ? (*it)[1].str() : (*it)[2].str();
    EXPECT_TRUE(where == "data:," || where.starts_with('#')) << it->str();
  }
  EXPECT_THAT(page, AllOf(HasSubstr("default-src 'none'"), Not(HasSubstr("http://")),
                          Not(HasSubstr("https://")), Not(HasSubstr("fetch("))));
}

TEST(ComparePage, ItsSizeIsBoundedWhateverWasFound) {
  const std::string page = HostilePage(3'000, std::string(400, '"')).Made(std::string(400, '\''));
  EXPECT_LT(page.size(), size_t{5} << 20);
  EXPECT_THAT(page, HasSubstr("which touch fewer exchanges"));
}

TEST(ComparePage, AnAnswerThatIsGoneIsNamed) {
  compare::Tally tally({});
  Compared pair{.shape = "GET /", .source = "a-1-1", .result = "b-1-1", .differences{}};
  pair.differences.Add({.source = "1", .target = "2"});
  tally.Add(pair);
  const std::string page =
      HtmlPage({.tally = tally, .source{}, .run{}, .dialect{}},
               [](const std::string&, const std::string&) -> Result<std::vector<AnswerRow>> {
                 return Fail(ErrorCode::kNotFound, "there is no <exchange>", "");
               });
  EXPECT_THAT(page, HasSubstr("<p>there is no &lt;exchange&gt;</p>"));
}

}  // namespace
}  // namespace trafrec::tools
