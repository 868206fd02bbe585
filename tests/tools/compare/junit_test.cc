#include "tools/compare/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "replay/compare/known_differences.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using compare::Compared;
using compare::Part;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile = "GET /<a>&\"'\x1b[31m\x01\xff\xef\xbf\xbf]]>";

class JunitTest : public testing::Test {
 protected:
  JunitTest() {
    Compared pair{.shape = kHostile, .source = "a-1-1", .result = "b-1-1", .differences{}};
    pair.differences.Add({.part = Part::kLine,
                          .source_pointer = "/1",
                          .target_pointer = "/1",
                          .source = kHostile,
                          .target = "x"});
    tally_.Add(pair);
    tally_.Add({.shape = "GET /same", .source{}, .result{}, .differences{}});
  }

  compare::Tally tally_{{}};
  CompareReport report_{.tally = tally_, .source{}, .run{}, .dialect{}};
};

TEST_F(JunitTest, AShapeWithDifferencesFails) {
  EXPECT_THAT(JunitXml(report_),
              AllOf(HasSubstr("<testsuites name=\"trafrec compare\" tests=\"2\" failures=\"1\""),
                    HasSubstr("<testcase classname=\"answers\" name=\"GET /same\" time=\"0\"/>"),
                    HasSubstr("<failure message=\"1 of 1 pair of answers differ (100%)\""),
                    HasSubstr("in 1 exchange, first in a-1-1 (in the run b-1-1)")));
}

TEST_F(JunitTest, WhereThereAreConditionsOnlyTheyFail) {
  report_.conditions = {{.text = "status > 0", .holds = false, .says = "0 of 2"},
                        {.text = "body > 0", .holds = true, .says = "1 of 2"}};
  EXPECT_THAT(
      JunitXml(report_),
      AllOf(HasSubstr("<testsuite name=\"answers\" tests=\"2\" failures=\"0\""),
            HasSubstr("<testsuite name=\"conditions\" tests=\"2\" failures=\"1\""),
            HasSubstr("name=\"body &gt; 0\" time=\"0\">\n      <failure message=\"1 of 2\""),
            HasSubstr("<system-out>1 of 1 pair of answers differ")));
}

TEST_F(JunitTest, WhatWasRecordedIsNeverMarkupAndAParserReadsIt) {
  const std::string xml = JunitXml(report_);
  EXPECT_THAT(xml, AllOf(HasSubstr("GET /&lt;a&gt;&amp;&quot;&#39;\\x1b[31m\\x01\\xff\\u{ffff}"),
                         Not(HasSubstr("\x1b"))));
  const test_support::TemporaryFolder folder;
  std::ofstream(folder / "report.xml") << xml;
  EXPECT_EQ(test_support::Shell("python3 -c 'import sys, xml.etree.ElementTree as e; "
                                "print(len(e.parse(sys.argv[1]).findall(\".//testcase\")))' " +
                                std::string(folder / "report.xml"))
                .out,
            "2\n");
}

TEST_F(JunitTest, FitsTheSchemaWithAndWithoutConditions) {
  const test_support::TemporaryFolder folder;
  for (const bool conditions : {false, true}) {
    if (conditions) {
      report_.conditions = {{.text = kHostile, .holds = true, .says = kHostile},
                            {.text = "body > 0", .holds = false, .says = "0 of 2"}};
    }
    const std::string file = folder / "report.xml";
    std::ofstream(file) << JunitXml(report_);
    const auto checked =
        test_support::Shell("xmllint --noout --schema " JUNIT_SCHEMA " " + file + " 2>&1");
    EXPECT_EQ(checked.out, file + " validates\n");
  }
}

TEST_F(JunitTest, SaysWhatIsKnownOfADifference) {
  Compared pair{.shape = "GET /known", .source{}, .result{}, .differences{}};
  pair.differences.Add({.source = "1", .target = "2", .known = &compare::KnownDifferences()[0]});
  tally_.Add(pair);
  EXPECT_THAT(JunitXml(report_), HasSubstr("; known: "));
}

}  // namespace
}  // namespace trafrec::tools
