#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "tools/patterns/analysis/agent.h"
#include "tools/patterns/analysis/coverage.h"
#include "tools/patterns/analysis/quiet.h"
#include "tools/patterns/analysis/timeline.h"
#include "tools/patterns/analysis/top_keys.h"

namespace trafrec::patterns {

/// Traffic of one hour of the day, of the week, or the like. Rates are those of the time that was
/// recorded without a hole.
struct Cell {
  std::array<uint64_t, kKinds> whole{};  ///< exchanges in slots without a hole
  int64_t whole_ns = 0;                  ///< the length of these slots
  uint64_t all = 0;                      ///< exchanges in all slots
  int64_t hole_ns = 0;

  uint64_t whole_all() const { return whole[0] + whole[1] + whole[2]; }
  void Add(const Slot& slot, int64_t width_ns);
};

/// What is known of requests of one shape.
struct ShapeFacts {
  uint64_t mutations = 0;
  uint64_t operations = 0;
  uint64_t client_errors = 0;  ///< 4xx
  uint64_t failures = 0;       ///< 5xx or no answer
  uint64_t request_bytes = 0;
  uint64_t response_bytes = 0;
  std::string api;
  Histogram latency;
};

/// A client: an address and what it says of itself.
struct ClientFacts {
  std::string address;
  std::string user_agent;
  std::array<uint64_t, kKinds> exchanges{};
  uint64_t failures = 0;
  TimeNs first_seen = 0;
  TimeNs last_seen = 0;
  std::map<std::string, uint64_t> apis;     ///< at most limits::kNamesOfClientMax
  std::map<std::string, uint64_t> indices;  ///< the same
  bool more_names = false;                  ///< there were more
};

struct IndexFacts {
  std::array<uint64_t, kKinds> exchanges{};
  uint64_t operations = 0;
  TimeNs last_seen = 0;
};

template <typename Facts>
struct Top {
  std::vector<typename TopKeys<Facts>::Entry> entries;  ///< the most frequent first
  uint64_t floor = 0;  ///< what is not in the list came at most so often; 0: the list has all
};

/// All that there is to say of a log's traffic.
struct Report {
  uint64_t exchanges = 0;
  std::array<uint64_t, kKinds> kinds{};
  uint64_t operations = 0;
  uint64_t incomplete = 0;
  uint64_t failures = 0;
  uint64_t unanswered_mutations = 0;
  TimeNs first_at = 0;  ///< of exchanges; 0: there are none
  TimeNs last_at = 0;
  std::optional<Coverage> coverage;  ///< nothing: no recorder says when it recorded

  Timeline timeline;
  std::array<Cell, 24> hours{};
  std::array<Cell, 7> weekdays{};
  std::array<std::array<Cell, 24>, 7> week{};

  std::map<uint16_t, uint64_t> statuses;  ///< 0: no answer
  std::array<Histogram, kKinds> latency{};
  Histogram latency_all;
  Histogram request_bytes;
  Histogram response_bytes;
  Top<ShapeFacts> shapes;
  Top<ClientFacts> clients;
  Top<IndexFacts> indices;
  Quiet quiet;
  uint64_t in_flight_left_out = 0;
};

}  // namespace trafrec::patterns
