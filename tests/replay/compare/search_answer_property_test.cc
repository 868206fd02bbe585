#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "replay/compare/search_answer_compare.h"

namespace trafrec::compare {
namespace {

using Asked = dialect::Kind;

/// Random answers out of few documents, buckets and values, so that two of them have much in
/// common.
class Answers {
 public:
  explicit Answers(unsigned seed) : random_(seed) {}

  std::string Next(Asked kind) {
    switch (kind) {
      case Asked::kBulk:
        return fmt::format(R"({{"errors":{},"items":[{}]}})", Boolean(),
                           List(4, [&] { return fmt::format(R"({{"index":{}}})", Outcome()); }));
      case Asked::kMultiGet:
        return fmt::format(R"({{"docs":[{}]}})", List(4, [&] { return Outcome(); }));
      case Asked::kMultiSearch:
        return fmt::format(R"({{"responses":[{}]}})", List(3, [&] { return Search(); }));
      default:
        return Search();
    }
  }

 private:
  unsigned Below(unsigned bound) { return std::uniform_int_distribution(0U, bound - 1)(random_); }
  const char* Boolean() { return Below(2) == 0 ? "true" : "false"; }

  template <typename Make>
  std::string List(unsigned most, const Make& make) {
    std::vector<std::string> elements;
    for (unsigned left = Below(most + 1); left > 0; --left) {
      elements.push_back(make());
    }
    return fmt::format("{}", fmt::join(elements, ","));
  }

  /// Some of the names, each once, in any order.
  template <typename Make>
  std::string Named(const Make& make) {
    std::string names = "abcde";
    std::ranges::shuffle(names, random_);
    names.resize(Below(6));
    std::vector<std::string> elements;
    for (const char name : names) {
      elements.push_back(make(name));
    }
    return fmt::format("{}", fmt::join(elements, ","));
  }

  std::string Outcome() {
    switch (Below(4)) {
      case 0:
        return fmt::format(R"({{"_id":"{}","status":400,"error":{{"type":"{}","reason":"{}"}}}})",
                           Below(3), Below(2), Below(2));
      case 1:
        return fmt::format(R"({{"_id":"{}","status":404,"found":false}})", Below(3));
      default:
        return fmt::format(R"({{"_id":"{}","status":{},"found":true,"_source":{{"n":{}}}}})",
                           Below(3), 200 + Below(2), Below(3));
    }
  }

  std::string Hits() {
    const std::string total = Below(3) == 0 ? std::to_string(Below(8))
                                            : fmt::format(R"({{"value":{},"relation":"{}"}})",
                                                          Below(8), Below(2) == 0 ? "eq" : "gte");
    return fmt::format(R"({{"total":{},"hits":[{}]}})", total, Named([&](char name) {
                         return fmt::format(R"({{"_index":"i","_id":"{}","_score":{}}})", name,
                                            Below(3));
                       }));
  }

  std::string Buckets(unsigned depth) {
    return fmt::format(R"({{"buckets":[{}]}})", Named([&](char name) {
                         return fmt::format(R"({{"key":"{}","doc_count":{}{}}})", name, Below(3),
                                            depth == 0 ? "" : ",\"in\":" + Buckets(depth - 1));
                       }));
  }

  std::string Search() {
    if (Below(8) == 0) {
      return Outcome();
    }
    return fmt::format(
        R"({{"hits":{},"aggregations":{{"by":{}}},"suggest":{{"s":[{{"options":[{}]}}]}}}})",
        Hits(), Buckets(1), Named([&](char name) {
          return fmt::format(R"({{"text":"{}","score":{}}})", name, Below(2));
        }));
  }

  std::mt19937 random_;
};

class SearchAnswers : public testing::TestWithParam<Asked> {};

Differences Compare(Asked kind, const std::string& source, const std::string& target) {
  const json::Tree a = json::Tree::Parse(source).value();
  const json::Tree b = json::Tree::Parse(target).value();
  return CompareSearchAnswers(kind, a, b);
}

TEST_P(SearchAnswers, DoNotDifferFromThemselves) {
  Answers answers(1);
  for (int i = 0; i < 200; ++i) {
    const std::string text = answers.Next(GetParam());
    EXPECT_TRUE(Compare(GetParam(), text, " " + text).none()) << text;
  }
}

TEST_P(SearchAnswers, SeenFromTheTargetAreTheMirror) {
  Answers answers(2);
  size_t differing = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string a = answers.Next(GetParam());
    const std::string b = answers.Next(GetParam());
    std::vector<Difference> mirrored;
    for (const Difference& each : Compare(GetParam(), b, a).found) {
      mirrored.push_back(Mirrored(each));
    }
    const std::vector<Difference> found = Compare(GetParam(), a, b).found;
    EXPECT_THAT(mirrored, testing::UnorderedElementsAreArray(found)) << a << "\n" << b;
    differing += found.empty() ? 0 : 1;
  }
  EXPECT_GT(differing, 300U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SearchAnswers,
                         testing::Values(Asked::kSearch, Asked::kBulk, Asked::kMultiGet,
                                         Asked::kMultiSearch, Asked::kGet));

}  // namespace
}  // namespace trafrec::compare
