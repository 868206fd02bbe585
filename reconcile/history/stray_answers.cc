#include "reconcile/history/stray_answers.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reconcile/history/alignment.h"
#include "reconcile/history/each_row.h"
#include "reconcile/history/limits.h"
#include "reconcile/history/message_shape.h"
#include "reconcile/history/wire.h"
#include "reconcile/history/wrong_pair.h"
#include "replay/recorded/exchange_view.h"

namespace trafrec::reconcile {
namespace {

using store::Flag;

/// Beyond it, raw numbers of a flow do not tell a place in it.
constexpr uint64_t kFlowBytesMost = uint64_t{1} << 31;

/// A message as the log has it, and whose.
struct Heard {
  FlowMessage message;
  store::ExchangeRow row;
  uint32_t first_seq = 0;
  std::optional<uint32_t> ack_then;
  bool paired = false;
};

Heard HeardOf(const store::StoredExchange& exchange, const store::StoredMessage& message) {
  return {.message = {.offset = message.facts.flow_offset, .bytes = message.facts.wire_bytes},
          .row = exchange.row,
          .first_seq = message.facts.first_seq,
          .ack_then = message.facts.ack_then,
          .paired = exchange.request && exchange.response};
}

/// One connection's messages, each flow in its order.
class Conversation {
 public:
  void Add(const store::StoredExchange& exchange, const dialect::Dialect& dialect) {
    const recorded::ExchangeView view(exchange);
    sent_ = exchange.connection.client_close.payload_bytes;
    if (exchange.request) {
      const uint64_t head = exchange.request->head.size();
      least_ = least_ == 0 ? head : std::min(least_, head);
      Heard& request = requests_.emplace_back(HeardOf(exchange, *exchange.request));
      begun_seen_ = begun_seen_ && exchange.connection.client_isn.has_value();
      // The answer to a HEAD says a length that it does not have: without its request it was
      // misread.
      doubtful_ = doubtful_ || (!exchange.response && exchange.row.method == "HEAD") ||
                  IsWrongPair(exchange, dialect);
      if (!request.paired && view.request() != nullptr) {
        request.message.shape = ShapeOf(*view.request(), dialect);
      }
    }
    if (exchange.response) {
      Heard& answer = answers_.emplace_back(HeardOf(exchange, *exchange.response));
      begun_seen_ = begun_seen_ && exchange.connection.server_isn.has_value();
      if (!answer.paired && view.answer() != nullptr) {
        doubtful_ = doubtful_ || view.answer()->body.starts_with("HTTP/1.");
        answer.message.shape = ShapeOf(*view.answer());
      }
    }
  }

  /// Numbers of the requests' exchanges, each with its answer's row.
  std::vector<std::pair<store::ExchangeId, store::ExchangeRow>> Joined() {
    std::vector<std::pair<store::ExchangeId, store::ExchangeRow>> joined;
    if (doubtful_ || least_ == 0 || requests_.empty() || answers_.empty() ||
        requests_.size() * answers_.size() > limits::kPairingsTried) {
      return joined;
    }
    const std::vector<FlowMessage> requests = Flow(requests_, answers_);
    const std::vector<FlowMessage> answers = Flow(answers_, requests_);
    if (requests.back().offset > 2 * kFlowBytesMost || answers.back().offset > 2 * kFlowBytesMost) {
      return joined;
    }
    for (const auto& [request, answer] : Align(requests, answers, sent_ + Shift(), least_)) {
      if (!requests_[request].paired && !answers_[answer].paired) {
        joined.emplace_back(requests_[request].row.id, answers_[answer].row);
      }
    }
    return joined;
  }

 private:
  std::vector<FlowMessage> Flow(std::vector<Heard>& flow, const std::vector<Heard>& other) const {
    std::ranges::sort(flow, {}, [](const Heard& heard) { return heard.message.offset; });
    const Heard& known = other.front();
    std::vector<FlowMessage> messages;
    for (const Heard& heard : flow) {
      FlowMessage& message = messages.emplace_back(heard.message);
      if (heard.ack_then) {
        const auto beyond = static_cast<int32_t>(*heard.ack_then - known.first_seq);
        const int64_t had = static_cast<int64_t>(known.message.offset) + beyond;
        message.ack = static_cast<uint64_t>(std::max<int64_t>(had, 0)) + Shift();
      }
      message.offset += Shift();
      if (heard.paired) {
        message.pair = heard.row.id.number;
      }
    }
    return messages;
  }

  /// Where the connection's beginning was not seen, a hole of any size is before the first message.
  uint64_t Shift() const { return begun_seen_ ? 0 : kFlowBytesMost; }

  std::vector<Heard> requests_;
  std::vector<Heard> answers_;
  uint64_t sent_ = 0;   ///< bytes of the client's flow
  uint64_t least_ = 0;  ///< of a head of its requests: they have the same fields, more or less
  bool begun_seen_ = true;
  bool doubtful_ = false;
};

using ConnectionKey = std::pair<std::pair<std::string, uint32_t>, store::ConnectionNumber>;

}  // namespace

Result<StrayAnswers> StrayAnswers::Find(store::LogReader& log, const dialect::Dialect& dialect,
                                        std::optional<TimeNs> until) {
  StrayAnswers found(dialect, until);
  const auto key_of = [](const store::ExchangeRow& row) {
    return ConnectionKey{{row.id.recorder, row.id.attempt}, row.connection};
  };
  std::map<ConnectionKey, Conversation> conversations;
  TRY(EachRow(log, until, [&](const store::ExchangeRow& row) -> Status {
    if (row.has_response && !row.has_request) {
      conversations[key_of(row)];
    }
    return {};
  }));
  if (conversations.empty()) {
    return found;
  }
  TRY(EachRow(log, until, [&](const store::ExchangeRow& row) -> Status {
    if (const auto of = conversations.find(key_of(row)); of != conversations.end()) {
      TRY_ASSIGN(const store::StoredExchange exchange, log.Load(row));
      if (until && GoesOn(exchange.connection, *until)) {
        conversations.erase(of);  // it has not yet shown all that it lost
      } else {
        of->second.Add(exchange, dialect);
      }
    }
    return {};
  }));
  for (auto& [key, conversation] : conversations) {
    for (auto& [request, answer] : conversation.Joined()) {
      found.taken_.insert(answer.id);
      found.answers_.emplace(request, std::move(answer));
    }
  }
  return found;
}

Status StrayAnswers::Each(store::LogReader& log,
                          const std::function<void(store::StoredExchange)>& take) const {
  return EachRow(log, until_, [&](const store::ExchangeRow& row) -> Status {
    TRY_ASSIGN(std::optional<store::StoredExchange> exchange, Load(log, row));
    if (exchange) {
      take(*std::move(exchange));
    }
    return {};
  });
}

Result<std::optional<store::StoredExchange>> StrayAnswers::Load(
    store::LogReader& log, const store::ExchangeRow& row) const {
  if (taken_.contains(row.id)) {
    return std::nullopt;
  }
  TRY_ASSIGN(store::StoredExchange exchange, log.Load(row));
  if (const auto answer = answers_.find(row.id); answer != answers_.end()) {
    TRY_ASSIGN(store::StoredExchange stray, log.Load(answer->second));
    exchange.response = std::move(stray.response);
    exchange.row.has_response = true;
    exchange.row.status = stray.row.status;
    exchange.row.flags &=
        ~(store::FlagBit(Flag::kPairingAmbiguous) | store::FlagBit(Flag::kResponseMissing));
  } else if (IsWrongPair(exchange, *dialect_)) {
    // Whose answer it is nobody knows: what it names stays open to all who may have done it.
    exchange.response.reset();
    exchange.row.has_response = false;
    exchange.row.status = 0;
    exchange.row.flags |=
        store::FlagBit(Flag::kPairingAmbiguous) | store::FlagBit(Flag::kResponseMissing);
  }
  return exchange;
}

}  // namespace trafrec::reconcile
