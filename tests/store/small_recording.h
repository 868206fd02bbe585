#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "store/writer/log_writer.h"
#include "tests/store/log_fixture.h"

namespace trafrec::store {

/// A live recording of kSmallExchanges exchanges in which everything happens that happens to a log:
/// a large body in extents, a request whose answer comes late, several segments, seals. It looks at
/// no clock, so that each run makes the same calls.
inline constexpr ExchangeNumber kSmallExchanges = 6;
/// That one's body comes in extents, and its answer two commits later.
inline constexpr ExchangeNumber kSlowExchange = 2;

/// What the recorder itself said.
struct SmallOutcome {
  Marks written;
  Marks durable;
  std::optional<Error> error;     ///< of Open or Close
  std::optional<Error> trouble;   ///< the last that cost something
  std::optional<Error> unsynced;  ///< why something may not survive a power loss

  bool said_nothing() const { return !error && !trouble && !unsynced; }
};

LogWriterOptions SmallOptions(const std::filesystem::path& log);
/// The body of exchange n, as it was put.
std::string SmallBody(ExchangeNumber n);

/// `after_commit` is called with the writer after each commit.
SmallOutcome RecordSmall(const LogWriterOptions& options,
                         const std::function<void(LogWriter&)>& after_commit = {});

/// The next start of the same recorder an hour later, which records nothing.
Status StartAgain(LogWriterOptions options);

}  // namespace trafrec::store
