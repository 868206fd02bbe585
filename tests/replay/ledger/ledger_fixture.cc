#include "tests/replay/ledger/ledger_fixture.h"

namespace trafrec::ledger {

store::ExchangeId Exchange(uint64_t number, const std::string& recorder) {
  return {.recorder = recorder, .attempt = 1, .number = number};
}

Address At(uint64_t number, uint32_t item) { return {.exchange = Exchange(number), .item = item}; }

Intent IntentOf(const Address& at) { return {.at = at, .tries = 1, .condition = std::nullopt}; }

Outcome OutcomeOf(const Address& at) {
  return {.at = at,
          .tries = 1,
          .status = 201,
          .fate = "created",
          .as_source = true,
          .result = 7,
          .why = {}};
}

Letter DeadLetter(const Address& at, const std::string& reason) {
  return {.at = at,
          .state = State::kDead,
          .reason = reason,
          .why = "no answer came, and nothing can be read that tells",
          .tries = 2,
          .method = "POST",
          .target = "/orders/_update/1",
          .index = "orders",
          .id = "1",
          .began_at = static_cast<TimeNs>(at.exchange.number),
          .given_up_at = 5};
}

Letter BlockedLetter(const Address& at, const Address& by) {
  Letter letter = DeadLetter(at, "blocked");
  letter.state = State::kBlocked;
  letter.blocked_by = by;
  return letter;
}

RunFacts Facts() {
  return {.log_id = "0011",
          .log_folders = {"/logs/a", "/logs/b"},
          .options = {{"--order", "causal"}, {"--to", "http://127.0.0.1:9201"}},
          .given = {{"to", {"http://127.0.0.1:9201"}}, {"on", {"dead>0: a", "dead>9: b/c"}}},
          .notes = {{"version", "1.0"}}};
}

std::unique_ptr<LedgerWriter> Begin(const std::filesystem::path& run) {
  const auto ledger = CreateLedger(RunLock::Take(run).value(), Facts(), Durability::kNormal);
  return ledger.value()->Take({}).value();
}

std::unique_ptr<LedgerWriter> GoOn(const std::filesystem::path& run) {
  const auto ledger = ResumeLedger(RunLock::Take(run).value(), Facts(), Durability::kNormal);
  return ledger.value()->Take({}).value();
}

std::unique_ptr<LedgerReader> Look(const std::filesystem::path& run) {
  return OpenLedgerReader(run).value();
}

std::optional<State> StateOf(LedgerReader& reader, const Address& at) {
  const auto states = reader.StatesOf(at.exchange).value();
  for (const auto& [item, state] : states) {
    if (item == at.item) {
      return state;
    }
  }
  return std::nullopt;
}

}  // namespace trafrec::ledger
