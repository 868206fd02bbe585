#include "store/format/text_block.h"

#include "store/format/frame_format.h"
#include "store/format/varint.h"

namespace trafrec::store {

void TextBlock::Add(std::string_view text) {
  if (texts_.size() == 0) {
    texts_.SetSize(kFrameHeaderBytes);
  }
  uint8_t* const begin = texts_.Prepare(kVarintBytesMax + text.size());
  texts_.Commit(static_cast<size_t>(WriteVarint(begin, text.size()) - begin));
  texts_.Append(AsBytes(text));
  ++count_;
}

void TextBlock::Clear() {
  texts_.Clear();
  count_ = 0;
}

Bytes TextBlock::Encrypt(SegmentCipher& cipher, int64_t first) {
  PackBytes(texts_, count_, &zstd_, scratch_);
  cipher.EncryptFrame(texts_.bytes(), FrameKind::kTexts, first, encrypted_);
  return encrypted_.bytes();
}

Result<std::vector<std::string_view>> ReadTextBlock(Bytes data, int64_t first,
                                                    const SegmentCipher* cipher,
                                                    codec::ZstdDecompressor& zstd,
                                                    FrameBuffer& raw) {
  TRY_ASSIGN(const FrameHeader header,
             UnpackFrame(data, zstd, raw, cipher, first, FrameKind::kTexts));
  std::vector<std::string_view> texts;
  const uint8_t* at = raw.data();
  const uint8_t* const end = at + raw.size();
  while (at != end) {
    uint64_t length = 0;
    at = ReadVarint(at, end, &length);
    if (at == nullptr || length > static_cast<uint64_t>(end - at)) {
      return Fail(ErrorCode::kCorrupt, "a text in it does not end");
    }
    texts.push_back(AsText({at, static_cast<size_t>(length)}));
    at += length;
  }
  if (texts.size() != header.entry_count) {
    return Fail(ErrorCode::kCorrupt, "it holds more or fewer texts than it says");
  }
  return texts;
}

}  // namespace trafrec::store
