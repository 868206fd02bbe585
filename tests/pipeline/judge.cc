// Records against the truth.
//
// A message is identified by its place: the raw sequence number of its first byte says where in the
// flow it began, and the truth knows what was sent there. Content is compared after that, so that a
// message of right content at a wrong place, or the other way round, is seen. A message must be
// identical to what was sent, or carry a flag that doubts it; a pair must be right, whatever its
// flags.

#include "tests/pipeline/judge.h"

#include <fmt/format.h>

#include <algorithm>

namespace trafrec::pipeline {
namespace {

using store::Flag;
using store::FlagBit;
using store::Flags;
using test_support::CollectedExchange;
using test_support::CollectedMessage;

std::string FlagsText(Flags flags) {
  return fmt::format("{}", fmt::join(store::FlagNames(flags), " "));
}

bool SameBody(const Conversation& conversation, Side side, const SentMessage& sent,
              std::string_view body) {
  for (const Range& piece : sent.body) {
    if (body.substr(0, piece.size()) != conversation.Bytes(side, piece)) {
      return false;
    }
    body.remove_prefix(piece.size());
  }
  return body.empty();
}

/// Flags of the exchange that concern one message and are not among its own.
Flags DoubtOf(const CollectedMessage& message, Side side, const store::ExchangeRecord& record) {
  Flags doubt = message.facts.flags & store::kIncompleteFlags;
  doubt |= record.flags & FlagBit(Flag::kEvicted);
  if (side == Side::kServer) {
    // Without the request nobody knows whether the answer has a body.
    doubt |= record.flags & (FlagBit(Flag::kRequestMissing) | FlagBit(Flag::kPairingAmbiguous) |
                             FlagBit(Flag::kPairingPresumed));
  }
  return doubt;
}

}  // namespace

const char* DefectName(Defect defect) {
  constexpr const char* kNames[kDefects] = {"wrong bytes", "wrong pair",    "invention",
                                            "twice",       "not identical", "broken rule"};
  return kNames[static_cast<size_t>(defect)];
}

void Outcome::Add(const Outcome& other) {
  exchanges += other.exchanges;
  touched += other.touched;
  untouched += other.untouched;
  right += other.right;
  flagged += other.flagged;
  unpaired += other.unpaired;
  missing += other.missing;
  gaps += other.gaps;
  flagged_inventions += other.flagged_inventions;
  presumed_wrong += other.presumed_wrong;
}

Judge::Judge(const std::vector<Sent>& sent, const test_support::CollectingSink& sink, bool lossless)
    : sent_(sent), sink_(sink), lossless_(lossless), outcomes_(sent.size()) {
  for (const Sent& each : sent) {
    by_client_.emplace(each.conversation.client, &each);
    fates_.emplace_back(each.conversation.exchanges.size());
  }
  for (const auto& [number, collected] : sink.exchanges) {
    JudgeExchange(collected);
  }
  CountFates();
}

void Judge::Report(Defect defect, const Sent& sent, std::string text) {
  findings_.push_back({defect, sent.conversation.number,
                       fmt::format("connection {}: {}", sent.conversation.number, text)});
}

const Sent* Judge::Find(const store::ConnectionRecord& connection, TimeNs at) const {
  for (const Endpoint& endpoint : {connection.client, connection.server}) {
    const auto [begin, end] = by_client_.equal_range(endpoint);
    const auto found = std::find_if(begin, end, [at](const auto& entry) {
      return entry.second->from <= at && at <= entry.second->until;
    });
    if (found != end) {
      return found->second;
    }
  }
  return nullptr;
}

Judge::Found Judge::Locate(const Sent& sent, Side side, uint32_t first_seq) const {
  const Conversation& conversation = sent.conversation;
  const uint64_t offset = first_seq - (conversation.isn[Index(side)] + 1);
  const auto& exchanges = conversation.exchanges;
  const auto begin_of = [side](const SentExchange& exchange) {
    return (side == Side::kClient ? exchange.request : exchange.response).wire.begin;
  };
  const auto after = std::ranges::upper_bound(exchanges, offset, {}, begin_of);
  const size_t index = after == exchanges.begin() ? 0 : after - exchanges.begin() - 1;
  return {&sent, index, begin_of(exchanges[index]) == offset};
}

void Judge::JudgeExchange(const CollectedExchange& collected) {
  const store::ExchangeRecord& record = collected.record;
  const auto connection = sink_.connections.find(record.connection);
  if (connection == sink_.connections.end()) {
    return;  // the sink has said so
  }
  const Sent* sent = Find(connection->second, record.began_at);
  if (sent == nullptr) {
    findings_.push_back({Defect::kInvention, 0,
                         fmt::format("exchange {} belongs to no connection", record.number)});
    return;
  }
  if (!collected.final()) {
    return Report(Defect::kBrokenRule, *sent,
                  fmt::format("exchange {} has no final record", record.number));
  }
  const Found request = record.has_request ? JudgeMessage(*sent, Side::kClient, record) : Found{};
  const Found response = record.has_response ? JudgeMessage(*sent, Side::kServer, record) : Found{};
  if (request.exact && response.exact) {
    JudgePair(*sent, request, response, record);
  }
}

Judge::Found Judge::JudgeMessage(const Sent& sent, Side side, const store::ExchangeRecord& record) {
  const auto found_message = sink_.messages.find(store::MessageIdOf(record.number, side));
  if (found_message == sink_.messages.end()) {
    return {};
  }
  const CollectedMessage& message = found_message->second;
  const Found found = Locate(sent, side, message.facts.first_seq);
  const Flags doubt = DoubtOf(message, side, record);
  const char* what = side == Side::kClient ? "request" : "response";
  Outcome& outcome = outcomes_[&sent - sent_.data()];
  if (!found.exact) {
    if (HasFlag(doubt, Flag::kResynchronised)) {
      ++outcome.flagged_inventions;
    } else {
      Report(Defect::kInvention, sent,
             fmt::format("exchange {}: nobody sent this {} (at {}, in exchange {}): {:.60} [{}]",
                         record.number, what,
                         message.facts.first_seq - sent.conversation.isn[Index(side)] - 1,
                         found.index, message.head, FlagsText(record.flags)));
    }
    return found;
  }
  Fate& fate = fates_[&sent - sent_.data()][found.index];
  bool& seen = side == Side::kClient ? fate.request : fate.response;
  if (seen) {
    Report(Defect::kTwice, sent, fmt::format("{} {} is there twice", what, found.index));
  }
  seen = true;
  if (doubt == 0) {
    if (std::string difference = Difference(found, side, message, record.flags);
        !difference.empty()) {
      Report(Defect::kWrongBytes, sent,
             fmt::format("{} {}: {} [{}]", what, found.index, difference, FlagsText(record.flags)));
    }
  }
  return found;
}

void Judge::JudgePair(const Sent& sent, const Found& request, const Found& response,
                      const store::ExchangeRecord& record) {
  if (request.index != response.index) {
    if (HasFlag(record.flags, Flag::kPairingPresumed)) {
      ++outcomes_[&sent - sent_.data()].presumed_wrong;
      return;
    }
    return Report(Defect::kWrongPair, sent,
                  fmt::format("request {} with response {} [{}]", request.index, response.index,
                              FlagsText(record.flags)));
  }
  Fate& fate = fates_[&sent - sent_.data()][request.index];
  fate.paired = true;
  const bool complete = (record.flags & store::kIncompleteFlags) == 0;
  if (!complete) {
    return;
  }
  const SentExchange& truth = sent.conversation.exchanges[request.index];
  std::string difference = InterimDifference(request, record);
  if (record.method != truth.method || record.target != truth.target ||
      record.status != truth.status) {
    difference += fmt::format("{} {} {} instead of {} {} {}; ", record.method, record.target,
                              record.status, truth.method, truth.target, truth.status);
  }
  const bool upgraded = truth.response.framing == store::Framing::kOpaque;
  Flags other = record.flags & ~FlagBit(Flag::kEarlyResponse);
  other ^= upgraded ? FlagBit(Flag::kUpgraded) : 0;
  if (lossless_ && other != 0) {
    difference += "flags " + FlagsText(record.flags);
  }
  if (!difference.empty()) {
    return Report(Defect::kWrongBytes, sent,
                  fmt::format("exchange {}: {}", request.index, difference));
  }
  fate.right = true;
}

std::string Judge::InterimDifference(const Found& found,
                                     const store::ExchangeRecord& record) const {
  const Conversation& conversation = found.sent->conversation;
  const auto& sent = conversation.exchanges[found.index].interim;
  bool same = sent.size() == record.interim.size();
  for (size_t i = 0; same && i < sent.size(); ++i) {
    same = record.interim[i].head == conversation.Bytes(Side::kServer, sent[i]);
  }
  return same ? ""
              : fmt::format("{} interim answers instead of {}; ", record.interim.size(),
                            sent.size());
}

std::string Judge::Difference(const Found& found, Side side, const CollectedMessage& message,
                              Flags connection_flags) const {
  const Conversation& conversation = found.sent->conversation;
  const SentExchange& exchange = conversation.exchanges[found.index];
  const SentMessage& sent = side == Side::kClient ? exchange.request : exchange.response;
  const store::MessageFacts& facts = message.facts;
  if (message.head != conversation.Bytes(side, {sent.wire.begin, sent.head_end})) {
    return fmt::format("another head, {} bytes", message.head.size());
  }
  if (sent.framing == store::Framing::kOpaque) {
    return "";
  }
  if (!SameBody(conversation, side, sent, message.body)) {
    return fmt::format("another body, {} bytes instead of {}", message.body.size(),
                       sent.body_bytes());
  }
  if (message.trailers != conversation.Bytes(side, sent.trailers)) {
    return fmt::format("other trailers: {}", message.trailers);
  }
  // To a lenient reader the last line end is no part of the message.
  if (facts.wire_bytes != sent.wire.size() && !HasFlag(facts.flags, Flag::kLenient)) {
    return fmt::format("{} wire bytes instead of {}", facts.wire_bytes, sent.wire.size());
  }
  if (facts.body_bytes != sent.body_bytes() || facts.body_stored_bytes != sent.body_bytes()) {
    return fmt::format("{} body bytes, {} stored, instead of {}", facts.body_bytes,
                       facts.body_stored_bytes, sent.body_bytes());
  }
  if (facts.framing != sent.framing) {
    return fmt::format("framing {} instead of {}", FramingName(facts.framing),
                       FramingName(sent.framing));
  }
  if (!facts.gaps.empty()) {
    return "gaps without a flag";
  }
  // Offsets count from where the recorder came in: from the SYN, unless it was not captured in
  // time.
  const Sent& around = *found.sent;
  const bool from_syn = around.captured.from_syn[0] && around.captured.from_syn[1] &&
                        !around.reuses_ports && !HasFlag(connection_flags, Flag::kMidStream);
  if (from_syn && facts.flow_offset != sent.wire.begin) {
    return fmt::format("at offset {} instead of {}", facts.flow_offset, sent.wire.begin);
  }
  return "";
}

void Judge::CountFates() {
  for (size_t i = 0; i < sent_.size(); ++i) {
    const Sent& sent = sent_[i];
    Outcome& outcome = outcomes_[i];
    outcome.gaps = sent.captured.gaps();
    for (size_t n = 0; n < fates_[i].size(); ++n) {
      const SentExchange& exchange = sent.conversation.exchanges[n];
      const Fate& fate = fates_[i][n];
      const uint64_t answer_begin =
          exchange.interim.empty() ? exchange.response.wire.begin : exchange.interim[0].begin;
      const bool until_close = exchange.response.framing == store::Framing::kUntilClose;
      const bool touched =
          sent.captured.Touches(Side::kClient, exchange.request.wire) ||
          sent.captured.Touches(Side::kServer, {answer_begin, exchange.response.wire.end}) ||
          (until_close && !sent.captured.fin[1]);
      ++outcome.exchanges;
      ++(touched ? outcome.touched : outcome.untouched);
      if (lossless_ && !fate.right) {
        Report(Defect::kNotIdentical, sent,
               fmt::format("exchange {} of {} ({} {}) is {}", n, fates_[i].size(), exchange.method,
                           exchange.target,
                           fate.paired                     ? "flagged"
                           : fate.request || fate.response ? "unpaired"
                                                           : "missing"));
      }
      if (!touched) {
        ++(fate.right                      ? outcome.right
           : fate.paired                   ? outcome.flagged
           : fate.request || fate.response ? outcome.unpaired
                                           : outcome.missing);
      }
    }
  }
}

}  // namespace trafrec::pipeline
