#include "reconcile/history/wire.h"

#include <gtest/gtest.h>

#include "reconcile/history/history.h"

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kMs = kNsPerMs;

/// A whole request of 100 bytes at 1 s, on a connection that stays open.
store::StoredExchange Request() {
  store::StoredExchange exchange;
  exchange.request.emplace();
  store::MessageFacts& facts = exchange.request->facts;
  facts.first_seq = 1000;
  facts.wire_bytes = facts.acked_bytes = 100;
  facts.first_byte_at = facts.last_byte_at = facts.last_copy_at = 1000 * kMs;
  exchange.connection.client_close.payload_bytes = 100;
  return exchange;
}

WireProof Proof(const store::StoredExchange& exchange, const WireRules& rules) {
  std::string words;
  return WireProofOf(exchange, rules, words);
}

const WireRules kRules{.captured_until = 10'000 * kMs};

TEST(Wire, AWholeAcknowledgedRequestProvesNothingHoweverItEnded) {
  store::StoredExchange exchange = Request();
  EXPECT_EQ(Proof(exchange, kRules), WireProof::kNone);
  exchange.connection.client_close.rst_at = 1000 * kMs;
  exchange.connection.client_close.rst_seq = 1100;
  EXPECT_EQ(Proof(exchange, kRules), WireProof::kNone);
}

TEST(Wire, ARequestThatItsSenderEndedEarlyWasNotCarriedOut) {
  store::StoredExchange exchange = Request();
  exchange.request->facts.flags = store::FlagBit(store::Flag::kRequestTruncated);
  exchange.connection.client_close.fin_at = 1001 * kMs;
  exchange.connection.client_close.fin_seq = 1100;
  EXPECT_EQ(Proof(exchange, kRules), WireProof::kCut);
}

TEST(Wire, BytesBetweenWhatWasSeenAndTheEndProveNothing) {
  store::StoredExchange exchange = Request();
  exchange.request->facts.flags = store::FlagBit(store::Flag::kRequestTruncated);
  exchange.connection.client_close.fin_at = 1001 * kMs;
  exchange.connection.client_close.fin_seq = 1150;
  EXPECT_EQ(Proof(exchange, kRules), WireProof::kNone);
}

TEST(Wire, WhatNobodyAcknowledgedInTimeWasNotReceived) {
  store::StoredExchange exchange = Request();
  exchange.request->facts.acked_bytes = 0;
  exchange.request->facts.copies = 2;
  EXPECT_EQ(Proof(exchange, kRules), WireProof::kUnreceived);
}

/// The same on a connection of which the recorder lost a part of an answer. `had`: so much of the
/// server's flow the client had acknowledged when it sent the request; 300 bytes there were in all.
store::StoredExchange UnreceivedBesideALoss(uint32_t had) {
  store::StoredExchange exchange = Request();
  exchange.request->facts.acked_bytes = 0;
  exchange.request->facts.copies = 2;
  exchange.request->facts.ack_then = 5001 + had;
  exchange.connection.server_isn = 5000;
  exchange.connection.server_close.payload_bytes = 300;
  exchange.connection.server_close.gap_bytes = 100;
  return exchange;
}

TEST(Wire, AnAcknowledgementMayHaveBeenLostWithWhatFollowedTheRequest) {
  EXPECT_EQ(Proof(UnreceivedBesideALoss(200), kRules), WireProof::kNone);
}

TEST(Wire, WhatWasLostBeforeTheRequestWasSentHidesNoAcknowledgementOfIt) {
  EXPECT_EQ(Proof(UnreceivedBesideALoss(300), kRules), WireProof::kUnreceived);
}

TEST(Wire, AnAcknowledgementThatAResetForestalledProvesNothing) {
  store::StoredExchange exchange = Request();
  exchange.request->facts.acked_bytes = 0;
  exchange.request->facts.copies = 1;
  exchange.connection.client_close.rst_at = 1100 * kMs;
  EXPECT_EQ(Proof(exchange, kRules), WireProof::kNone);
}

TEST(Wire, AnAcknowledgementMayHaveComeAfterTheCapturesEnd) {
  store::StoredExchange exchange = Request();
  exchange.request->facts.acked_bytes = 0;
  exchange.request->facts.copies = 1;
  EXPECT_EQ(Proof(exchange, {.captured_until = 1200 * kMs}), WireProof::kNone);
}

TEST(Wire, WhatItsSenderDidNotSendAgainMayHaveBeenAcknowledgedUnseen) {
  store::StoredExchange exchange = Request();
  exchange.request->facts.acked_bytes = 0;
  EXPECT_EQ(Proof(exchange, kRules), WireProof::kNone);
  exchange.request->facts.copies = 1;
  EXPECT_EQ(Proof(exchange, kRules), WireProof::kUnreceived);
}

TEST(Wire, ProvesNothingOfBulksOnWhichTheSourceActsBeforeTheirEnd) {
  History history;
  history.requests = {{.bulk = true, .wire = WireProof::kCut},
                      {.bulk = false, .wire = WireProof::kCut}};
  history.TakeProduct(VersionId::Elasticsearch(8, 15, 3));
  history.TakeProduct(VersionId::OpenSearch(3, 8, 0));
  EXPECT_EQ(history.requests[0].wire, WireProof::kCut);
  history.TakeProduct(VersionId::Elasticsearch(8, 16, 0));
  EXPECT_EQ(history.requests[0].wire, WireProof::kNone);
  EXPECT_EQ(history.requests[1].wire, WireProof::kCut);
}

}  // namespace
}  // namespace trafrec::reconcile
