#include "store/codec/coding_names.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "store/codec/content_decoder.h"

namespace trafrec::store::codec {
Result<std::vector<std::string>> CodingNames(std::string_view encodings) {
  std::vector<std::string> names;
  while (!encodings.empty()) {
    const size_t comma = encodings.find(',');
    std::string name = LowerCase(Trimmed(encodings.substr(0, comma)));
    encodings = comma == std::string_view::npos ? "" : encodings.substr(comma + 1);
    if (name.empty() || name == "identity") {
      continue;
    }
    if (names.size() == kContentCodingsMax) {
      return Fail(ErrorCode::kUnsupported,
                  fmt::format("the body has more than {} content codings", kContentCodingsMax));
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::unexpected<Error> UnknownCoding(std::string_view name) {
  return Fail(ErrorCode::kUnsupported, fmt::format("the content coding '{}' is not known", name),
              "known are gzip, deflate, br, zstd and identity");
}

}  // namespace trafrec::store::codec
