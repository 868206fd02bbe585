#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tests/tools/run_trafrec.h"

// trafrec reconcile boundary, as a user types it, on small logs that were imported.

namespace trafrec::test_support {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string TimeAt(int ms) { return fmt::format("2026-01-01T00:00:00.{:03}000000Z", ms); }

/// A line of NDJSON: a request at `ms`, its answer `took` later; status 0: none came.
std::string Line(int ms, const std::string& method, const std::string& target,
                 const std::string& body, int status, const std::string& answer, int took = 5) {
  const auto times = [](int at) {
    return json{{"first_byte", TimeAt(at)}, {"last_byte", TimeAt(at)}};
  };
  json line{{"v", 1},           {"time", TimeAt(ms)}, {"connection", ms}, {"method", method},
            {"target", target}, {"host", "es"},       {"status", status}};
  line["request"] = {{"version", "1.1"},
                     {"headers", {{"Host", "es"}, {"Content-Length", std::to_string(body.size())}}},
                     {"body", body},
                     {"times", times(ms)}};
  if (status == 0) {
    line["status"] = nullptr;
  } else {
    line["response"] = {{"version", "1.1"},
                        {"reason", "X"},
                        {"headers", {{"content-length", std::to_string(answer.size())}}},
                        {"body", answer},
                        {"times", times(ms + took)}};
  }
  return line.dump() + "\n";
}

std::string Made() {
  return Line(10, "PUT", "/a",
              R"({"settings":{"number_of_shards":1,"number_of_routing_shards":1}})", 200,
              R"({"acknowledged":true})");
}

std::string Increment(int ms, int seq_no, int took = 5) {
  return Line(
      ms, "POST", "/a/_update/1", R"({"script":"ctx._source.n += 1"})", 200,
      fmt::format(R"({{"_index":"a","_id":"1","_version":{},"result":"updated","_seq_no":{},)"
                  R"("_primary_term":1}})",
                  seq_no + 1, seq_no),
      took);
}

std::string Refresh(int ms) {
  return Line(ms, "POST", "/a/_refresh", "", 200, R"({"_shards":{"failed":0}})");
}

/// A scroll that shows document 1; `more` stands in its hit.
std::string Scroll(int ms, const std::string& query, const std::string& more, int total = 1,
                   const std::string& index = "a") {
  const std::string hit = R"({"_index":")" + index + R"(","_id":"1",)" + more + R"("_source":{}})";
  return Line(
      ms, "POST", "/" + index + "/_search?scroll=1m", query, 200,
      fmt::format(
          R"({{"_scroll_id":"S{}","_shards":{{"failed":0}},"hits":{{"total":{{"value":{}}},)"
          R"("hits":[{}]}}}})",
          ms, total, hit));
}

std::string Snapshot(int ms, const std::string& name, const std::string& state) {
  return Line(ms, "PUT", "/_snapshot/r/" + name + "?wait_for_completion=true", R"({"indices":"a"})",
              200,
              R"({"snapshot":{"snapshot":")" + name + R"(","state":")" + state +
                  R"(","indices":["a"],"shards":{"total":1,"failed":1}}})");
}

class BoundaryCommand : public testing::Test {
 protected:
  Outcome Boundary(const std::string& lines, const std::vector<std::string>& more = {}) {
    const std::string file = folder_.Write("log.ndjson", lines);
    const Outcome imported = Trafrec({"import", file, "-l", log_, "--recorder", "log"});
    EXPECT_EQ(imported.exit_code, 0) << imported.err;
    std::vector<std::string> command{"reconcile", "boundary", log_, "--dialect", "search"};
    command.insert(command.end(), more.begin(), more.end());
    return Trafrec(command);
  }

  /// Of each mutation of the span its share, by exchange.
  static std::map<std::string, std::string> Shares(const Outcome& outcome) {
    std::map<std::string, std::string> shares;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
      if (const json each = json::parse(line); each.contains("share")) {
        shares[each["exchange"]] = each["share"];
      }
    }
    return shares;
  }

  TemporaryFolder folder_;
  const std::string log_ = (folder_ / "log").string();
};

TEST_F(BoundaryCommand, ALogWithoutABackfillIsToldHowToHaveOne) {
  const Outcome outcome = Boundary(Made() + Increment(20, 0));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("no request that took a backfill"),
                                 HasSubstr("recording must begin before the backfill")));
}

TEST_F(BoundaryCommand, APartialSnapshotIsNamed) {
  const Outcome outcome = Boundary(Made() + Snapshot(20, "s", "PARTIAL"));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr("snapshot r/s (log-0001-12) is no whole backfill: PARTIAL, 1 of 1 shards"));
}

TEST_F(BoundaryCommand, OfTwoSnapshotsTheUserSaysWhich) {
  const std::string lines = Made() + Snapshot(20, "s", "SUCCESS") + Snapshot(30, "t", "SUCCESS");
  const Outcome outcome = Boundary(lines);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("log-0001-12 (snapshot r/s), log-0001-13 (snapshot r/t)"),
                    HasSubstr("--backfill ID")));
  EXPECT_EQ(Trafrec({"reconcile", "boundary", log_, "--backfill", "log-0001-13"}).exit_code, 0);
}

TEST_F(BoundaryCommand, ASnapshotAloneLeavesAScriptOfItsTimeUndecided) {
  const Outcome outcome = Boundary(Made() + Increment(20, 0) + Increment(30, 1, 200) +
                                       Snapshot(40, "s", "SUCCESS") + Increment(60, 2),
                                   {"--json"});
  EXPECT_EQ(outcome.exit_code, 3) << outcome.err;
  EXPECT_EQ(Shares(outcome), (std::map<std::string, std::string>{{"log-0001-13", "undecided"}}));
}

TEST_F(BoundaryCommand, ANumberInAScrollsHitDividesTheWritesOfItsDocument) {
  const Outcome outcome =
      Boundary(Made() + Increment(20, 0) + Refresh(100) + Increment(150, 1) + Increment(160, 2) +
                   Scroll(200, R"({"seq_no_primary_term":true})", R"("_seq_no":1,"_version":2,)"),
               {"--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Shares(outcome),
            (std::map<std::string, std::string>{{"log-0001-14", "held"}, {"log-0001-15", "sent"}}));
}

TEST_F(BoundaryCommand, AVersionInAScrollsHitDividesThemToo) {
  const Outcome outcome = Boundary(Made() + Increment(20, 0) + Refresh(100) + Increment(150, 1) +
                                       Increment(160, 2) + Scroll(200, "{}", R"("_version":2,)"),
                                   {"--json"});
  EXPECT_EQ(Shares(outcome),
            (std::map<std::string, std::string>{{"log-0001-14", "held"}, {"log-0001-15", "sent"}}));
}

TEST_F(BoundaryCommand, AScrollWithoutEitherLeavesThemUndecided) {
  const Outcome outcome =
      Boundary(Made() + Increment(20, 0) + Refresh(100) + Increment(150, 1) + Scroll(200, "{}", ""),
               {"--json"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(Shares(outcome), (std::map<std::string, std::string>{{"log-0001-14", "undecided"}}));
}

TEST_F(BoundaryCommand, AScrollThatTheLogShowsInPartIsRefused) {
  const Outcome outcome = Boundary(Made() + Scroll(200, "{}", "", 9));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("the log shows 1 of its 9 documents"));
}

TEST_F(BoundaryCommand, OfSeveralScrollsThoseThatTheLogShowsInPartAreNamed) {
  const Outcome outcome = Boundary(Made() + Refresh(100) + Scroll(200, "{}", R"("_version":1,)") +
                                   Scroll(300, "{}", "", 9, "b"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              HasSubstr("counts as no part of the backfill: the log shows 1 of its 9"));
}

TEST_F(BoundaryCommand, AScrollThatShowsAPartOfItsIndexIsNoBackfill) {
  for (const auto& [query, says] : std::vector<std::pair<std::string, std::string>>{
           {R"({"post_filter":{"term":{"a":"b"}}})", "it takes only what its query finds"},
           {R"({"min_score":1})", "it takes only what its query finds"},
           {R"({"terminate_after":1})", "it may end before the last document"},
           {R"({"_source":["a"]})", "it takes only some fields"}}) {
    const Outcome outcome = Boundary(Made() + Scroll(200, query, R"("_version":1,)"));
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(says));
    std::filesystem::remove_all(log_);
  }
}

TEST_F(BoundaryCommand, AScrollOverAnAliasMayShowAPartOfItsIndex) {
  std::string scroll = Scroll(200, "{}", R"("_version":1,)");
  const std::string path = "/a/_search";
  scroll.replace(scroll.find(path), path.size(), "/recent/_search");
  const Outcome outcome = Boundary(Made() + scroll);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("its name is an alias"));
}

/// Documents of an index of three shards, that 7 and later put into shards 0, 1 and 2.
class ShardsOfAScroll : public BoundaryCommand {
 protected:
  /// The log has a write for each of the numbers 0 to 3 of `ids`, all before a scroll that shows
  /// them.
  std::vector<json> Shards(const std::string& made, int shards) {
    std::string lines = made;
    std::string hits;
    std::map<std::string, int> numbers;
    int ms = 20;
    // Of "d0" to "d17" each one's shard of 3, where 768 parts are cut.
    const std::string shard_of = kShardOf;
    for (size_t i = 0; i < shard_of.size(); ++i) {
      const std::string id = fmt::format("d{}", i);
      const int number = numbers[shard_of.substr(i, 1)]++;
      const std::string said = fmt::format(
          R"("_index":"a","_id":"{}","_version":1,"_seq_no":{},"_primary_term":1)", id, number);
      lines +=
          Line(ms++, "PUT", "/a/_doc/" + id, "{}", 201, "{" + said + R"(,"result":"created"})", 0);
      hits += (hits.empty() ? "{" : ",{") + said + R"(,"_source":{}})";
    }
    lines += Refresh(100) +
             Line(200, "POST", "/a/_search?scroll=1m", R"({"seq_no_primary_term":true})", 200,
                  fmt::format(R"({{"_scroll_id":"S","_shards":{{"total":{},"failed":0}},)"
                              R"("hits":{{"total":{{"value":{}}},"hits":[{}]}}}})",
                              shards, shard_of.size(), hits));
    const Outcome outcome = Boundary(lines, {"--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    std::vector<json> found;
    std::istringstream said(outcome.out);
    for (std::string line; std::getline(said, line);) {
      if (json each = json::parse(line); each.contains("shard")) {
        found.push_back(std::move(each));
      }
    }
    return found;
  }

  static constexpr const char* kShardOf = "010220122201121112";
};

TEST_F(ShardsOfAScroll, AreListedThoughNobodySaysWhichProductItIs) {
  const std::vector<json> shards =
      Shards(Line(10, "PUT", "/a", R"({"settings":{"number_of_shards":3}})", 200,
                  R"({"acknowledged":true})"),
             3);
  ASSERT_EQ(shards.size(), 3U);
  uint64_t held = 0;
  for (const json& shard : shards) {
    held += shard["held"].get<uint64_t>();
    EXPECT_EQ(shard["last_held"].get<uint64_t>() + 1, shard["held"].get<uint64_t>()) << shard;
  }
  EXPECT_EQ(held, std::string(kShardOf).size());
}

TEST_F(ShardsOfAScroll, AreCountedByTheScrollIfTheLogDoesNotShowTheIndexMade) {
  EXPECT_EQ(Shards("", 3).size(), 3U);
}

TEST_F(BoundaryCommand, RedactedIdsAreRefusedSinceNobodyCanTellWhatIsHeld) {
  const std::string file = folder_.Write("log.ndjson", Made() + Increment(20, 0) + Refresh(100) +
                                                           Scroll(200, "{}", R"("_version":1,)"));
  for (const char* pointer : {"/_id", "/hits/hits/*/_id"}) {
    std::filesystem::remove_all(log_);
    ASSERT_EQ(Trafrec({"import", file, "-l", log_, "--redact-json", pointer, "--redaction-key",
                       folder_ / "redaction.key"})
                  .exit_code,
              0);
    const Outcome outcome = Trafrec({"reconcile", "boundary", log_, "--dialect", "search"});
    EXPECT_EQ(outcome.exit_code, 2) << outcome.out;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("redaction replaced"), HasSubstr(pointer)));
  }
}

TEST_F(BoundaryCommand, AScrollWithAQueryIsNoBackfill) {
  const Outcome outcome = Boundary(Made() + Scroll(200, R"({"query":{"term":{"a":"b"}}})", ""));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("it takes only what its query finds"));
}

TEST_F(BoundaryCommand, TheOverlayDropsWhatIsHeldAndTheBackfillsOwnRequests) {
  const std::string overlay = (folder_ / "overlay").string();
  const Outcome outcome =
      Boundary(Made() + Increment(20, 0) + Refresh(100) + Increment(300, 1) +
                   Scroll(200, R"({"seq_no_primary_term":true})", R"("_seq_no":0,"_version":1,)"),
               {"-o", overlay});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string list = Trafrec({"overlay", overlay, "list", "--json"}).out;
  EXPECT_THAT(list, AllOf(HasSubstr("log-0001-12"), HasSubstr("log-0001-14"),
                          Not(HasSubstr("log-0001-15"))));
  ASSERT_EQ(Trafrec({"reconcile", "boundary", log_, "-o", overlay}).exit_code, 0);
  EXPECT_EQ(Trafrec({"overlay", overlay, "list", "--json"}).out, list) << "a second time, the same";
}

/// Of a log with a scroll over index a at 200, and a read at `ms`: how many reads are left out.
class ReadsBesideABackfill : public BoundaryCommand {
 protected:
  uint64_t LeftOut(int ms, const std::string& target, const std::vector<std::string>& more = {}) {
    const std::string get = Line(ms, "GET", target, "", 200, R"({"found":true})");
    const std::string scroll =
        Scroll(200, R"({"seq_no_primary_term":true})", R"("_seq_no":0,"_version":1,)");
    const std::string lines = Made() + Increment(20, 0) + Refresh(100);
    std::vector<std::string> options{"--json"};
    options.insert(options.end(), more.begin(), more.end());
    const Outcome outcome =
        Boundary(ms < 200 ? lines + get + scroll : lines + scroll + get, options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(outcome.out.substr(0, outcome.out.find('\n')))["early_reads"];
  }
};

TEST_F(ReadsBesideABackfill, AnEarlierOneIsLeftOutSinceTheTargetHasWhatCameLater) {
  const std::string overlay = (folder_ / "overlay").string();
  EXPECT_EQ(LeftOut(150, "/a/_doc/1", {"-o", overlay}), 1U);
  EXPECT_THAT(Trafrec({"overlay", overlay, "list", "--json"}).out,
              HasSubstr("boundary: it read what the backfill then had as of later"));
}

TEST_F(ReadsBesideABackfill, ALaterOneStays) { EXPECT_EQ(LeftOut(300, "/a/_doc/1"), 0U); }

TEST_F(ReadsBesideABackfill, OneOfWhatTheBackfillDoesNotHoldStays) {
  EXPECT_EQ(LeftOut(150, "/b/_doc/1"), 0U);
}

TEST_F(ReadsBesideABackfill, ALookAtTheClusterStays) {
  EXPECT_EQ(LeftOut(150, "/_cluster/health"), 0U);
}

TEST_F(ReadsBesideABackfill, KeepReadsKeepsThem) {
  EXPECT_EQ(LeftOut(150, "/a/_doc/1", {"--keep-reads"}), 0U);
}

TEST_F(BoundaryCommand, ItsOptionsAreRefusedElsewhere) {
  const Outcome outcome = Trafrec({"reconcile", log_, "--target", "http://127.0.0.1:1"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr("--target, --method, --backfill and --keep-reads are for boundary"));
}

}  // namespace
}  // namespace trafrec::test_support
