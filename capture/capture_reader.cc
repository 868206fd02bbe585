#include "capture/capture_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "capture/limits.h"
#include "capture/pcap_format.h"

namespace trafrec::capture {
namespace {

struct Signature {
  std::string_view bytes;
  std::string_view what;
};

using std::string_view_literals::operator""sv;

constexpr auto kSignatures = std::to_array<Signature>({
    {"snoop\0\0\0"sv, "a capture of Solaris snoop"},
    {"GMBU"sv, "a capture of Microsoft Network Monitor"},
    {"RTSS"sv, "a capture of Microsoft Network Monitor"},
    {"\x1c\x00\x01\xac"sv, "a capture of IxVeriWave"},
    {"\xac\x01\x00\x1c"sv, "a capture of IxVeriWave"},
    {"SQLite format 3"sv, "an SQLite database"},
    {"\x7f"
     "ELF"sv,
     "a program"},
    {"PK\x03\x04"sv, "a zip archive"},
    {"BZh"sv, "compressed by bzip2"},
    {"\xfd"
     "7zXZ"sv,
     "compressed by xz"},
    {"\x04\x22\x4d\x18"sv, "compressed by lz4"},
    {"\x1f\x8b"sv, "compressed by gzip twice"},
    {"\x28\xb5\x2f\xfd"sv, "compressed by zstd twice"},
    {"%PDF"sv, "a PDF document"},
});

constexpr size_t kShownBytes = 16;

bool IsText(Bytes bytes) {
  return std::ranges::all_of(bytes, [](uint8_t byte) {
    return (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\r' || byte == '\t';
  });
}

}  // namespace

std::string DescribeBytes(Bytes first_bytes) {
  const std::string_view text = AsText(first_bytes);
  for (const Signature& signature : kSignatures) {
    if (text.starts_with(signature.bytes)) {
      return std::string(signature.what);
    }
  }
  const Bytes shown = first_bytes.first(std::min(first_bytes.size(), kShownBytes));
  if (IsText(shown)) {
    std::string line(AsText(shown));
    line.resize(std::min(line.size(), line.find_first_of("\r\n")));
    return fmt::format("text (\"{}…\")", line);
  }
  if (std::ranges::all_of(shown, [](uint8_t byte) { return byte == 0; })) {
    return "nothing but zeros";
  }
  return fmt::format("bytes {:02x}", fmt::join(shown, " "));
}

Input::State CaptureReader::Cut(std::string why) {
  ended_ = true;
  warnings_.push_back({.what = input_->name() + " " + std::move(why), .cut = true});
  return Input::State::kEnd;
}

void CaptureReader::Warn(std::string what) {
  if (warned_++ < limits::kWarningsPerFile) {
    warnings_.push_back({.what = input_->name() + ": " + std::move(what), .cut = false});
  }
}

Input::State CaptureReader::End(std::string_view within) {
  if (!input_->damage().empty()) {
    return Cut(fmt::format("is damaged or cut at byte {} ({}): what follows is unknown",
                           input_->offset() + input_->available(), input_->damage()));
  }
  if (input_->available() > 0 || input_->ended_in_skip()) {
    return Cut(fmt::format("is cut in the middle of {} at byte {}: read up to there", within,
                           input_->offset() + input_->available()));
  }
  ended_ = true;
  return Input::State::kEnd;
}

Result<std::unique_ptr<CaptureReader>> OpenReader(std::unique_ptr<Input> input,
                                                  InterfaceTable& interfaces) {
  TRY_ASSIGN(const Input::State state, input->Want(kShownBytes, true));
  const Bytes first(input->at(), std::min(input->available(), kShownBytes));
  if (first.size() >= sizeof(uint32_t)) {
    const auto magic = LoadLittle<uint32_t>(first.data());
    if (magic == format::kSectionHeader) {
      return OpenPcapng(std::move(input), interfaces);
    }
    for (const uint32_t candidate : {magic, std::byteswap(magic)}) {
      if (candidate == format::kPcapMicroseconds || candidate == format::kPcapNanoseconds ||
          candidate == format::kPcapKuznetzov) {
        return OpenPcap(std::move(input), interfaces);
      }
    }
  }
  if (state == Input::State::kEnd && first.empty() && !input->damage().empty()) {
    return Fail(ErrorCode::kUsage, input->name() + " cannot be decompressed: " + input->damage());
  }
  return Fail(ErrorCode::kUsage,
              input->name() + " is not a capture: it looks like " + DescribeBytes(first),
              "pcap and pcapng files can be read, also compressed by gzip or zstd; editcap and "
              "tshark -w convert others");
}

}  // namespace trafrec::capture
