#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "reassembly/http/exchange_book.h"
#include "reassembly/http/flow_facts.h"
#include "reassembly/http/message_parser.h"
#include "reassembly/http/pairing.h"
#include "reassembly/stream/stream_consumer.h"

namespace trafrec::reassembly {

class NumberReader;

/// One connection: two parsers, the pairing between them, and the exchanges that are not settled.
/// Made by HttpLayer, called by StreamTracker. What it needs for data is made with the first byte,
/// so that a connection without any stays small.
class HttpConnection final : public StreamConsumer, private MessageHandler, private ExchangeOwner {
 public:
  HttpConnection(const ConnectionInfo& info, ExchangeBook& book);
  /// One that rested, from what Rest packed.
  HttpConnection(ExchangeBook& book, NumberReader& numbers);
  ~HttpConnection() override;

  void OnChunk(Flow flow, const Chunk& chunk) override;
  void OnGap(Flow flow, const Gap& gap) override;
  void OnAcknowledged(Flow flow, uint64_t offset, uint32_t acknowledgment, TimeNs at) override;
  void OnCopy(Flow flow, uint64_t offset, uint64_t length, TimeNs at, bool conflict) override;
  void OnEnd(Flow flow, TimeNs at) override;
  void OnClose(const ConnectionEnd& end) override;
  void OnEvict(TimeNs at) override;
  std::unique_ptr<RestingConsumer> Rest() override;

 private:
  /// Bytes of one direction that became no message, up to now.
  struct Lost {
    TimeNs from = 0;         ///< time of the last byte before them
    uint64_t offset = 0;     ///< of the first
    uint64_t gap_bytes = 0;  ///< of them that were not captured
  };
  /// One direction.
  struct Lane {
    Lane(Flow flow, bool proved, MessageHandler& handler, HttpCounts& counts)
        : parser(flow, proved, handler, counts), facts(counts.steps) {}

    MessageParser parser;
    FlowFacts facts;
    Exchange* current = nullptr;           ///< whose message is in progress here
    Exchange* held = nullptr;              ///< made for first bytes that are no start line yet
    uint64_t opaque_bytes = 0;             ///< after an upgrade
    uint64_t delivered = 0;                ///< offset up to which the flow was handed over
    TimeNs last_at = 0;                    ///< of its last chunk
    std::optional<uint64_t> message_knew;  ///< what its sender had with its latest message
    uint64_t message_from = 0;             ///< where the first one with that began
    bool ended = false;
    std::optional<Lost> lost;
  };
  /// What a connection with data needs.
  struct Active {
    Active(const ConnectionInfo& info, MessageHandler& handler, HttpCounts& counts);

    std::array<Lane, 2> lanes;  ///< by Flow
    Pairing pairing;
    IntrusiveList<Exchange, &Exchange::in_connection> exchanges;
    size_t charged = 0;
    std::vector<store::InterimResponse> interim;  ///< of the answer that will come next
    /// Answers that wait for what tells which requests they are for, in their order.
    IntrusiveList<Exchange, &Exchange::in_connection> undecided;
    size_t undecided_count = 0;
    uint64_t undecided_bytes = 0;       ///< in their bodies
    std::vector<Exchange*> unanswered;  ///< scratch
    std::vector<Exchange*> ambiguous;   ///< scratch
  };
  /// The exchange after which the connection left HTTP, for the facts that its end brings.
  struct Upgraded {
    store::ExchangeNumber number = 0;
    std::array<store::MessageFacts, 2> facts;  ///< by Side
    std::array<uint32_t, 2> extents{};
  };

  // MessageHandler
  bool IsClients(Flow flow) const override { return client_ == flow; }
  bool PeerAwaited(Flow flow, uint64_t offset, uint64_t peer_offset) override;
  bool Pipelines() const override { return active_->pairing.pipelined(); }
  bool StartsCounted() const override { return active_->pairing.starts_proved(); }
  bool Accepts(Flow flow, const MessageStart& start, const StartLine& line) override;
  void OnStartSeen(Flow flow, const MessageStart& start) override;
  void OnStartGone(Flow flow) override;
  void OnStartLine(Flow flow, const MessageStart& start, const StartLine& line) override;
  BodyPlan OnHead(Flow flow, const MessageStart& start, const StartLine& line,
                  const HeadFields& fields, std::string_view head) override;
  bool OnPartialHead(Flow flow, const MessageStart& start, const StartLine* line,
                     std::string_view head, Ending ending, const Gap* gap) override;
  bool TakesHeadless(Flow flow, const MessageStart& start) override;
  void OnBody(Flow flow, Bytes bytes) override;
  void OnTrailers(Flow flow, Bytes bytes) override;
  void OnMessageGap(Flow flow, store::MessageGap::Part part, uint64_t length,
                    const Gap& gap) override;
  void OnProgress(Flow flow, uint64_t offset, TimeNs at) override;
  void OnBodyless(Flow flow) override;
  bool BodyRefused(Flow flow, std::optional<uint64_t> peer_offset) const override;
  void OnEndGuessed(Flow /*flow*/, uint64_t from, uint64_t end) override {
    active_->pairing.OnAnswerEndGuessed(from, end);
  }
  void OnMessageEnd(Flow flow, Ending ending, bool lenient) override;
  void OnLost(Flow flow, uint64_t from, uint64_t length, bool at_start) override;
  void OnNoStartAt(Flow flow, uint64_t offset, std::optional<uint64_t> peer_offset) override;
  bool OnForeign(Flow flow, Bytes first_bytes) override;

  // ExchangeOwner
  store::ConnectionNumber connection_number() const override { return info_.number; }
  void BeforePut() override;
  void GiveUpHead(Exchange& exchange) override;
  void GiveUpPairing(Exchange& exchange) override;
  void OnLeaving(Exchange& exchange) override;

  bool mid_stream() const { return !info_.client.has_value(); }
  Active& active();
  Lane& lane(Flow flow) { return active_->lanes[static_cast<size_t>(flow)]; }
  store::Side SideOf(Flow flow) const {
    return client_ == flow ? store::Side::kClient : store::Side::kServer;
  }
  void Hear(TimeNs at);
  void HearMissed(TimeNs at);
  bool QuietBefore(TimeNs at) const;
  void SettleRole(Flow flow, store::Side side);
  /// The message in progress, or nullptr.
  Message* Current(Flow flow) {
    Exchange* const exchange = lane(flow).current;
    return exchange == nullptr ? nullptr : &exchange->message(SideOf(flow));
  }
  void Recharge();

  Exchange& BeginRequest(Flow flow, const MessageStart& start);
  BodyPlan OnRequestHead(Flow flow, const MessageStart& start, const StartLine& line,
                         const HeadFields& fields, std::string_view head);
  BodyPlan OnResponseHead(Flow flow, const MessageStart& start, const StartLine& line,
                          const HeadFields& fields, std::string_view head);
  void DropInterim();
  bool TakeInterim(const Pairing::Decision& decision, const MessageStart& start,
                   const StartLine& line, std::string_view head);
  Exchange& BeginResponse(Flow flow, const MessageStart& start, Pairing::Decision decision);
  static Pairing::ResponseStart AsResponse(const MessageStart& start) {
    return {start.offset, start.peer_offset, !start.resynchronised};
  }
  Exchange& BeginAlone(const MessageStart& start, const Pairing::Decision& decision,
                       const AnswerPlace& place);
  void DecideUndecided(const MessageStart& start, const Pairing::Decision& decision);
  void Join(Exchange& request, Exchange& answer);
  void LetUndecidedGo(const Exchange* last);
  Exchange& TakeUndecided();
  void PutAlone(Exchange& exchange);
  void InitMessage(Flow flow, Exchange& exchange, const MessageStart& start);
  void FillHead(Exchange& exchange, const StartLine& line, std::string_view head);
  void NameRequest(Exchange& exchange, const StartLine& line);
  BodyPlan PlanResponse(const Exchange& exchange, const StartLine& line, const HeadFields& fields,
                        bool may_answer_head) const;
  void LeaveUnanswered(std::span<Exchange* const> exchanges, store::Flags flags);
  void FinishIfDone(Exchange& exchange);
  void SettleCovered(Flow flow);
  void PutLost(Lane& lane, uint64_t end, TimeNs until);
  void CloseAll(Ending ending, store::Flags flags, TimeNs at);
  void PutUpgradedFacts();
  store::ConnectionRecord Record() const;
  bool at_rest() const;
  template <typename Numbers>
  void EachNumber(Lane& lane, uint64_t peer_end, Numbers& numbers);
  template <typename Numbers>
  void EachNumber(Numbers& numbers);

  ExchangeBook& book_;
  ConnectionInfo info_;
  std::optional<Flow> client_;  ///< decided
  std::unique_ptr<Active> active_;
  std::unique_ptr<Upgraded> upgraded_;
  const ConnectionEnd* end_ = nullptr;  ///< during OnClose
  store::Protocol protocol_ = store::Protocol::kNoData;
  bool put_ = false;
  bool had_data_ = false;
  TimeNs heard_at_;         ///< when either side was heard last
  TimeNs heard_before_at_;  ///< when before that packet
  bool evicted_ = false;
};

}  // namespace trafrec::reassembly
