#pragma once

#include <memory>
#include <string>

#include "replay/ledger/sqlite_ledger.h"
#include "tests/support/temporary_folder.h"

// Runs in tests: a folder that goes away, and records made of a few numbers.

namespace trafrec::ledger {

using test_support::TemporaryFolder;

store::ExchangeId Exchange(uint64_t number, const std::string& recorder = "vm");
Address At(uint64_t number, uint32_t item = 0);
Intent IntentOf(const Address& at);
Outcome OutcomeOf(const Address& at);
Letter DeadLetter(const Address& at, const std::string& reason = "undecidable");
Letter BlockedLetter(const Address& at, const Address& by);
RunFacts Facts();

std::unique_ptr<LedgerWriter> Begin(const std::filesystem::path& run);
std::unique_ptr<LedgerWriter> GoOn(const std::filesystem::path& run);
std::unique_ptr<LedgerReader> Look(const std::filesystem::path& run);
/// The state of one item; nothing: it has none.
std::optional<State> StateOf(LedgerReader& reader, const Address& at);

}  // namespace trafrec::ledger
