#include "store/codec/content_encoder.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <utility>
#include <vector>

#include "base/check.h"
#include "store/codec/coding_names.h"

namespace trafrec::store::codec {
namespace {

// As fast as a client that compresses its requests would be.
constexpr int kBrotliQuality = 5;
constexpr int kZstdLevel = 3;

uint8_t* Room(std::string& out) { return reinterpret_cast<uint8_t*>(out.data()); }

/// `window_bits` beyond MAX_WBITS asks for gzip's wrapping.
std::string Deflated(Bytes body, int window_bits) {
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, body.size()), '\0');
  stream.next_in = const_cast<Bytef*>(body.data());
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = Room(out);
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstandard(Bytes body) {
  std::string out(ZSTD_compressBound(body.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), body.data(), body.size(), kZstdLevel);
  CHECK(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

std::string Brotli(Bytes body) {
  size_t size = BrotliEncoderMaxCompressedSize(body.size());
  std::string out(size, '\0');
  CHECK(BrotliEncoderCompress(kBrotliQuality, BROTLI_DEFAULT_WINDOW, BROTLI_DEFAULT_MODE,
                              body.size(), body.data(), &size, Room(out)) != BROTLI_FALSE);
  out.resize(size);
  return out;
}

Result<std::string> Encode(std::string_view coding, Bytes body) {
  constexpr int kGzip = 16 + MAX_WBITS;
  if (coding == "gzip" || coding == "x-gzip") {
    return Deflated(body, kGzip);
  }
  if (coding == "deflate") {
    return Deflated(body, MAX_WBITS);
  }
  if (coding == "zstd") {
    return Zstandard(body);
  }
  if (coding == "br") {
    return Brotli(body);
  }
  return UnknownCoding(coding);
}

}  // namespace

Result<std::string> EncodeContent(std::string_view encodings, Bytes body) {
  TRY_ASSIGN(const std::vector<std::string> names, CodingNames(encodings));
  std::string content(AsText(body));
  for (const std::string& name : names) {
    TRY_ASSIGN(content, Encode(name, AsBytes(content)));
  }
  return content;
}

}  // namespace trafrec::store::codec
