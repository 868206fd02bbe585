#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/temporary_folder.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;

TEST(CompareRules, PrintedDefaultsAreARulesFile) {
  const TemporaryFolder folder;
  const std::string file = folder / "defaults.toml";
  const Outcome printed = Trafrec({"compare", "rules", "--print-defaults", "opensearch-2"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  std::ofstream(file) << printed.out;
  const Outcome checked = Trafrec({"compare", "rules", "--check", file});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr(" rules, nothing wrong with them"));
}

TEST(CompareRules, UnknownDefaultsAreNamedWithTheNearest) {
  const Outcome outcome = Trafrec({"compare", "rules", "--print-defaults", "opensaerch-2"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("is 'opensearch-"), HasSubstr("elasticsearch-6")));
}

TEST(CompareRules, AFileThatIsWrongIsToldWithLineReasonAndRemedy) {
  const TemporaryFolder folder;
  const std::string file = folder / "rules.toml";
  std::ofstream(file) << "[[jq]]\nprogram = 'del('\n";
  const Outcome outcome = Trafrec({"compare", "rules", "--check", file});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("rules.toml, line 2: 'program' in [[jq]]"),
                                 HasSubstr("does not compile"), HasSubstr("try: ")));
}

TEST(CompareRules, TheActionNeedsOneOfItsOptions) {
  EXPECT_THAT(Trafrec({"compare", "rules"}).err, HasSubstr("one of --print-defaults and --check"));
  EXPECT_THAT(Trafrec({"compare", "LOG", "RUN", "--check", "x"}).err,
              HasSubstr("are for rules alone"));
}

}  // namespace
}  // namespace trafrec::tools
