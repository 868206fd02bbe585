#include "reassembly/stream/stream_counters.h"

#include <string>

namespace trafrec::reassembly {
namespace {

constexpr std::array kRoles = {"client", "server", "unknown"};
constexpr std::array kFates = {"segments.tracked",
                               "segments.ignored.after_close",
                               "segments.ignored.odd_flags",
                               "segments.ignored.stray_reset",
                               "segments.ignored.reset_out_of_window",
                               "segments.ignored.stray_syn"};
static_assert(kFates.size() == StreamCounters::kSegmentFates);

void AddPayload(Counters& counters, const std::string& role,
                const StreamCounters::Payload& payload) {
  const std::string stem = "payload." + role + ".";
  const std::string whole = stem + "bytes";
  counters.push_back({whole, "", payload.total_bytes});
  counters.push_back({stem + "delivered_bytes", whole, payload.delivered_bytes});
  counters.push_back({stem + "duplicate_bytes", whole, payload.duplicate_bytes});
  counters.push_back({stem + "conflict_bytes", whole, payload.conflict_bytes});
  counters.push_back({stem + "out_of_window_bytes", whole, payload.out_of_window_bytes});
  counters.push_back({stem + "after_close_bytes", whole, payload.after_close_bytes});
  counters.push_back({stem + "rejected_bytes", whole, payload.rejected_bytes});
  counters.push_back({stem + "buffered_bytes", whole, payload.buffered_bytes});
  counters.push_back({"gaps.sent_bytes." + role, "gaps.sent_bytes", payload.missed_bytes});
}

}  // namespace

void StreamCounters::AddTo(Counters& counters, uint64_t connections_open,
                           uint64_t half_open) const {
  for (size_t role = 0; role < kRoles.size(); ++role) {
    AddPayload(counters, kRoles[role], payload[role]);
  }
  for (size_t fate = 0; fate < kFates.size(); ++fate) {
    counters.push_back({kFates[fate], "packets.tcp", segments[fate]});
  }
  counters.push_back({"connections.seen", "", connections_seen});
  counters.push_back({"connections.open", "connections.seen", connections_open});
  counters.push_back({"connections.half_open", "connections.seen", half_open});
  counters.push_back({"connections.half_open_evicted", "connections.seen", half_open_evicted});
  for (size_t cause = 1; cause < kCauses; ++cause) {
    counters.push_back({std::string("connections.closed.") +
                            store::CloseCauseName(static_cast<store::CloseCause>(cause)),
                        "connections.seen", closed[cause]});
  }
  counters.push_back({"connections.no_data", "", no_data});
  counters.push_back({"connections.mid_stream", "", mid_stream});
  counters.push_back({"connections.resets_withdrawn", "", resets_withdrawn});
  uint64_t gaps_total = 0;
  uint64_t gap_bytes_total = 0;
  for (size_t cause = 1; cause < kCauses; ++cause) {
    const std::string name = store::GapCauseName(static_cast<store::GapCause>(cause));
    counters.push_back({"gaps." + name + ".count", "gaps.count", gaps[cause]});
    counters.push_back({"gaps." + name + ".bytes", "gaps.bytes", gap_bytes[cause]});
    gaps_total += gaps[cause];
    gap_bytes_total += gap_bytes[cause];
  }
  counters.push_back({"gaps.count", "", gaps_total});
  counters.push_back({"gaps.bytes", "", gap_bytes_total});
  counters.push_back({"gaps.sent_bytes", "", gap_bytes_total});
  counters.push_back({"acked.bytes", "", acked_bytes});
  counters.push_back({"stream.steps", "", steps});
}

}  // namespace trafrec::reassembly
