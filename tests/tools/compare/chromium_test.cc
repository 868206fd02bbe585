#include <gtest/gtest.h>

#include "tests/tools/compare/replayed_log.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::HttpAnswer;
using test_support::Outcome;
using test_support::ReplayedLog;

constexpr const char* kHostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";

/// One path has another status at the target, the others another value, all of them hostile text.
std::string Answer(const std::string& path, bool target) {
  const std::string number = target ? "2" : "1";
  return path == "/status" ? HttpAnswer(target ? "500 Wrong" : "201 Created", "{}")
                           : HttpAnswer("200 OK", R"({"<img src=x onerror=alert(3)>":")" + number +
                                                      kHostile + R"(","same":1})");
}

TEST(ComparePage, WorksInABrowserWithoutANetwork) {
  const ReplayedLog log({"/status", "/a", "/<b>", "/c"},
                        [](const std::string& path) { return Answer(path, false); });
  const std::string run =
      log.Replay("run", [](const std::string& path) { return Answer(path, true); });
  const std::string page = log.folder() / "page.html";
  const Outcome made = test_support::Trafrec(
      {"compare", log.log(), run, "--dialect", "http", "--html", page, "--fail-if", "status > 5"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const Outcome used =
      test_support::Shell(std::string("python3 ") + TRAFREC_PAGE_IN_CHROMIUM + " " + page);
  EXPECT_EQ(used.out + used.err, "");
  EXPECT_EQ(used.exit_code, 0);
}

}  // namespace
}  // namespace trafrec::tools
