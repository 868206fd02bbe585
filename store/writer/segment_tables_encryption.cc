// How the tables of a segment come by their key: the part of SegmentTables that knows recipients.

#include "store/writer/segment_tables.h"

namespace trafrec::store {

Status SegmentTables::Encrypt(const AttemptFacts& facts, uint32_t segment,
                              const Encryption& encryption) {
  cipher_ = std::make_unique<SegmentCipher>(
      crypto::DataKey::Generate(),
      SegmentCipher::Place{facts.log_id, facts.recorder, facts.attempt, segment});
  encrypts_addresses_ = encryption.addresses;
  TRY(PutAttemptFact("encryption", kSegmentEncryption));
  TRY(PutAttemptFact("encrypted_addresses", encryption.addresses ? 1 : 0));
  TRY_ASSIGN(db::Statement put, database_.Prepare("INSERT OR REPLACE INTO recipient VALUES(?,?)"));
  for (const crypto::Recipient& recipient : encryption.recipients) {
    const auto sealed = recipient.Seal(cipher_->key());
    if (!sealed) {
      return Fail(ErrorCode::kUsage, "nothing can be encrypted to the key " + recipient.id(),
                  "make another with trafrec keygen --for encrypt");
    }
    TRY(put.Bind(0, std::string_view(recipient.id())).Bind(1, Bytes(*sealed)).Run());
  }
  return {};
}

}  // namespace trafrec::store
