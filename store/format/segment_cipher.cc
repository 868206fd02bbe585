#include "store/format/segment_cipher.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace trafrec::store {
namespace {

constexpr size_t kOverhead = std::tuple_size_v<crypto::Nonce> + crypto::kTagBytes;

bool Decrypt(const crypto::DataKey& key, Bytes encrypted, std::string_view place, uint8_t* out) {
  crypto::Nonce nonce;
  std::copy_n(encrypted.begin(), nonce.size(), nonce.begin());
  return crypto::Decrypt(key, nonce, encrypted.subspan(nonce.size()), AsBytes(place),
                         {out, encrypted.size() - kOverhead});
}

}  // namespace

SegmentCipher::SegmentCipher(crypto::DataKey key, const Place& place)
    : key_(std::move(key)),
      place_(
          fmt::format("{} {} {} {}", place.log_id, place.recorder, place.attempt, place.segment)) {}

/// Nonce, then the encrypted bytes with their tag. `out` has room for clear.size() + kOverhead.
void SegmentCipher::Encrypt(Bytes clear, std::string_view place, uint8_t* out) {
  if (!encryptor_) {
    encryptor_.emplace(key_);
  }
  encryptor_->Encrypt(clear, AsBytes(place), {out, clear.size() + kOverhead});
}

std::string SegmentCipher::FramePlace(const FrameHeader& header, FrameKind kind,
                                      int64_t number) const {
  return fmt::format("trafrec/1 {} {} {} {} {} {}", kind == FrameKind::kTexts ? "texts" : "frame",
                     place_, number, header.entry_count, static_cast<int>(header.codec),
                     header.raw_length);
}

std::string SegmentCipher::ColumnPlace(std::string_view column, int64_t row) const {
  std::string place;
  place.reserve(column.size() + place_.size() + 32);
  place.append("trafrec/1 ").append(column).append(" ").append(place_).append(" ");
  return place.append(std::to_string(row));
}

void SegmentCipher::EncryptFrame(Bytes packed, FrameKind kind, int64_t number, FrameBuffer& out) {
  Result<FrameHeader> header = ReadFrameHeader(packed);
  CHECK(header.has_value());
  const Bytes clear = packed.subspan(kFrameHeaderBytes);
  header->key_id = kFrameKeyId;
  header->stored_length = static_cast<uint32_t>(clear.size() + kOverhead);
  out.SetSize(kFrameHeaderBytes + header->stored_length);
  Encrypt(clear, FramePlace(*header, kind, number), out.data() + kFrameHeaderBytes);
  SealFrame(*header, {out.data(), out.size()});
}

bool SegmentCipher::DecryptFrame(const FrameHeader& header, Bytes stored, FrameKind kind,
                                 int64_t number, FrameBuffer& out) const {
  if (stored.size() < kOverhead) {
    return false;
  }
  out.SetSize(stored.size() - kOverhead);
  return Decrypt(key_, stored, FramePlace(header, kind, number), out.data());
}

std::string SegmentCipher::EncryptColumn(std::string_view column, int64_t row,
                                         std::string_view clear) {
  std::string out(clear.size() + kOverhead, '\0');
  Encrypt(AsBytes(clear), ColumnPlace(column, row), reinterpret_cast<uint8_t*>(out.data()));
  return out;
}

std::optional<std::string> SegmentCipher::DecryptColumn(std::string_view column, int64_t row,
                                                        Bytes encrypted) const {
  if (encrypted.size() < kOverhead) {
    return std::nullopt;
  }
  std::string out(encrypted.size() - kOverhead, '\0');
  if (!Decrypt(key_, encrypted, ColumnPlace(column, row), reinterpret_cast<uint8_t*>(out.data()))) {
    return std::nullopt;
  }
  return out;
}

}  // namespace trafrec::store
