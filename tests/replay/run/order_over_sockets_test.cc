// The order of a replay as its target sees it: over real sockets, by what came while what else was
// not answered yet.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <random>
#include <set>

#include "tests/replay/order/histories.h"
#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

using dialect::Key;
using dialect::Scope;

constexpr size_t kOperations = 500;
constexpr int kConnections = 8;
constexpr int kDocuments = 4;

/// What happened at a made-up source: exchanges of it, and of each what it touched.
struct History {
  std::vector<Recorded> exchanges;
  std::vector<order::SourceOperation> operations;
};

enum class Doing : uint8_t { kWrite, kGet, kSearch };

struct Made {
  Doing doing = Doing::kWrite;
  std::string id;
  int64_t began_ms = 0;
  int64_t committed_ms = 0;
  int64_t answered_ms = 0;
  int64_t seq_no = 0;
  bool first = false;  ///< it creates its document
};

/// Requests of several connections over few documents, each carried out at one moment between its
/// request and its answer.
std::vector<Made> MakeSource(std::mt19937_64& random) {
  std::vector<Made> all;
  std::vector<int64_t> free_at(kConnections, 0);
  const auto later = [&](int64_t now, uint64_t most) {
    return now + 1 + static_cast<int64_t>(random() % most);
  };
  for (size_t i = 0; i < kOperations; ++i) {
    int64_t& now = free_at[random() % kConnections];
    const uint64_t kind = random() % 10;
    Made& made = all.emplace_back();
    made.doing = kind < 6 ? Doing::kWrite : kind < 9 ? Doing::kGet : Doing::kSearch;
    made.id = fmt::format("d{}", random() % kDocuments);
    made.began_ms = now = later(now, 20);
    made.committed_ms = now = later(now, 20);
    made.answered_ms = now = later(now, 20);
  }
  std::ranges::stable_sort(all, {}, &Made::committed_ms);
  int64_t next = 0;
  std::set<std::string> there;
  for (Made& made : all) {
    if (made.doing == Doing::kWrite) {
      made.seq_no = next++;
      made.first = there.insert(made.id).second;
    }
  }
  std::ranges::stable_sort(all, {}, &Made::began_ms);
  return all;
}

/// Each request says its number, by which the target knows it.
History MakeHistory(std::mt19937_64& random) {
  History history;
  for (const Made& made : MakeSource(random)) {
    const std::string mark = fmt::format("{}", history.exchanges.size());
    const bool write = made.doing == Doing::kWrite;
    Key key{.scope = Scope::kDocument, .write = write, .name = "i", .id = made.id};
    if (write) {
      const auto put = made.first ? Created : Updated;
      history.exchanges.push_back(put(made.id, made.began_ms, made.answered_ms, made.seq_no,
                                      fmt::format(R"({{"mark":{}}})", mark)));
    } else {
      const bool get = made.doing == Doing::kGet;
      history.exchanges.push_back(
          {.method = "GET",
           .target = get ? fmt::format("/i/_doc/{}?preference=m{}", made.id, mark)
                         : fmt::format("/i/_search?preference=m{}", mark),
           .began_ms = made.began_ms,
           .answered_ms = made.answered_ms,
           .status = 200,
           .answer = "{}"});
      if (!get) {
        key = {.scope = Scope::kIndex, .write = false, .name = "i"};
      }
    }
    order::SourceOperation& operation = history.operations.emplace_back();
    operation.keys = {key};
    operation.began_at = kStart + made.began_ms * kNsPerMs;
    operation.answered_at = kStart + made.answered_ms * kNsPerMs;
    if (write) {
      operation.commit = order::Commit{.seq_no = made.seq_no};
    }
  }
  return history;
}

/// A target that notes when each request came, and when its answer was about to go.
class NotingTarget {
 public:
  struct Moments {
    std::atomic<uint64_t> came{0};
    std::atomic<uint64_t> answered{0};
  };

  NotingTarget()
      : fake_(
            [this](const std::string& request) -> std::optional<std::string> {
              if (Moments* moments = Of(request)) {
                uint64_t none = 0;
                moments->came.compare_exchange_strong(none, ++clock_);
                if (request.contains("/_search?")) {
                  moments->answered = ++clock_;
                  return JsonAnswer(200, R"({"hits":{"hits":[]}})");
                }
              }
              return std::nullopt;
            },
            [this](const std::string& request) {
              if (Moments* moments = Of(request)) {
                moments->answered = ++clock_;
              }
              return false;
            }) {}

  std::string url() const { return fake_.url(); }
  const Moments& of(size_t number) const { return moments_[number]; }

 private:
  /// Null: not one of the log, but a look at documents.
  Moments* Of(const std::string& request) {
    for (const std::string_view sign : {"preference=m", R"({"mark":)"}) {
      if (const size_t at = request.find(sign); at != std::string::npos) {
        return &moments_[std::stoul(request.substr(at + sign.size()))];
      }
    }
    return nullptr;
  }

  std::atomic<uint64_t> clock_{0};
  std::array<Moments, kOperations> moments_;
  FakeSearch fake_;  // last: its threads use all of the above
};

/// The first one that came while one was not answered that it must wait for; "" for none.
std::string Violation(const History& history, const NotingTarget& target) {
  for (size_t later = 0; later < kOperations; ++later) {
    const uint64_t came = target.of(later).came;
    if (came == 0) {
      return fmt::format("{} never came", later);
    }
    for (size_t earlier = 0; earlier < kOperations; ++earlier) {
      if (earlier != later && order::MustWait(history.operations, later, earlier, 0) &&
          target.of(earlier).answered > came) {
        return fmt::format("{} came before {} was answered", later, earlier);
      }
    }
  }
  return "";
}

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

/// TRAFREC_HISTORIES=200 makes 100,000 requests.
TEST(OrderOverSockets, NoRequestComesBeforeTheAnswersThatItWaitsFor) {
  const uint64_t histories = FromEnvironment("TRAFREC_HISTORIES", 1);
  const uint64_t seed = FromEnvironment("TRAFREC_SEED", 1);
  for (uint64_t number = 0; number < histories; ++number) {
    std::mt19937_64 random(seed + number);
    const History history = MakeHistory(random);
    const NotingTarget target;
    SmallRun run(target.url(), history.exchanges);
    const Status sent = run.Send();
    ASSERT_TRUE(sent) << sent.error().what << ", seed " << seed + number;
    ASSERT_EQ(run.progress.counts.dead, 0U) << "seed " << seed + number;
    ASSERT_EQ(Violation(history, target), "") << "seed " << seed + number;
  }
}

}  // namespace
}  // namespace trafrec::replay
