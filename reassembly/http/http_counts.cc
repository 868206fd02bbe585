#include "reassembly/http/http_counts.h"

#include "store/format/records.h"

namespace trafrec::reassembly {

void HttpCounts::AddTo(Counters& counters) const {
  const auto add = [&counters](std::string name, const char* part_of, uint64_t value) {
    counters.push_back({std::move(name), part_of, value});
  };
  add("http.connections", "", connections);
  add("http.connections.open", "http.connections", connections_open);
  for (size_t i = 0; i < connections_closed.size(); ++i) {
    add(std::string("http.connections.") + store::ProtocolName(static_cast<store::Protocol>(i)),
        "http.connections", connections_closed[i]);
  }
  add("http.proxy_headers", "", proxy_headers);
  add("http.bytes", "", bytes);
  add("http.bytes.pending", "http.bytes", pending_bytes);
  add("http.bytes.head", "http.bytes", head_bytes);
  add("http.bytes.body", "http.bytes", body_bytes);
  add("http.bytes.framing", "http.bytes", framing_bytes);
  add("http.bytes.trailer", "http.bytes", trailer_bytes);
  add("http.bytes.between", "http.bytes", between_bytes);
  add("http.bytes.proxy_header", "http.bytes", proxy_header_bytes);
  add("http.bytes.opaque", "http.bytes", opaque_bytes);
  add("http.bytes.skipped", "http.bytes", skipped_bytes);
  add("http.unread_bytes", "", unread_bytes);
  add("http.gap_bytes", "", gap_bytes);
  add("http.gap_bytes.in_messages", "http.gap_bytes", gap_message_bytes);
  add("http.gap_bytes.outside", "http.gap_bytes", gap_outside_bytes);
  add("messages.started", "", messages_started);
  add("messages.put", "messages.started", messages_put);
  add("messages.shed.reads", "messages.started", messages_shed_reads);
  add("messages.shed.mutations", "messages.started", messages_shed_mutations);
  add("messages.in_flight", "messages.started", messages_in_flight);
  add("messages.bodies_shed", "", bodies_shed);
  add("messages.shed_for_space", "", shed_for_space);
  add("messages.interim", "", interim_responses);
  add("messages.interim_left_out", "", interim_left_out);
  add("exchanges", "", exchanges);
  add("exchanges.paired", "exchanges", exchanges_paired);
  add("exchanges.request_only", "exchanges", exchanges_request_only);
  add("exchanges.response_only", "exchanges", exchanges_response_only);
  add("exchanges.shed", "exchanges", exchanges_shed);
  add("exchanges.in_flight", "exchanges", exchanges_in_flight);
  for (size_t i = 0; i < exchange_flags.size(); ++i) {
    const auto flag = static_cast<store::Flag>(i);
    if (flag < store::Flag::kWireUnknown || flag > store::Flag::kBodyMissing) {
      add(std::string("exchanges.flag.") + store::FlagName(flag), "", exchange_flags[i]);
    }
  }
  add("exchanges.incomplete", "", exchanges_incomplete);
  add("exchanges.open_rows", "", open_rows);
  add("http.starts_refused", "", starts_refused);
  add("http.evictions", "", evictions);
  add("http.steps", "", steps);
}

}  // namespace trafrec::reassembly
