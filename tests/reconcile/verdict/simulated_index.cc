#include "tests/reconcile/verdict/simulated_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace trafrec::reconcile {
namespace {

using dialect::Kind;

constexpr TimeNs kMs = kNsPerMs;
constexpr TimeNs kSettle = 200 * kMs;
const std::string kIndex = "orders";

}  // namespace

/// A request: when it came in, when it is carried out, when its answer begins.
struct SimulatedIndex::Step {
  TimeNs received = 0;
  TimeNs ran = 0;
  TimeNs answered = 0;
  Kind kind = Kind::kGet;
  Fate fate = Fate::kAnswered;
  std::vector<std::string> ids{};
};

SimulatedIndex::SimulatedIndex(uint64_t seed, int64_t times) : random_(seed) {
  routing_.shards = static_cast<uint32_t>(1 + Below(3));
  routing_.routing_shards = routing_.shards * 64;
  next_number_.assign(routing_.shards, 0);
  IndexSettings settings{.name = kIndex, .uuid = "uuid"};
  settings.shards = routing_.shards;
  settings.routing_shards = routing_.routing_shards;
  seen_.product = VersionId::Elasticsearch(7, 10, 2);
  seen_.settings.push_back(settings);
  seen_.events.push_back({.name = kIndex, .ran = {0, 0}, .answered = true});
  for (const Step& step : MakeSteps(times)) {
    seen_.until = std::max({seen_.until, step.received, step.ran});
    if (step.kind == Kind::kByQuery) {
      RunByQuery(step);
    } else if (step.kind == Kind::kGet) {
      Read(step, step.ids.front());
    } else {
      RunRequest(step);
    }
  }
}

int64_t SimulatedIndex::Below(int64_t bound) {
  return std::uniform_int_distribution<int64_t>(0, bound - 1)(random_);
}

/// In the order in which the source carries them out, which is not that of their coming in.
std::vector<SimulatedIndex::Step> SimulatedIndex::MakeSteps(int64_t times) {
  const int64_t documents = (2 + Below(8)) * times;
  const int losses = static_cast<int>(Below(3)) * 3;
  std::vector<Step> steps;
  TimeNs now = 10 * kMs;
  const int64_t count = (10 + Below(50)) * times;
  for (int64_t i = 0; i < count; ++i) {
    now += Below(20) * kMs;
    Step step{.received = now};
    step.ran = now + Below(20) * kMs;
    constexpr Kind kKinds[] = {Kind::kIndex,  Kind::kIndex,  Kind::kCreate, Kind::kUpdate,
                               Kind::kUpdate, Kind::kDelete, Kind::kGet,    Kind::kGet};
    step.kind = Chance(4) ? Kind::kByQuery : kKinds[Below(std::size(kKinds))];
    const int roll = static_cast<int>(Below(100));
    step.fate = roll < losses                                   ? Fate::kLost
                : roll < losses + 12 && step.kind != Kind::kGet ? Fate::kUnanswered
                : roll < losses + 18 && step.kind != Kind::kGet ? Fate::kNeverRan
                                                                : Fate::kAnswered;
    if (step.fate == Fate::kUnanswered && Chance(20)) {
      step.ran = now + Below(kSettle / kMs) * kMs;  // late
    }
    step.answered = step.ran + (1 + Below(10)) * kMs;
    const int64_t items = step.kind == Kind::kGet || !Chance(20) ? 1 : 2 + Below(4);
    for (int64_t item = 0; item < items; ++item) {
      step.ids.push_back(fmt::format("d{}", Below(documents)));
    }
    steps.push_back(std::move(step));
  }
  std::ranges::stable_sort(steps, {}, &Step::ran);
  return steps;
}

SimulatedIndex::Done SimulatedIndex::Apply(Kind kind, const std::string& id, const Fields& source) {
  Stored& stored = documents_[id];
  Done done{.before = stored};
  const bool refused =
      (kind == Kind::kCreate && stored.present) || (kind == Kind::kUpdate && !stored.present);
  if (refused) {
    done.fate = kind == Kind::kCreate ? dialect::Fate::kConflict : dialect::Fate::kNotFound;
    return done;
  }
  done.fate = kind == Kind::kDelete
                  ? (stored.present ? dialect::Fate::kDeleted : dialect::Fate::kNotFound)
                  : (stored.present ? dialect::Fate::kUpdated : dialect::Fate::kCreated);
  const uint32_t shard = *ShardOf(routing_, id, "");
  done.took_number = true;
  done.seq_no = stored.seq_no = next_number_[shard]++;
  done.version = ++stored.version;
  stored.present = kind != Kind::kDelete;
  if (kind == Kind::kUpdate) {
    Content content{.whole = true, .fields = stored.source};
    content.Apply({.how = Change::How::kMerges, .fields = source});
    stored.source = content.fields;
  } else if (kind != Kind::kDelete) {
    stored.source = source;
  }
  return done;
}

void SimulatedIndex::RunRequest(const Step& step) {
  const store::ExchangeId id{"sim", 1, ++exchanges_};
  const size_t request = seen_.requests.size();
  const bool asked = step.fate == Fate::kUnanswered || step.fate == Fate::kNeverRan;
  if (asked) {
    seen_.requests.push_back({.id = id, .runs = {step.received, step.received + kSettle}});
  }
  if (step.fate == Fate::kLost) {
    seen_.lost.push_back({.ran = {step.received - Below(30) * kMs, step.answered + Below(30) * kMs},
                          .bytes = 1,
                          .answered = true});
  }
  for (uint32_t item = 0; item < step.ids.size(); ++item) {
    const std::string& document = step.ids[item];
    const Kind kind = step.kind;
    Fields source{{PrintOfName("a"), static_cast<Print>(Below(3)), true},
                  {PrintOfName("b"), ++values_, true}};
    std::ranges::sort(source);
    const Done done = step.fate == Fate::kNeverRan ? Done{} : Apply(kind, document, source);
    if (step.fate == Fate::kLost && done.took_number) {
      lost_numbers_[{*ShardOf(routing_, document, ""), done.seq_no}] = true;
    }
    if (step.fate == Fate::kAnswered) {
      Show(step, kind, document, done);
      if (done.took_number) {
        seen_.writes.back().change = {.how = kind == Kind::kDelete   ? Change::How::kDeletes
                                             : kind == Kind::kUpdate ? Change::How::kMerges
                                                                     : Change::How::kReplaces,
                                      .fields = source};
      }
    }
    if (asked) {
      Ask(step, kind, document, source, done, request, item);
    }
  }
}

void SimulatedIndex::Show(const Step& step, Kind kind, const std::string& id, const Done& done) {
  const Span ran{step.received, step.answered};
  if (done.took_number) {
    seen_.writes.push_back({.document = {kIndex, id},
                            .ran = ran,
                            .kind = kind,
                            .fate = done.fate,
                            .version = done.version,
                            .seq_no = done.seq_no,
                            .primary_term = 1});
    return;
  }
  Sight sight{.document = {kIndex, id}, .at = ran, .present = done.before.present, .current = true};
  if (done.before.present) {
    sight.version = done.before.version;
    sight.seq_no = done.before.seq_no;
  }
  seen_.sights.push_back(sight);
}

void SimulatedIndex::Ask(const Step& /*step*/, Kind kind, const std::string& id,
                         const Fields& source, const Done& done, size_t request, uint32_t item) {
  Question question{.at = {seen_.requests[request].id, item},
                    .request = request,
                    .document = {kIndex, id},
                    .kind = kind};
  question.unconditional = kind != Kind::kUpdate;
  question.deletes = kind == Kind::kDelete;
  question.makes = kind == Kind::kIndex || kind == Kind::kCreate;
  question.fit = Fit::kTaken;
  question.place_taken = true;
  question.change = {.how = kind == Kind::kDelete   ? Change::How::kDeletes
                            : kind == Kind::kUpdate ? Change::How::kMerges
                                                    : Change::How::kReplaces,
                     .fields = source};
  seen_.requests[request].questions.push_back(seen_.questions.size());
  seen_.questions.push_back(std::move(question));
  committed_.push_back(done.took_number);
}

void SimulatedIndex::Read(const Step& step, const std::string& id) {
  ++exchanges_;
  if (step.fate == Fate::kLost) {
    return;
  }
  const Stored& stored = documents_[id];
  Sight sight{.document = {kIndex, id},
              .at = {step.received, step.answered},
              .present = stored.present,
              .current = Chance(70)};
  if (stored.present) {
    sight.version = stored.version;
    sight.seq_no = stored.seq_no;
    if (Chance(50)) {
      sight.source = stored.source;
    }
  }
  if (sight.current || stored.present) {
    seen_.sights.push_back(sight);
  }
}

/// Updates or deletes all documents that are there, or some: which, its answer does not say.
void SimulatedIndex::RunByQuery(const Step& step) {
  const bool deletes = Chance(30);
  int64_t writes = 0;
  for (auto& [id, stored] : documents_) {
    if (step.fate == Fate::kNeverRan || !stored.present || !Chance(60)) {
      continue;
    }
    const uint32_t shard = *ShardOf(routing_, id, "");
    stored.seq_no = next_number_[shard]++;
    ++stored.version;
    stored.present = !deletes;
    ++writes;
    if (step.fate == Fate::kLost) {
      lost_numbers_[{shard, stored.seq_no}] = true;
    }
  }
  ++exchanges_;
  if (step.fate == Fate::kLost) {
    seen_.lost.push_back({.ran = {step.received, step.answered}, .bytes = 1, .answered = true});
    return;
  }
  ByQueryRun run{.indices = {kIndex},
                 .ran = {step.received, step.answered},
                 .selection = Selection::Unknown(),
                 .change = {.how = Change::How::kScripts, .script = ""},
                 .deletes = deletes};
  if (step.fate == Fate::kAnswered) {
    run.writes = writes;
  } else {
    run.ran.until = step.received + kSettle;
  }
  seen_.by_query.push_back(std::move(run));
}

}  // namespace trafrec::reconcile
