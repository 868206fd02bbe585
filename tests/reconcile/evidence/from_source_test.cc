#include "reconcile/evidence/from_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/reconcile/source/fake_source.h"

namespace trafrec::reconcile {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr TimeNs kSecond = kNsPerSecond;

/// A log that wrote to the index "idx", and put a template and an alias of it, which nobody
/// answered.
History Asked() {
  History history;
  history.requests.push_back({.runs = {1 * kSecond, 4 * kSecond}, .questions = {0, 1, 2}});
  history.questions.push_back({.kind = dialect::Kind::kAdmin});
  history.questions.push_back({.kind = dialect::Kind::kAdmin});
  history.questions.push_back({.document = {"idx", "1"}});
  history.metadata.Add(
      MetadataChange{.what = {MetadataKind::kTemplate, "", "t"}, .value = "t-*", .question = 0});
  history.metadata.Add(
      MetadataChange{.what = {MetadataKind::kAlias, "idx", "al"}, .value = "1", .question = 1});
  history.writes.push_back({.document = {"idx", "2"},
                            .ran = {1 * kSecond, 2 * kSecond},
                            .fate = dialect::Fate::kCreated,
                            .version = 1,
                            .primary_term = 1});
  history.until = 10 * kSecond;
  return history;
}

/// Templates and aliases that a source says that it has not, which has nothing but what `index` is
/// of "idx".
std::vector<std::string> LookedFor(History history, const std::string& index) {
  const std::string settings =
      index.empty() ? "{}"
                    : R"({"idx":{"aliases":{},"mappings":{},"settings":{"index":)" + index + "}}}";
  const std::string state = index.empty()
                                ? "{}"
                                : R"({"metadata":{"indices":{"idx":{"settings":{"index":)" + index +
                                      R"(},"routing_num_shards":1,"primary_terms":{"0":1}}}}})";
  FakeSource source({FakeSource::kIdentity, state, R"({"docs":[{"_id":"1","found":false}]})",
                     settings, "{}", "{}"});
  std::vector<std::string> kinds;
  {
    LiveSource live = LiveSource::Open(source.target(), "U1", source.pace()).value();
    const auto notes = AddLiveAnswers(live, history);
    EXPECT_TRUE(notes) << notes.error().what;
  }
  for (const std::string& request : source.requests()) {
    kinds.push_back(request.substr(0, request.find('?')));
  }
  return kinds;
}

std::string IndexMadeAt(const std::string& ms) {
  return R"({"number_of_shards":"1","uuid":"I","creation_date":")" + ms +
         R"(","version":{"created":"7100299"}})";
}

TEST(FromSource, LooksForTemplatesWhereAnIndexOfTheLogIs) {
  EXPECT_THAT(LookedFor(Asked(), IndexMadeAt("500")), testing::Contains(HasSubstr("/_template/t")));
}

TEST(FromSource, ASourceWithoutAnyIndexOfTheLogSaysNothingOfTemplates) {
  for (const std::string& index : {std::string(), IndexMadeAt("60000")}) {
    EXPECT_THAT(LookedFor(Asked(), index), Not(testing::Contains(HasSubstr("/_template/t"))))
        << index;
  }
}

TEST(FromSource, AnIndexThatTheLogMayHaveRemovedNeedNotBeThere) {
  History history = Asked();
  history.index_lives.changes.push_back(
      {.name = "idx", .removes = true, .ran = {5 * kSecond, 6 * kSecond}, .question = 1});
  EXPECT_THAT(LookedFor(history, ""), testing::Contains(HasSubstr("/_template/t")));
}

}  // namespace
}  // namespace trafrec::reconcile
