#include "tools/reconcile/verdict_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using reconcile::Finding;
using store::Grade;
using store::Verdict;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile = "</script><script>alert(1)</script>\"'&<!--{{main}}\x1b[31m\xff";

/// Questions of which every text is hostile.
class Judged {
 public:
  void Add(Verdict verdict, Grade grade, const std::string& words = kHostile) {
    const size_t number = history_.questions.size();
    history_.requests.push_back(
        {.id = {"a", 1, number + 1}, .method = "PUT", .target = kHostile, .questions = {number}});
    history_.questions.push_back({.at = {.exchange = {"a", 1, number + 1}},
                                  .request = number,
                                  .document = {kHostile, kHostile}});
    judgement_.findings.push_back(
        {.question = number,
         .verdict = verdict,
         .grade = grade,
         .evidence = {{verdict == Verdict::kUnknown ? "open" : "history", words}}});
  }
  void AddMissing(int64_t seq_no, TimeNs from, TimeNs until) {
    judgement_.missing.push_back({.index = kHostile, .seq_no = seq_no, .ran = {from, until}});
  }
  void AddLoss(store::LossCause cause, TimeNs from, TimeNs until) {
    store::AttemptInfo attempt;
    store::LossRecord& loss = attempt.losses.emplace_back();
    loss.cause = cause;
    loss.from = from;
    loss.until = until;
    loss.packets = 7;
    attempts_.push_back(attempt);
  }
  std::string Page() const { return VerdictPage({kHostile, history_, judgement_, attempts_}); }

 private:
  reconcile::History history_;
  reconcile::Judgement judgement_;
  std::vector<store::AttemptInfo> attempts_;
};

TEST(VerdictPage, WhatWasRecordedIsNeverMarkup) {
  Judged judged;
  judged.Add(Verdict::kUnknown, Grade::kProven);
  judged.AddMissing(3, 0, kNsPerSecond);
  const std::string page = judged.Page();
  EXPECT_THAT(page, AllOf(HasSubstr("&lt;/script&gt;&lt;script&gt;alert(1)"),
                          Not(HasSubstr("<script>alert")), Not(HasSubstr("<!--")),
                          HasSubstr("{{main}}\\x1b[31m\\xff")));
  EXPECT_EQ(page.find("<script"), page.rfind("<script"));
  EXPECT_TRUE(IsUtf8(page));
}

TEST(VerdictPage, SaysHowManyStayUnknownAndWhatWouldDecideThem) {
  Judged judged;
  judged.Add(Verdict::kCommitted, Grade::kPresumed);
  judged.Add(Verdict::kUnknown, Grade::kProven, "a get would");
  judged.Add(Verdict::kUnknown, Grade::kProven, "a get would");
  judged.Add(Verdict::kNotCommitted, Grade::kProven);
  const std::string page = judged.Page();
  EXPECT_THAT(page, AllOf(HasSubstr("2 of 4 mutations that were open stay unknown (50%)."),
                          HasSubstr("<li>2 operations: a get would</li>"),
                          HasSubstr("<small>presumed</small>"), HasSubstr("not committed<small>")));
  EXPECT_LT(page.find("data-verdict=\"unknown\""), page.find("data-verdict=\"committed\""));
}

TEST(VerdictPage, ShowsWhatTheRecorderLostBesideWhatIsMissing) {
  Judged judged;
  judged.AddMissing(5, 10 * kNsPerSecond, 20 * kNsPerSecond);
  EXPECT_THAT(judged.Page(), HasSubstr("the recorder knows of none"));
  judged.AddLoss(store::LossCause::kKernelDrop, 30 * kNsPerSecond, 40 * kNsPerSecond);
  EXPECT_THAT(judged.Page(), HasSubstr("the recorder knows of none"));
  judged.AddLoss(store::LossCause::kKernelDrop, 15 * kNsPerSecond, 16 * kNsPerSecond);
  EXPECT_THAT(judged.Page(), AllOf(HasSubstr("1970-01-01T00:00:15"),
                                   Not(HasSubstr("the recorder knows of none"))));
}

TEST(VerdictPage, ItsSizeIsBoundedWhateverWasFound) {
  Judged judged;
  for (int i = 0; i < 6'000; ++i) {
    judged.Add(i < 10 ? Verdict::kUnknown : Verdict::kCommitted, Grade::kProven,
               std::string(400, '"'));
    judged.AddMissing(i, 0, 1);
  }
  const std::string page = judged.Page();
  EXPECT_LT(page.size(), size_t{5} << 20);
  EXPECT_THAT(page, HasSubstr("more operations: <code>trafrec reconcile --json</code>"));
}

}  // namespace
}  // namespace trafrec::tools
