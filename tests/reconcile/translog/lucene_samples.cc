#include "tests/reconcile/translog/lucene_samples.h"

#include <algorithm>
#include <string_view>

#include "base/bytes.h"
#include "store/codec/checksum.h"
#include "tests/reconcile/translog/translog_samples.h"

namespace trafrec::test_support {
namespace {

constexpr std::string_view kCommitOf7 =
    "3fd76c17087365676d656e74730000000ab5cc7b6e867e06405e3a62465b84530c01390807000800000000"
    "0000002d0700000001080700025f36b5cc7b6e867e06405e3a62465b845309084c7563656e653837ffffff"
    "ffffffffff00000000ffffffffffffffffffffffffffffffff0000000001b5cc7b6e867e06405e3a62465b"
    "84530b0000000000040c6e6f64655f76657273696f6e0737313030323939156c6173745f61636365707465"
    "645f76657273696f6e01350c63757272656e745f7465726d0131076e6f64655f696416583135324e6e5731"
    "5330754276754941505850353467c02893e8000000000000000022f6af94";
constexpr std::string_view kCompoundEntriesOf7 =
    "3fd76c17174c7563656e653530436f6d706f756e64456e747269657300000000b5cc7b6e867e06405e3a62"
    "465b8453090008042e66646d000000000000002e000000000000009e042e66647400000000000000cc0000"
    "000000000250042e666e6d000000000000031c00000000000000aa042e66647800000000000003c6000000"
    "00000000400f5f4c7563656e6538345f302e746970000000000000040600000000000000480f5f4c756365"
    "6e6538345f302e746d64000000000000044e00000000000000c20f5f4c7563656e6538345f302e646f6300"
    "00000000000510000000000000004e0f5f4c7563656e6538345f302e74696d000000000000055e00000000"
    "00000055c02893e800000000000000002c46d4a2";
constexpr std::string_view kStoredFieldsOf7 =
    "3fd76c171c4c7563656e65383753746f7265644669656c6473466173744461746100000003b5cc7b6e867e"
    "06405e3a62465b84530900000201810403330435303535353234292c353019fe03f0243a290a05fa886d65"
    "74612d64617461fa8676657273696f6ec88b636c75737465725f7575696455685f576e326b726a51396946"
    "f4144c4c69352d51554b456795636c75737465725f757569645f636f6d6d69747465642393180080636f6f"
    "7264696e61f02474696f6efa837465726dc2946c6173745f636f6d6d69747465645f636f6e666967f85558"
    "3135324e6e57315330754276754941f024505850353467f9936c6173745f61636365707465645f636f6e66"
    "6967f855583135324e6e573153307542767549415058503534f02467f997766f74696e675f636f6e666967"
    "5f6578636c7573696f6e73f8f9fb8874656d706c61746573fa8e74656d706c6174652df21974392d313737"
    "fa846f72646572c08d696e6465785f7061747465726e73f85074656d706c6174652d2800502d2af98773f0"
    "1a657474696e6773fa84696e646578fa8f6e756d6265725f6f665f7368617264734031fbfb876d61707026"
    "0060f8f986616c69fb0e61736573fafbfb8e74656d706c6174652d74392d313738fa4bc04cf8501500702d"
    "2af94dfa4efaf8134f4031fbfb50f8f951fafbfb8e74656d706c6174652d74392d313739fa4bc04cf85015"
    "00503137392d2af024f94dfa4efa4f4031fbfb50f8f951fafbfbfb8e696e6465782d677261766579617264"
    "fa89746f6d6273746f6e6573f8f9fbfbfbc02893e800000000000000007291fc5f";
constexpr size_t kStoredFieldsAt = 0xcc;

std::string Unhexed(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string Variable(uint32_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) {
    bytes.push_back(static_cast<char>(0x80 | (value & 0x7f)));
  }
  return bytes + static_cast<char>(value);
}

std::string Sized(const std::string& text) {
  return Variable(static_cast<uint32_t>(text.size())) + text;
}

/// Its id, and no suffix.
std::string Header(const std::string& name, int version) {
  return Big(0x3fd7'6c17, 4) + Sized(name) + Big(static_cast<uint64_t>(version), 4) +
         std::string(16, 'i') + std::string(1, '\0');
}

std::string WithFooter(const std::string& body) {
  const std::string file = body + Big(0xc028'93e8, 4) + Big(0, 4);
  return file + Big(store::codec::Crc32(0, AsBytes(file)), 8);
}

/// A block of LZ4.
std::string Plain(const std::string& bytes) {
  if (bytes.size() < 15) {
    return static_cast<char>(bytes.size() << 4) + bytes;
  }
  std::string block(1, '\xf0');
  size_t left = bytes.size() - 15;
  for (; left >= 255; left -= 255) {
    block += '\xff';
  }
  return block + static_cast<char>(left) + bytes;
}

/// Numbers of 16 bits.
std::string Packed(const std::vector<uint32_t>& numbers, bool low_first) {
  std::string packed(1, '\x10');
  for (const uint32_t number : numbers) {
    std::string bytes = Big(number, 2);
    if (low_first) {
      std::ranges::reverse(bytes);
    }
    packed += bytes;
  }
  return packed;
}

}  // namespace

std::string CommitFile(const std::vector<SampleSegment>& segments) {
  std::string file = Header("segments", 10) + std::string("\x08\x07\x00\x08", 4) + Big(5, 8) +
                     Variable(7) + Big(segments.size(), 4);
  file += segments.empty() ? std::string() : std::string("\x08\x07\x00", 3);
  for (const SampleSegment& segment : segments) {
    file += Sized(segment.name) + std::string(16, 's') +
            Sized(segment.low_first ? "Lucene912" : "Lucene87") +
            Big(static_cast<uint64_t>(segment.deletions), 8) + Big(0, 4) + Big(~uint64_t{0}, 8) +
            Big(~uint64_t{0}, 8) + Big(0, 4) + '\x01' + std::string(16, 'c') + Variable(0) +
            Big(0, 4);
  }
  return WithFooter(file + Variable(0));
}

std::string StoredFieldsFile(const std::vector<std::string>& documents, bool low_first) {
  std::string bytes;
  std::vector<uint32_t> lengths;
  for (const std::string& document : documents) {
    const std::string stored = std::string(1, '\x01') + Sized(document);
    lengths.push_back(static_cast<uint32_t>(stored.size()));
    bytes += stored;
  }
  const auto count = static_cast<uint32_t>(documents.size());
  std::string file = low_first ? Header("Lucene90StoredFieldsFastData", 1)
                               : Header("Lucene87StoredFieldsFastData", 3);
  file += Variable(0) + Variable(count << (low_first ? 2 : 1));
  file += count == 1 ? Variable(1) + Variable(lengths.front())
                     : std::string(1, '\0') + Variable(1) + Packed(lengths, low_first);
  // No bytes for all blocks, and one block.
  const auto size = static_cast<uint32_t>(bytes.size());
  const std::string block = Plain(bytes);
  file += Variable(0) + Variable(size) + Variable(1) +
          Variable(static_cast<uint32_t>(block.size())) + Plain("") + block;
  return WithFooter(file);
}

std::string LiveDocumentsFile(uint64_t live, bool low_first) {
  std::string word = Big(live, 8);
  if (low_first) {
    std::ranges::reverse(word);
  }
  return WithFooter(Header(low_first ? "Lucene90LiveDocs" : "Lucene50LiveDocs", 0) + word);
}

std::string CommitOf7() { return Unhexed(kCommitOf7); }
std::string CompoundEntriesOf7() { return Unhexed(kCompoundEntriesOf7); }
std::string CompoundOf7() { return std::string(kStoredFieldsAt, '\0') + Unhexed(kStoredFieldsOf7); }

}  // namespace trafrec::test_support
