// Sentinels of the source, which the run echoes: what their answers say of the lag from the source
// to the target.

#include "replay/run/engine.h"
#include "store/crypto/encoding.h"

namespace trafrec::replay {

namespace {

/// Whole, and of 2xx: as a sentinel must be answered to count.
bool IsAnswered(const Flight& flight) {
  return flight.last.answered && flight.last.answer.status / 100 == 2;
}

}  // namespace

void Engine::NoteEcho(const Flight& flight, ledger::Batch& batch) {
  if (!IsAnswered(flight)) {
    source_lag_.AddUnanswered(batch);
    return;
  }
  const TimeNs answered_at = flight.last.timing.WallAt(flight.last.timing.first_read);
  const TimeNs at_source = flight.plan().mark->answered_at - options_.clock_offset_ns;
  source_lag_.Add({.ns = answered_at - at_source, .at = answered_at}, batch);
}

/// As a recorder at the target would have it: so the run's log shows its echoes as sentinels.
std::optional<store::SentinelRecord> Engine::EchoOf(const Flight& flight) {
  if (!flight.plan().mark) {
    return std::nullopt;
  }
  const message::Field* agent = message::FindField(flight.request().fields, "User-Agent");
  if (agent == nullptr) {
    return std::nullopt;
  }
  const auto token = store::ParseSentinelToken(agent->value);
  if (!token) {
    return std::nullopt;
  }
  return store::SentinelRecord{.exchange = flight.result,
                               .verdict = IsAnswered(flight) ? store::SentinelVerdict::kCounted
                                                             : store::SentinelVerdict::kUnanswered,
                               .at = flight.last.began_at,
                               .key_id = token->key_id,
                               .audience = token->audience,
                               .sent_at = token->sent_at,
                               .nonce = store::crypto::ToHex(token->nonce),
                               .purpose = token->purpose};
}

}  // namespace trafrec::replay
