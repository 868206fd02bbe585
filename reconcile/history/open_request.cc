#include "reconcile/history/open_request.h"

#include "reconcile/history/known_parameters.h"
#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/wire.h"
#include "replay/recorded/request.h"

namespace trafrec::reconcile {

OpenRequest OpenRequestOf(const store::StoredExchange& exchange, const dialect::Meaning& meaning,
                          const Span& runs, const RecorderEnd& ended,
                          const HistoryOptions& options) {
  OpenRequest request{.id = exchange.row.id,
                      .method = exchange.row.method,
                      .target = exchange.row.target,
                      .bulk = meaning.kind == dialect::Kind::kBulk,
                      .by_query = meaning.kind == dialect::Kind::kByQuery ||
                                  meaning.kind == dialect::Kind::kReindex,
                      .whole = recorded::IsWhole(*exchange.request),
                      .odd = !KnowsParameters(meaning.kind, exchange.row.target),
                      .runs = runs,
                      .server = exchange.connection.server,
                      .connection = ConnectionOf(exchange)};
  const store::SideClose& server = exchange.connection.server_close;
  const store::SideClose& client = exchange.connection.client_close;
  request.acknowledged = exchange.request->facts.acked_bytes >= exchange.request->facts.wire_bytes;
  request.sent_again = exchange.request->facts.copies > 0 ||
                       HasFlag(exchange.row.flags, store::Flag::kResynchronised);
  request.server_left = !exchange.response && EndOf(server) < EndOf(client);
  request.otherwise_answered = exchange.response && !SaysSuccess(exchange.row.status);
  if (!server.rst_at) {
    request.server_closed_at = server.fin_at;
  }
  const TimeNs sent_at = exchange.request->facts.last_byte_at;
  request.watched =
      ended.at >= sent_at + (ended.in_order ? options.ack_delay_ns : options.settle_ns);
  request.wire =
      WireProofOf(exchange, {.ack_delay_ns = options.ack_delay_ns, .captured_until = ended.at},
                  request.wire_words);
  return request;
}

}  // namespace trafrec::reconcile
