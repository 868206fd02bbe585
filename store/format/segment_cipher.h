#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "store/crypto/aead.h"
#include "store/crypto/sealing.h"
#include "store/format/frame_buffer.h"
#include "store/format/frame_format.h"

namespace trafrec::store {

/// Encrypts and opens what one segment holds, under its data key. Everything is bound to its place:
/// a frame or a column that was moved to another row, segment or log does not open. One thread
/// encrypts; opening changes nothing.
class SegmentCipher {
 public:
  struct Place {
    std::string log_id;
    std::string recorder;
    uint32_t attempt = 0;
    uint32_t segment = 0;
  };
  SegmentCipher(crypto::DataKey key, const Place& place);

  const crypto::DataKey& key() const { return key_; }

  /// A packed frame with its header -> the same, encrypted, with a new header. `number` is the key
  /// of its row.
  void EncryptFrame(Bytes packed, FrameKind kind, int64_t number, FrameBuffer& out);
  /// The stored bytes behind an encrypted frame's header -> what its codec made.
  [[nodiscard]] bool DecryptFrame(const FrameHeader& header, Bytes stored, FrameKind kind,
                                  int64_t number, FrameBuffer& out) const;

  /// A column's value; `column` is the name of a column of connection or sentinel, `row` the key of
  /// its row.
  std::string EncryptColumn(std::string_view column, int64_t row, std::string_view clear);
  std::optional<std::string> DecryptColumn(std::string_view column, int64_t row,
                                           Bytes encrypted) const;

 private:
  void Encrypt(Bytes clear, std::string_view place, uint8_t* out);
  std::string FramePlace(const FrameHeader& header, FrameKind kind, int64_t number) const;
  std::string ColumnPlace(std::string_view column, int64_t row) const;

  crypto::DataKey key_;
  std::string place_;  ///< of the segment, as a part of the associated data
  std::optional<crypto::Encryptor> encryptor_;  ///< made when it is first needed
};

}  // namespace trafrec::store
