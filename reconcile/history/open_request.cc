#include "reconcile/history/open_request.h"

#include <algorithm>

#include "reconcile/history/holes.h"
#include "reconcile/history/known_parameters.h"
#include "reconcile/history/limits.h"
#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/recorder_losses.h"
#include "reconcile/history/wire.h"
#include "replay/recorded/request.h"

namespace trafrec::reconcile {
namespace {

/// Nobody's timer for retransmission is shorter (Linux; RFC 6298 says a second).
constexpr TimeNs kRetransmittedNs = 200 * kNsPerMs;

}  // namespace

void RecorderEnds::Add(const store::AttemptInfo& attempt) {
  ends_[{attempt.recorder, attempt.attempt}] = EndOf(attempt);
}

RecorderEnd RecorderEnds::Of(const store::ExchangeId& exchange) const {
  const auto found = ends_.find({exchange.recorder, exchange.attempt});
  return found == ends_.end() ? RecorderEnd{} : found->second;
}

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
  if (HasHole(*exchange.request)) {
    request.unread_bytes = UnreadBytes(*exchange.request);
  }
  const store::SideClose& server = exchange.connection.server_close;
  const store::SideClose& client = exchange.connection.client_close;
  request.acknowledged = exchange.request->facts.acked_bytes >= exchange.request->facts.wire_bytes;
  if (!request.acknowledged && exchange.request->facts.copies > 0 && !exchange.response) {
    const TimeNs end = std::min({EndOf(server), EndOf(client), ended.at});
    request.unacknowledged_ns = std::max<TimeNs>(0, end - exchange.request->facts.last_byte_at);
  }
  // A probe for lost tails (RFC 8985) comes sooner than any retransmission, and shows no loss.
  request.sent_again = (exchange.request->facts.copies > 0 &&
                        (exchange.response || request.unacknowledged_ns >= kRetransmittedNs)) ||
                       HasFlag(exchange.row.flags, store::Flag::kResynchronised);
  request.server_left = !exchange.response && EndOf(server) < EndOf(client);
  if (request.server_left) {
    request.server_left_at = EndOf(server);
  }
  request.server_fin_at = server.fin_at;
  request.received_at = exchange.request->facts.last_byte_at;
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

void NoteTimes(TimeNs longest_answer_ns, const WriteTimes& writes, OpenRequest& request) {
  const TimeNs longest = request.by_query ? longest_answer_ns : writes.longest_ns();
  const TimeNs then =
      request.by_query ? longest_answer_ns : writes.LongestAround(request.received_at);
  request.soon = request.runs.from + std::max(limits::kSoonNs, 2 * longest);
  request.at_once = request.runs.from + std::max(limits::kAtOnceNs, 2 * then);
}

void NoteLives(const ServerLives& lives, const RecorderEnd& ended, bool goes_on,
               OpenRequest& request) {
  const std::string& recorder = request.id.recorder;
  request.server_lived = request.acknowledged && request.server_left_at &&
                         lives.LivedOnAt(recorder, request.server, *request.server_left_at);
  // What arrived is carried out, whoever watches; but of an attempt that lacks segments (its end is
  // not known) nobody knows what else became of it.
  const bool known =
      ended.at > 0 &&
      (ended.in_order || lives.AnsweredAfter(recorder, request.server, request.received_at));
  request.watched = request.watched || (request.acknowledged && known && !goes_on);
}

}  // namespace trafrec::reconcile
