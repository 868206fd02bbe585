#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/replay/send/scripted_server.h"
#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::SourceLog;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::ElementsAre;
using testing::HasSubstr;

/// Longer than an unanswered request may run.
constexpr int64_t kLong = 10 * kNsPerSecond;

/// A service of which only HTTP is known.
class ResourceVerdicts : public testing::Test {
 protected:
  /// Recorded for long: what was sent before can run no more.
  static SourceLog Service() {
    return SourceLog().Exchange("GET", "/", "", "200 OK", "here").Waits(kLong);
  }

  /// What is said of the last open request.
  json Verdict(const SourceLog& source, const std::vector<std::string>& more = {}) {
    const std::string log = source.RecordedInto(folder_, "log" + std::to_string(logs_++));
    std::vector<std::string> words = {"reconcile", log, "--json", "--dialect", "http"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = Trafrec(words);
    EXPECT_EQ(outcome.err, "");
    std::istringstream lines(outcome.out);
    std::string last;
    for (std::string line; std::getline(lines, line);) {
      last = line;
    }
    return json::parse(last);
  }

  static std::vector<std::string> AssumptionsOf(const json& verdict) {
    std::vector<std::string> names;
    for (const json& evidence : verdict["evidence"]) {
      const std::string words = evidence["words"];
      if (evidence["kind"] == "assumption") {
        names.push_back(words.substr(0, words.find(':')));
      }
    }
    return names;
  }

  static SourceLog Shows(SourceLog source, std::string_view body) {
    return source.Exchange("GET", "/a", "", "200 OK", body);
  }
  static SourceLog Lacks(SourceLog source) {
    return source.Exchange("GET", "/a", "", "404 Not Found", "none");
  }

  const TemporaryFolder folder_;
  int logs_ = 0;
};

TEST_F(ResourceVerdicts, WhatALookShowsAndWasNotThereBeforeWasCommitted) {
  const json verdict =
      Verdict(Shows(Shows(Service(), "old").Unanswered("PUT", "/a", "new"), "new"));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "proven");
}

TEST_F(ResourceVerdicts, WhatALookShowsWhereNothingWasWasCommitted) {
  EXPECT_EQ(Verdict(Shows(Lacks(Service()).Unanswered("PUT", "/a", "new"), "new"))["verdict"],
            "committed");
}

TEST_F(ResourceVerdicts, WhatStayedAsItWasWasNotCommitted) {
  const json verdict =
      Verdict(Shows(Shows(Service(), "old").Unanswered("PUT", "/a", "new").Waits(kLong), "old"));
  EXPECT_EQ(verdict["verdict"], "not_committed");
  EXPECT_EQ(verdict["grade"], "proven");
}

TEST_F(ResourceVerdicts, WhatWasSoAlreadyChangedNothing) {
  EXPECT_EQ(Verdict(Shows(Shows(Service(), "new").Unanswered("PUT", "/a", "new").Waits(kLong),
                          "new"))["verdict"],
            "not_committed");
}

TEST_F(ResourceVerdicts, WhileItMayStillRunAnOldStateProvesNothing) {
  const json verdict =
      Verdict(Shows(Shows(Service(), "old").Unanswered("PUT", "/a", "new"), "old"));
  EXPECT_EQ(verdict["verdict"], "unknown");
  EXPECT_EQ(verdict["evidence"][0]["kind"], "open");
}

TEST_F(ResourceVerdicts, WithoutALookBeforeItMayHaveBeenSo) {
  EXPECT_EQ(Verdict(Shows(Service().Unanswered("PUT", "/a", "new").Waits(kLong), "new"))["verdict"],
            "unknown");
}

TEST_F(ResourceVerdicts, AStateThatIsNeitherIsUnknown) {
  EXPECT_EQ(Verdict(Shows(Shows(Service(), "old").Unanswered("PUT", "/a", "new").Waits(kLong),
                          "half"))["verdict"],
            "unknown");
}

TEST_F(ResourceVerdicts, ADeleteAfterWhichItIsGoneWasCommitted) {
  EXPECT_EQ(Verdict(Lacks(Shows(Service(), "old").Unanswered("DELETE", "/a", "")))["verdict"],
            "committed");
}

TEST_F(ResourceVerdicts, ADeleteAfterWhichItIsThereWasNotCommitted) {
  EXPECT_EQ(Verdict(Shows(Shows(Service(), "old").Unanswered("DELETE", "/a", "").Waits(kLong),
                          "old"))["verdict"],
            "not_committed");
}

TEST_F(ResourceVerdicts, ADeleteOfWhatWasGoneChangedNothing) {
  EXPECT_EQ(Verdict(Lacks(Lacks(Service()).Unanswered("DELETE", "/a", "").Waits(kLong)))["verdict"],
            "not_committed");
}

TEST_F(ResourceVerdicts, WhatAnAnsweredPutReplacedIsSuperseded) {
  const json verdict = Verdict(Service()
                                   .Unanswered("PUT", "/a", "new")
                                   .Waits(kLong)
                                   .Exchange("PUT", "/a", "newer", "204 No Content", ""));
  EXPECT_EQ(verdict["verdict"], "superseded");
  EXPECT_EQ(verdict["evidence"][0]["kind"], "overwritten");
}

TEST_F(ResourceVerdicts, ARefusedPutReplacesNothing) {
  EXPECT_EQ(Verdict(Service()
                        .Unanswered("PUT", "/a", "new")
                        .Waits(kLong)
                        .Exchange("PUT", "/a", "newer", "403 Forbidden", ""))["verdict"],
            "unknown");
}

TEST_F(ResourceVerdicts, APutThatCameWhileItMayRunReplacesNothing) {
  EXPECT_EQ(Verdict(Service()
                        .Unanswered("PUT", "/a", "new")
                        .Exchange("PUT", "/a", "newer", "204 No Content", ""))["verdict"],
            "unknown");
}

TEST_F(ResourceVerdicts, AnotherPutOfTheSameMayHaveMadeIt) {
  EXPECT_EQ(Verdict(Shows(Shows(Service(), "old")
                              .Exchange("PUT", "/a", "new", "500 Internal Server Error", "")
                              .Unanswered("PUT", "/a", "new"),
                          "new"))["verdict"],
            "unknown");
}

TEST_F(ResourceVerdicts, APostToTheResourceMayHaveMadeAnything) {
  EXPECT_EQ(Verdict(Shows(Shows(Service(), "old")
                              .Exchange("POST", "/a", "x", "200 OK", "")
                              .Unanswered("PUT", "/a", "new"),
                          "new"))["verdict"],
            "unknown");
}

TEST_F(ResourceVerdicts, ADeleteOfWhatItIsInMayHaveRemovedIt) {
  SourceLog source = Service();
  source.Exchange("GET", "/d/a", "", "200 OK", "old")
      .Exchange("DELETE", "/d/", "", "500 Internal Server Error", "")
      .Unanswered("DELETE", "/d/a", "")
      .Exchange("GET", "/d/a", "", "404 Not Found", "");
  EXPECT_EQ(Verdict(source)["verdict"], "unknown");
}

TEST_F(ResourceVerdicts, AWriteElsewhereIsAnAssumption) {
  const json verdict = Verdict(Shows(Shows(Service(), "old")
                                         .Exchange("POST", "/elsewhere", "x", "200 OK", "")
                                         .Unanswered("PUT", "/a", "new"),
                                     "new"));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
  EXPECT_THAT(AssumptionsOf(verdict), ElementsAre("its own"));
}

TEST_F(ResourceVerdicts, ARequestThatWasCutMayHaveBeenCarriedOut) {
  EXPECT_EQ(Verdict(Shows(Service(), "old").Cut("PUT", "/a", "new"))["verdict"], "unknown");
}

TEST_F(ResourceVerdicts, APostIsNotDecided) {
  EXPECT_EQ(Verdict(Shows(Shows(Service(), "old").Unanswered("POST", "/a", "new").Waits(kLong),
                          "old"))["verdict"],
            "unknown");
}

TEST_F(ResourceVerdicts, TheLiveServiceIsAskedWithOneGetForEachResource) {
  std::vector<std::string> asked;
  json verdict;
  {
    const send::ScriptedServer service(
        {send::ScriptedServer::Answering([&](const std::string& get) {
          asked.push_back(get.substr(0, get.find(" HTTP/")));
          return std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew");
        })});
    verdict = Verdict(Shows(Service(), "old").Unanswered("PUT", "/a", "new").Waits(kLong),
                      {"--source", service.url()});
  }  // its threads have ended: `asked` is ours
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
  EXPECT_THAT(AssumptionsOf(verdict), ElementsAre("quiet"));
  EXPECT_THAT(asked, ElementsAre("GET /a"));
}

TEST_F(ResourceVerdicts, AServiceThatIsGoneIsNamed) {
  std::string url;
  {
    const send::ScriptedServer service({});
    url = service.url();
  }
  const std::string log =
      Shows(Service(), "old").Unanswered("PUT", "/a", "new").RecordedInto(folder_, "gone");
  const Outcome outcome = Trafrec({"reconcile", log, "--dialect", "http", "--source", url});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr(url.substr(sizeof("http://") - 1)));
}

}  // namespace
}  // namespace trafrec::tools
