#pragma once

#include <asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replay/guard/guard.h"
#include "replay/run/window.h"

namespace trafrec::replay {

class Engine;

/// A parcel on its way: some or all items of one flight, from the first reading to the last answer.
struct Move {
  Engine* engine = nullptr;
  Flight* flight = nullptr;       ///< null: the move is over, or given up
  std::vector<uint32_t> items{};  ///< of the flight, in the parcel's order
  guard::Parcel parcel{};
  int64_t started = 0;      ///< all times on the run's clock
  int64_t intent_at = 0;    ///< the intent was given to the ledger
  int64_t intended_ns = 0;  ///< how long that took
  uint32_t readings = 0;    ///< answered, since the last copy
  uint32_t failed_readings = 0;
  uint32_t unsent = 0;    ///< copies of which not a byte left: they count as no try
  uint32_t returned = 0;  ///< the target's, when its tries began to count
  bool strange = false;   ///< it was answered as if by another service
  bool intended = false;  ///< its intents are in the ledger, or on their way there
  std::optional<message::Request> ready{};  ///< intended, and not sent: the target is away
  bool went = false;                        ///< a copy was given to the sender
  bool out = false;  ///< a copy may be with the target, and nothing has come back
  std::optional<asio::steady_timer> timer{};  ///< until the next try
  bool timed = false;                         ///< its first copy is in the distributions
  bool lent = false;  ///< the plan's own request went out, and comes back with the answer
};
using MovePtr = std::shared_ptr<Move>;

}  // namespace trafrec::replay
