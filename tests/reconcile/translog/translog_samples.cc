#include "tests/reconcile/translog/translog_samples.h"

#include <algorithm>
#include <string_view>

#include "store/codec/checksum.h"

namespace trafrec::test_support {
namespace {

std::string Checksum(const std::string& bytes) {
  return Big(store::codec::Crc32(0, AsBytes(bytes)), 4);
}

/// Of less than 128.
std::string Sized(const std::string& text, int units = -1) {
  return std::string(1, static_cast<char>(units < 0 ? text.size() : units)) + text;
}

}  // namespace

std::string Big(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text.push_back(static_cast<char>(value >> (8 * i)));
  }
  return text;
}

std::string IndexBody(Product product, const IndexRecord& record, int units) {
  std::string body = "\x02";
  body += product == Product::kElasticsearch6   ? "\x08"
          : product == Product::kElasticsearch7 ? "\x0a"
                                                : "\x0b";
  body += Sized(record.id, units);
  if (product != Product::kOpenSearch2) {
    body += Sized("_doc");
  }
  body += Sized(record.source);
  body += record.routing.empty() ? std::string(1, '\0') : "\x01" + Sized(record.routing);
  if (product == Product::kElasticsearch6) {
    body += std::string(1, '\0');  // no parent
  }
  body += Big(record.version, 8);
  if (product == Product::kElasticsearch6) {
    body += std::string(1, '\0');  // internal versions
  }
  body += Big(record.automatic_id ? 1'795'793'575'651 : -1, 8);
  return body + Big(record.seq_no, 8) + Big(record.primary_term, 8);
}

std::string DeleteBody(Product product, const std::string& id, int64_t seq_no, int64_t version,
                       int64_t primary_term) {
  std::string body = "\x03";
  body += product == Product::kElasticsearch6   ? "\x04"
          : product == Product::kElasticsearch7 ? "\x06"
                                                : "\x07";
  if (product == Product::kOpenSearch2) {
    body += Sized(id);
  } else {
    body += Sized("_doc") + Sized(id) + Sized("_id") + Sized("\xff" + id);
  }
  body += Big(version, 8);
  if (product == Product::kElasticsearch6) {
    body += std::string(1, '\0');
  }
  return body + Big(seq_no, 8) + Big(primary_term, 8);
}

std::string NoOpBody(int64_t seq_no, const std::string& reason, int64_t primary_term) {
  return "\x04" + Big(seq_no, 8) + Big(primary_term, 8) + Sized(reason);
}

std::string Framed(const std::string& body) {
  return Big(body.size() + 4, 4) + body + Checksum(body);
}

std::string TranslogHeader(const std::string& uuid, int64_t primary_term) {
  const std::string header = Big(0x3fd7'6c17, 4) + Sized("translog") + Big(3, 4) +
                             Big(uuid.size(), 4) + uuid + Big(primary_term, 8);
  return header + Checksum(header);
}

std::string CheckpointFile(Product product, const CheckpointFacts& facts) {
  const bool low_first = product == Product::kOpenSearch2;
  const auto number = [&](int64_t value, int bytes) {
    std::string text = Big(value, bytes);
    if (low_first) {
      std::ranges::reverse(text);
    }
    return text;
  };
  const std::string body = Big(0x3fd7'6c17, 4) + Sized("ckp") + Big(low_first ? 4 : 3, 4) +
                           number(facts.offset, 8) + number(facts.max_seq_no + 1, 4) +
                           number(facts.generation, 8) + number(facts.max_seq_no < 0 ? -1 : 0, 8) +
                           number(facts.max_seq_no, 8) + number(facts.max_seq_no, 8) +
                           number(facts.min_generation, 8) + number(facts.trimmed_above_seq_no, 8) +
                           Big(0xc028'93e8, 4) + Big(0, 4);
  return body + Big(0, 4) + Checksum(body);
}

std::string IndexStateOf7() {
  constexpr std::string_view kState7 =
      "3fd76c1705737461746500000001000000013a290a05fa8061fa8676657273696f6ec88e6d617070696e"
      "675f76657273696f6ec48f73657474696e67735f76657273696f6ec28e616c69617365735f7665727369"
      "6f6ec291726f7574696e675f6e756d5f736861726473242080847374617465436f70656e877365747469"
      "6e6773fa92696e6465782e6372656174696f6e5f646174654c3137393537393431363937373397696e64"
      "65782e6e756d6265725f6f665f7265706c69636173403095696e6465782e6e756d6265725f6f665f7368"
      "61726473403192696e6465782e70726f76696465645f6e616d65406189696e6465782e75756964554c6d"
      "365165745f465448796b5432785154587a69767794696e6465782e76657273696f6e2e63726561746564"
      "4637313030323939fb876d617070696e6773f8fdb344464c00aa568a4fc94f56b2aa562a28ca2f482d2a"
      "c94c2d06f12a4044496541aa9295524e7e5eba522d1000000000ffff0300f986616c6961736573fafb8c"
      "7072696d6172795f7465726d73f8c2f992696e5f73796e635f616c6c6f636174696f6e73fa8030f85561"
      "522d766f563132536c364d7a6a414a634457366d77f9fb8c726f6c6c6f7665725f696e666ffafb857379"
      "7374656d22fbfbc02893e80000000000000000e4e9b6e5";
  std::string bytes;
  for (size_t i = 0; i + 1 < kState7.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(kState7.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

}  // namespace trafrec::test_support
