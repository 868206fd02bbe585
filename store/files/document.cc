#include "store/files/document.h"

#include <fmt/format.h>

#include "base/check.h"
#include "store/crypto/encoding.h"

namespace trafrec::store {
namespace {

constexpr std::string_view kObjectEnd = "\n}";
constexpr std::string_view kHashLine = "  \"body_sha256\": \"";
constexpr std::string_view kSignatureLine = "\",\n  \"signature\": ";
constexpr std::string_view kNoSignature = "null\n}\n";
constexpr std::string_view kKeyStart = "{\"key\": \"";
constexpr std::string_view kBytesStart = "\", \"ed25519\": \"";
constexpr std::string_view kSignatureEnd = "\"}\n}\n";

/// Takes hexadecimal digits for all of `out`, and `end` behind them, from the front of `text`.
bool TakeHex(std::string_view& text, std::span<uint8_t> out, std::string_view end) {
  const size_t digits = 2 * out.size();
  if (text.size() < digits + end.size() || text.substr(digits, end.size()) != end ||
      !crypto::FromHex(text.substr(0, digits), out)) {
    return false;
  }
  text.remove_prefix(digits + end.size());
  return true;
}

std::unexpected<Error> NotOurs() {
  return Fail(ErrorCode::kCorrupt, "it does not end with body_sha256 and signature");
}

}  // namespace

Document::Document(std::string body)
    : body_(std::move(body)), hash_(crypto::Sha256::Of(AsBytes(body_))) {}

Document Document::Make(const std::string& object) {
  CHECK(object.ends_with(kObjectEnd));
  return Document(object.substr(0, object.size() - kObjectEnd.size()) + ",\n");
}

Result<Document> Document::Parse(std::string_view text) {
  const size_t at = text.rfind(kHashLine);
  if (at == std::string_view::npos) {
    return NotOurs();
  }
  Document document(std::string(text.substr(0, at)));
  std::string_view rest = text.substr(at + kHashLine.size());
  crypto::Digest hash{};
  if (!TakeHex(rest, hash, kSignatureLine)) {
    return NotOurs();
  }
  if (hash != document.hash_) {
    return Fail(ErrorCode::kCorrupt, "it was altered: its bytes do not give its body_sha256");
  }
  if (rest == kNoSignature) {
    return document;
  }
  DocumentSignature& signature = document.signature_.emplace();
  if (!rest.starts_with(kKeyStart)) {
    return NotOurs();
  }
  rest.remove_prefix(kKeyStart.size());
  if (!TakeHex(rest, signature.key, kBytesStart) ||
      !TakeHex(rest, signature.bytes, kSignatureEnd) || !rest.empty()) {
    return NotOurs();
  }
  return document;
}

void Document::Sign(const crypto::SigningKey& key) {
  signature_ = {key.verify_key().bytes(), key.Sign(AsBytes(body_))};
}

std::string Document::Text() const {
  std::string text =
      fmt::format("{}{}{}{}", body_, kHashLine, crypto::ToHex(hash_), kSignatureLine);
  if (!signature_) {
    return text.append(kNoSignature);
  }
  return text + fmt::format("{}{}{}{}{}", kKeyStart, crypto::ToHex(signature_->key), kBytesStart,
                            crypto::ToHex(signature_->bytes), kSignatureEnd);
}

bool Document::SignatureFits() const {
  return signature_ && crypto::VerifyKey(signature_->key).Verify(AsBytes(body_), signature_->bytes);
}

}  // namespace trafrec::store
