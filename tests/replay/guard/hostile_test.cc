#include "tests/replay/guard/hostile.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

// The proof that no copy does harm: random histories through a hostile network.

namespace trafrec::guard {
namespace {

using dialect::Fate;

/// Histories that are tried; more of them by hand (TRAFREC_HISTORIES).
size_t HistoryCount() {
  const char* asked = std::getenv("TRAFREC_HISTORIES");
  return asked == nullptr ? 1'500 : std::strtoull(asked, nullptr, 10);
}

uint64_t FirstSeed() {
  const char* asked = std::getenv("TRAFREC_SEED");
  return asked == nullptr ? 1 : std::strtoull(asked, nullptr, 10);
}

/// What many replays came to.
struct Tally {
  size_t operations = 0;
  size_t dead = 0;
  size_t by_reading = 0;
  size_t applied_twice = 0;
  size_t lost = 0;     ///< done, though the target does not have it
  size_t wrong = 0;    ///< documents that are not as at the source
  size_t refused = 0;  ///< carried out at the source, and refused here
  std::map<std::string, size_t> reasons;
};

bool Changes(Fate fate) {
  return fate == Fate::kCreated || fate == Fate::kUpdated || fate == Fate::kDeleted ||
         fate == Fate::kDone;
}

void CountItem(const Recorded& recorded, const Item& item, const ModelTarget& target,
               Tally& tally) {
  const size_t place = item.operation;
  const int applied = target.Applied(recorded.numbers[place]);
  const dialect::Operation& operation = recorded.meaning->operations[place];
  ++tally.operations;
  tally.applied_twice += applied > 1 ? 1 : 0;
  if (item.stage == Stage::kDead) {
    ++tally.dead;
    ++tally.reasons[item.why];
    return;
  }
  tally.by_reading += item.why.starts_with("seen") ? 1 : 0;
  const bool writes = operation.kind != dialect::Kind::kDelete && Changes(item.result.fate);
  tally.lost += writes && applied == 0 ? 1 : 0;
}

void CountDocuments(const History& history, const Replayer& replayer, const ModelTarget& target,
                    Tally& tally) {
  std::set<ModelTarget::Name> doubtful;                  // a dead operation wrote them
  std::map<ModelTarget::Name, ModelTarget::Name> names;  // of those with an id of ours
  for (size_t e = 0; e < history.exchanges.size(); ++e) {
    const Recorded& recorded = history.exchanges[e];
    for (const Item& item : replayer.ended()[e]) {
      const dialect::Outcome& source = recorded.outcomes[item.operation];
      const ModelTarget::Name name = replayer.NameOf(e, item.operation);
      if (item.stage == Stage::kDead) {
        doubtful.insert(name);
        doubtful.insert({"a", source.id});
      } else if (recorded.meaning->operations[item.operation].writing.automatic_id) {
        const std::string& id = item.id.empty() ? item.result.id : item.id;
        names[{"a", source.id}] = {"a", id};
        if (id.empty()) {
          doubtful.insert({"a", source.id});  // done by a cut answer: which one it is nobody knows
        }
      }
    }
    for (const Item& item : replayer.ended()[e]) {
      const Fate at_source = recorded.outcomes[item.operation].fate;
      tally.refused += item.stage == Stage::kDone && Changes(at_source) &&
                               !Changes(item.result.fate) &&
                               !doubtful.contains(replayer.NameOf(e, item.operation))
                           ? 1
                           : 0;
    }
  }
  size_t expected = 0;
  for (const auto& [name, document] : history.source.documents()) {
    if (doubtful.contains(name)) {
      continue;
    }
    const auto renamed = names.find(name);
    const auto found = target.documents().find(renamed == names.end() ? name : renamed->second);
    const bool exists = found != target.documents().end() && found->second.exists;
    tally.wrong +=
        exists != document.exists || (exists && found->second.content != document.content) ? 1 : 0;
    expected += document.exists ? 1 : 0;
  }
  size_t found = 0;
  for (const auto& [name, document] : target.documents()) {
    found += document.exists && !doubtful.contains(name) ? 1 : 0;
  }
  // Where an id that the target gave belongs to a dead operation, it cannot be told from others.
  tally.wrong += doubtful.empty() && found != expected ? 1 : 0;
}

/// What was recorded, what became of it, and what both sides hold.
void Show(const History& history, const Replayer& replayer, const ModelTarget& target) {
  for (size_t e = 0; e < history.exchanges.size(); ++e) {
    const Recorded& recorded = history.exchanges[e];
    fmt::print("{} {} {}\n{}\n", e, recorded.request->method, recorded.request->target,
               recorded.request->body);
    for (const Item& item : replayer.ended()[e]) {
      const size_t place = item.operation;
      fmt::print("  {}: {} at the source{}, {}, applied {} times. {}\n", item.id,
                 dialect::NameOf(recorded.outcomes[place].fate),
                 recorded.answered ? "" : " without an answer",
                 item.stage == Stage::kDead ? "dead" : dialect::NameOf(item.result.fate),
                 target.Applied(recorded.numbers[place]), item.why);
    }
  }
  for (const ModelTarget* side : {&history.source, &target}) {
    for (const auto& [name, document] : side->documents()) {
      fmt::print("{} {}: {} version {} {}\n", side == &target ? "target" : "source", name.second,
                 document.exists ? "there" : "gone", document.version, document.content.Text());
    }
  }
}

Tally ReplayMany() {
  Tally tally;
  for (size_t i = 0; i < HistoryCount(); ++i) {
    std::mt19937_64 random(FirstSeed() + i);
    const History history = MakeHistory(random, 4 + random() % 12);
    ModelTarget target("target");
    target.set_busy([&random] { return random() % 20 == 0; });
    HostileNetwork network(random, target);
    Replayer replayer(random, history, target, network);
    replayer.Run();
    network.DeliverAll();
    const size_t bad = tally.applied_twice + tally.lost + tally.wrong + tally.refused;
    for (size_t e = 0; e < history.exchanges.size(); ++e) {
      for (const Item& item : replayer.ended()[e]) {
        CountItem(history.exchanges[e], item, target, tally);
      }
    }
    CountDocuments(history, replayer, target, tally);
    if (tally.applied_twice + tally.lost + tally.wrong + tally.refused > bad) {
      ADD_FAILURE() << "seed " << FirstSeed() + i;
      Show(history, replayer, target);
      break;
    }
  }
  return tally;
}

TEST(HostileNetwork, EveryOperationIsCarriedOutOnceOrDead) {
  const Tally tally = ReplayMany();
  EXPECT_EQ(tally.applied_twice, 0U);
  EXPECT_EQ(tally.lost, 0U);
  EXPECT_EQ(tally.wrong, 0U);
  EXPECT_EQ(tally.refused, 0U);
  EXPECT_GT(tally.by_reading, 0U);
  EXPECT_LT(tally.dead * 100, tally.operations);
  fmt::print("{} operations, {} dead, {} seen by reading\n", tally.operations, tally.dead,
             tally.by_reading);
  for (const auto& [why, count] : tally.reasons) {
    fmt::print("{} dead: {}\n", count, why);
  }
}

}  // namespace
}  // namespace trafrec::guard
