#include <gtest/gtest.h>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;

TEST(VerdictPage, WorksInABrowserWithoutANetwork) {
  const test_support::TemporaryFolder folder;
  const std::string log =
      test_support::TypicalSource()
          .Abandoned("PUT", "/other/_doc/%3C%2Fscript%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
                     R"({"a":"<script>alert(2)</script>"})")
          .RecordedInto(folder);
  const std::string page = folder / "page.html";
  const Outcome made = test_support::Trafrec({"reconcile", log, "--html", page});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const Outcome used =
      test_support::Shell(std::string("python3 ") + TRAFREC_PAGE_IN_CHROMIUM + " " + page);
  EXPECT_EQ(used.out + used.err, "");
  EXPECT_EQ(used.exit_code, 0);
}

}  // namespace
}  // namespace trafrec::tools
