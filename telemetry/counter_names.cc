#include "telemetry/counter_names.h"

#include <array>

namespace trafrec::telemetry {
namespace {

/// A word in braces stands for any word without a dot, and becomes a label of that name.
struct Row {
  std::string_view counter;
  std::string_view metric;
  std::string_view help;
};

// The first row that fits counts. Figures that also fall are gauges, without _total.
constexpr auto kRows = std::to_array<Row>({
    {"capture.packets", "trafrec_capture_packets_total", "Packets that the source gave."},
    {"capture.ring_dropped_packets", "trafrec_capture_ring_dropped_packets_total",
     "Packets that found no room in the ring between capture and reassembly."},
    {"capture.ring_dropped_bytes", "trafrec_capture_ring_dropped_bytes_total",
     "Bytes of the packets that found no room in that ring."},
    {"capture.queued_packets", "trafrec_capture_queued_packets", "Packets in that ring now."},
    {"capture.kernel_drops", "trafrec_capture_kernel_dropped_packets_total",
     "Packets that found no room in the kernel's ring."},
    {"capture.interface_drops", "trafrec_capture_interface_dropped_packets_total",
     "Packets that the interface dropped."},
    {"capture.cut_files", "trafrec_capture_cut_files_total",
     "Capture files that ended in the middle of a packet."},

    {"packets.received", "trafrec_packets_received_total", "Packets that reached reassembly."},
    {"packets.single", "trafrec_packets_single_total",
     "Packets that are one, where there were others."},
    {"packets.aggregates", "trafrec_packets_aggregates_total",
     "802.11 frames that hold several packets."},
    {"packets.unpacked", "trafrec_packets_unpacked_total",
     "Packets, those in such frames one by one."},
    {"packets.tcp", "trafrec_packets_tcp_total", "Packets that are TCP segments."},
    {"packets.ignored.{reason}", "trafrec_packets_ignored_total",
     "Packets that are not TCP, or not readable."},
    {"segments.tracked", "trafrec_tcp_segments_tracked_total", "TCP segments that were tracked."},
    {"segments.ignored.{reason}", "trafrec_tcp_segments_ignored_total",
     "TCP segments that no receiver takes."},
    {"checksums.tcp", "trafrec_tcp_checksums_total", "TCP segments whose checksum was looked at."},
    {"checksums.tcp.{verdict}", "trafrec_tcp_checksum_verdicts_total",
     "TCP segments by what their checksum says."},
    {"datagrams.conflicted", "trafrec_datagrams_conflicted_total",
     "Fragmented datagrams with differing copies of one part."},
    {"datagrams.fragmented", "trafrec_datagrams_fragmented_total",
     "Datagrams that came in fragments."},
    {"datagrams.fragmented.waiting", "trafrec_datagrams_fragmented_waiting",
     "Fragmented datagrams that are not whole now."},
    {"datagrams.fragmented.{fate}", "trafrec_datagrams_fragmented_fates_total",
     "Fragmented datagrams by what became of them."},
    {"dissection.steps", "trafrec_dissection_steps_total", "Headers looked at: work."},
    {"stream.steps", "trafrec_stream_steps_total", "Pieces of streams looked at: work."},
    {"http.steps", "trafrec_http_steps_total", "Messages and timers looked at: work."},

    {"payload.bad_checksum_bytes", "trafrec_payload_bad_checksum_bytes_total",
     "Payload on packets with a wrong checksum."},
    {"payload.{role}.bytes", "trafrec_payload_bytes_total", "Captured payload by sender."},
    {"payload.{role}.buffered_bytes", "trafrec_payload_buffered_bytes",
     "Payload that waits behind a hole now."},
    {"payload.{role}.{fate}_bytes", "trafrec_payload_fate_bytes_total",
     "Captured payload by sender and by what became of it."},
    {"acked.bytes", "trafrec_acked_bytes_total", "Payload that was acknowledged by its receivers."},
    {"gaps.count", "trafrec_gaps_total", "Holes in streams that were given up."},
    {"gaps.bytes", "trafrec_gap_bytes_total",
     "Payload that the endpoints exchanged and the capture did not see."},
    {"gaps.{cause}.count", "trafrec_gap_causes_total", "Holes in streams by cause."},
    {"gaps.{cause}.bytes", "trafrec_gap_cause_bytes_total", "Payload that was not seen, by cause."},
    {"gaps.sent_bytes", "trafrec_gap_sent_bytes_total", "The same as trafrec_gap_bytes_total."},
    {"gaps.sent_bytes.{role}", "trafrec_gap_sender_bytes_total",
     "Payload that was not seen, by sender."},
    {"connections.seen", "trafrec_connections_seen_total", "TCP connections."},
    {"connections.open", "trafrec_connections_open", "TCP connections that are open now."},
    {"connections.half_open", "trafrec_connections_half_open",
     "TCP connections of which only a SYN was seen, now."},
    {"connections.half_open_evicted", "trafrec_connections_half_open_evicted_total",
     "Half-open connections that were forgotten because there were too many."},
    {"connections.closed.{cause}", "trafrec_connections_closed_total",
     "TCP connections that ended, by cause."},
    {"connections.no_data", "trafrec_connections_no_data_total",
     "TCP connections without payload."},
    {"connections.mid_stream", "trafrec_connections_mid_stream_total",
     "TCP connections whose beginning was not seen."},
    {"connections.resets_withdrawn", "trafrec_connections_resets_withdrawn_total",
     "Resets that the connection outlived."},

    {"http.connections", "trafrec_http_connections_total", "Connections with payload."},
    {"http.connections.open", "trafrec_http_connections_open",
     "Connections with payload that are open now."},
    {"http.connections.{protocol}", "trafrec_http_connections_closed_total",
     "Connections with payload that ended, by what they carried."},
    {"http.proxy_headers", "trafrec_http_proxy_headers_total",
     "Connections that began with a load balancer's PROXY header."},
    {"http.bytes", "trafrec_http_bytes_total", "Payload that TCP delivered to HTTP."},
    {"http.bytes.pending", "trafrec_http_pending_bytes",
     "Bytes of heads that are not complete now."},
    {"http.bytes.{part}", "trafrec_http_part_bytes_total",
     "Payload by the part of HTTP that it is."},
    {"http.gap_bytes", "trafrec_http_gap_bytes_total", "Payload that HTTP misses."},
    {"http.gap_bytes.{place}", "trafrec_http_gap_place_bytes_total",
     "Payload that HTTP misses, by place."},
    {"http.starts_refused", "trafrec_http_starts_refused_total",
     "Bytes that looked like a message after a loss and were none."},
    {"http.evictions", "trafrec_http_evictions_total",
     "Connections that were given up because the memory was full."},
    {"http.unread_bytes", "trafrec_http_unread_bytes_total",
     "Captured bytes of HTTP connections that became no message; loss rows say when."},
    {"messages.started", "trafrec_messages_started_total", "Requests and responses that began."},
    {"messages.put", "trafrec_messages_put_total", "Messages that were handed to the store."},
    {"messages.in_flight", "trafrec_messages_in_flight", "Messages that are coming in now."},
    {"messages.shed.{class}", "trafrec_messages_shed_total",
     "Messages that were given up under load, or because the disk was nearly full."},
    {"messages.bodies_shed", "trafrec_messages_bodies_shed_total",
     "Bodies that were given up for these reasons; their messages are in the log."},
    {"messages.shed_for_space", "trafrec_messages_shed_for_space_total",
     "Messages and bodies of these that were given up while the disk was nearly full."},
    {"messages.interim", "trafrec_messages_interim_total", "Interim answers (1xx)."},
    {"messages.interim_left_out", "trafrec_messages_interim_left_out_total",
     "Interim answers that are not in the log: too many of one exchange, or of an unknown one."},
    {"exchanges", "trafrec_exchanges_total", "Exchanges: requests with their responses."},
    {"exchanges.in_flight", "trafrec_exchanges_in_flight", "Exchanges that are going on now."},
    {"exchanges.incomplete", "trafrec_exchanges_incomplete_total",
     "Exchanges of which something is missing or doubtful."},
    {"exchanges.open_rows", "trafrec_exchanges_open_rows_total",
     "Exchanges that were stored without their answer first, for it was late."},
    {"exchanges.flag.{flag}", "trafrec_exchanges_flagged_total",
     "Exchanges by flag; one may carry several."},
    {"exchanges.{fate}", "trafrec_exchange_fates_total", "Exchanges by what became of them."},

    {"store.messages", "trafrec_store_messages_total", "Messages that the store was given."},
    {"store.messages.stored", "trafrec_store_messages_stored_total",
     "Messages that are committed."},
    {"store.messages.shed.{reason}", "trafrec_store_messages_shed_total",
     "Messages that could not be stored."},
    {"store.messages.queued", "trafrec_store_messages_queued",
     "Messages on their way to the disk now."},
    {"store.exchanges", "trafrec_store_exchanges_total", "Exchanges that the store was given."},
    {"store.exchanges.stored", "trafrec_store_exchanges_stored_total",
     "Exchanges that are committed."},
    {"store.exchanges.shed.{reason}", "trafrec_store_exchanges_shed_total",
     "Exchanges that could not be stored."},
    {"store.exchanges.queued", "trafrec_store_exchanges_queued",
     "Exchanges on their way to the disk now."},
    {"store.records_bytes", "trafrec_store_records_bytes_total",
     "Bytes of heads and bodies that the store was given."},
    {"store.records.stored_bytes", "trafrec_store_records_stored_bytes_total",
     "Bytes of heads and bodies that are committed, before compression."},
    {"store.records.shed.{reason}_bytes", "trafrec_store_records_shed_bytes_total",
     "Bytes of heads and bodies that could not be stored."},
    {"store.records.queued_bytes", "trafrec_store_records_queued_bytes",
     "Bytes of heads and bodies on their way to the disk now."},
});

/// False: `counter` is none of `pattern`'s. A label's value ends where the text after it begins.
bool Match(std::string_view pattern, std::string_view counter, Labels& labels) {
  while (true) {
    const size_t brace = pattern.find('{');
    if (brace == std::string_view::npos) {
      return pattern == counter;
    }
    if (!counter.starts_with(pattern.substr(0, brace))) {
      return false;
    }
    counter.remove_prefix(brace);
    const size_t end = pattern.find('}');
    const std::string_view label = pattern.substr(brace + 1, end - brace - 1);
    pattern.remove_prefix(end + 1);
    const std::string_view stop = pattern.substr(0, pattern.find('{'));
    const size_t length = stop.empty() ? counter.size() : counter.find(stop);
    if (length == 0 || length == std::string_view::npos) {
      return false;
    }
    const std::string_view value = counter.substr(0, length);
    if (value.find('.') != std::string_view::npos) {
      return false;
    }
    labels.emplace_back(label, value);
    counter.remove_prefix(length);
  }
}

}  // namespace

std::optional<CounterName> NameOfCounter(std::string_view counter) {
  for (const Row& row : kRows) {
    Labels labels;
    if (Match(row.counter, counter, labels)) {
      return CounterName{row.metric, row.help, std::move(labels)};
    }
  }
  return std::nullopt;
}

}  // namespace trafrec::telemetry
