#include "reconcile/translog/codec_file.h"

#include "base/bytes.h"
#include "store/codec/checksum.h"

namespace trafrec::reconcile {
namespace {

constexpr uint32_t kMagic = 0x3fd7'6c17;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kIdBytes = 16;

}  // namespace

std::optional<uint32_t> ReadCodecHeader(StreamInput& input, std::string_view name) {
  const auto magic = static_cast<uint32_t>(input.Int());
  const std::string_view found = input.SizedBytes();
  const auto version = static_cast<uint32_t>(input.Int());
  return input.ok() && magic == kMagic && found == name ? std::optional(version) : std::nullopt;
}

std::optional<uint32_t> ReadIndexHeader(StreamInput& input, std::string_view name) {
  const auto version = ReadCodecHeader(input, name);
  input.Bytes(kIdBytes);
  input.Bytes(input.Byte());
  return input.ok() ? version : std::nullopt;
}

bool CodecFooterIsRight(std::string_view file) {
  if (file.size() < kCodecFooterBytes) {
    return false;
  }
  StreamInput footer(file.substr(file.size() - kCodecFooterBytes));
  const auto magic = static_cast<uint32_t>(footer.Int());
  const int32_t algorithm = footer.Int();
  const auto checksum = static_cast<uint64_t>(footer.Long());
  const std::string_view covered = file.substr(0, file.size() - kChecksumBytes);
  return magic == ~kMagic && algorithm == 0 && checksum == store::codec::Crc32(0, AsBytes(covered));
}

}  // namespace trafrec::reconcile
