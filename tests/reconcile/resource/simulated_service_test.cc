// Random histories of a service that knows what became of each request, and what a recorder would
// have seen of them. No verdict may be wrong.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "reconcile/resource/resource_fates.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;
using How = ResourceWrite::How;

constexpr const char* kHost = "service";
constexpr TimeNs kLength = 1'000;
constexpr TimeNs kSettle = 60;

enum class Method : uint8_t { kGet, kPut, kDelete, kPost };

struct Call {
  Method method = Method::kGet;
  int resource = 0;
  Print body = 0;
  Span ran{};  // from its first byte to its answer's last, or to when it can run no more
  bool answered = false;
  bool seen = true;            // else the capture lost all of it
  std::optional<TimeNs> at{};  // carried out then; nothing: never
  bool partly = false;         // of what it brought, the service took a part
  // What became of it.
  bool changed = false;
  std::optional<Print> found{};  // by GET, DELETE: nothing if there was none
};

class Service {
 public:
  explicit Service(uint64_t seed) : dice_(seed) {
    canonical_ = Chance(3);
    const int calls = 4 + Below(12);
    for (int i = 0; i < calls; ++i) {
      calls_.push_back(MakeCall());
    }
    Run();
  }

  /// As the recorder has it.
  void Describe(History& history, ResourceHistory& resources) const {
    for (uint64_t i = 0; i < calls_.size(); ++i) {
      const Call& call = calls_[i];
      if (!call.seen) {
        history.lost.push_back({.ran = call.ran, .in_flow = true});
        continue;
      }
      const store::ExchangeId id{.recorder = "vm", .attempt = 1, .number = i};
      Resource& resource = resources.resources[NameOf(call.resource)];
      AddWrite(id, call, resource, resources);
      AddSight(id, call, resource);
      if (!call.answered && call.method != Method::kGet) {
        history.questions.emplace_back().at.exchange = id;
        resources.asked.emplace_back(NameOf(call.resource));
      }
    }
    for (auto& [host, times] : resources.mutations) {
      std::ranges::sort(times.from);
      std::ranges::sort(times.until);
    }
  }

  const Call& of(const store::ExchangeId& id) const { return calls_[id.number]; }

 private:
  int Below(int bound) { return static_cast<int>(dice_() % static_cast<uint64_t>(bound)); }
  bool Chance(int one_in) { return Below(one_in) == 0; }
  TimeNs Within(const Span& span) {
    return span.from + Below(static_cast<int>(span.until - span.from) + 1);
  }

  static ResourceName NameOf(int resource) { return {kHost, "/" + std::to_string(resource)}; }

  Call MakeCall() {
    Call call;
    const int roll = Below(20);
    call.method = roll < 8    ? Method::kGet
                  : roll < 15 ? Method::kPut
                  : roll < 19 ? Method::kDelete
                              : Method::kPost;
    call.resource = Below(2);
    call.body = 1 + static_cast<Print>(Below(4));  // few, so that they come again
    call.answered = call.method == Method::kGet || !Chance(3);
    call.seen = !Chance(15);
    call.ran.from = Below(static_cast<int>(kLength));
    call.ran.until = call.ran.from + (call.answered ? 1 + Below(40) : kSettle);
    if (call.answered || !Chance(2)) {
      call.at = Within(call.ran);
    }
    call.partly = call.method == Method::kPut && !call.answered && Chance(5);
    return call;
  }

  /// Two contents may be one to the service.
  Print Kept(Print content) const { return canonical_ && content % 2 == 0 ? content - 1 : content; }

  void Run() {
    std::vector<Call*> order;
    for (Call& call : calls_) {
      if (call.at) {
        order.push_back(&call);
      }
    }
    std::ranges::sort(order, {}, [](const Call* call) { return *call->at; });
    std::map<int, std::optional<Print>> state;
    for (int i = 0; i < 2; ++i) {
      state[i] = Chance(2) ? std::nullopt : std::optional(Kept(1 + static_cast<Print>(Below(4))));
    }
    for (Call* call : order) {
      std::optional<Print>& now = state[call->resource];
      const std::optional<Print> before = now;
      call->found = now;
      if (call->method == Method::kPut) {
        now = call->partly ? 100 + call->body : Kept(call->body);
      } else if (call->method == Method::kDelete) {
        now.reset();
      } else if (call->method == Method::kPost) {
        now = Chance(3) ? std::nullopt : std::optional(Kept(call->body));
      }
      call->changed = now != before;
    }
  }

  static void AddWrite(const store::ExchangeId& id, const Call& call, Resource& resource,
                       ResourceHistory& resources) {
    if (call.method == Method::kGet ||
        (call.method == Method::kDelete && call.answered && !call.found)) {
      return;  // the latter was answered 404
    }
    resource.writes.push_back(
        {.id = id,
         .how = call.method == Method::kPut      ? How::kReplaces
                : call.method == Method::kDelete ? How::kDeletes
                                                 : How::kOther,
         .content = call.method == Method::kPut ? std::optional(call.body) : std::nullopt,
         .ran = call.ran,
         .own = true,
         .done = call.answered});
    resources.mutations[kHost].from.push_back(call.ran.from);
    resources.mutations[kHost].until.push_back(call.ran.until);
  }

  static void AddSight(const store::ExchangeId& id, const Call& call, Resource& resource) {
    if (!call.answered || call.method == Method::kPost) {
      return;
    }
    ResourceSight sight{.by = id, .at = call.ran};
    if (call.method == Method::kGet) {
      sight.state = {.present = call.found.has_value(), .content = call.found};
    } else if (call.method == Method::kPut) {
      sight.left = true;
      sight.state = {.present = true, .content = call.body};
    } else {
      sight.left = call.found.has_value();
    }
    resource.sights.push_back(sight);
  }

  std::mt19937_64 dice_;
  bool canonical_ = false;
  std::vector<Call> calls_;
};

uint64_t Histories() {
  const char* given = std::getenv("TRAFREC_HISTORIES");
  return given == nullptr ? 20'000 : std::strtoull(given, nullptr, 10);
}

struct Count {
  uint64_t committed = 0;
  uint64_t not_committed = 0;
  uint64_t superseded = 0;
  uint64_t unknown = 0;
};

TEST(SimulatedService, NoProvenVerdictIsWrong) {
  Count count;
  for (uint64_t seed = 0; seed < Histories(); ++seed) {
    const Service service(seed);
    History history;
    ResourceHistory resources;
    service.Describe(history, resources);
    Judgement judgement;
    for (size_t i = 0; i < history.questions.size(); ++i) {
      judgement.findings.push_back({.question = i});
    }
    JudgeResources(resources, history, judgement);
    for (const Finding& finding : judgement.findings) {
      const Call& call = service.of(history.questions[finding.question].at.exchange);
      if (finding.verdict == Verdict::kUnknown || finding.grade != Grade::kProven) {
        ++count.unknown;
      } else if (finding.verdict == Verdict::kCommitted) {
        ++count.committed;
        ASSERT_TRUE(call.at.has_value()) << "seed " << seed << ": " << finding.evidence[0].words;
      } else if (finding.verdict == Verdict::kNotCommitted) {
        ++count.not_committed;
        ASSERT_FALSE(call.changed) << "seed " << seed << ": " << finding.evidence[0].words;
      } else {
        ++count.superseded;
      }
    }
  }
  // Else it would have proved nothing.
  EXPECT_GT(count.committed, Histories() / 100);
  EXPECT_GT(count.not_committed, Histories() / 100);
  EXPECT_GT(count.superseded, Histories() / 100);
  EXPECT_GT(count.unknown, Histories() / 100);
}

}  // namespace
}  // namespace trafrec::reconcile
