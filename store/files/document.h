#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/crypto/hash.h"
#include "store/crypto/signing.h"

namespace trafrec::store {

/// A signature with the public key that checks it. Whether that key is to be trusted is for the
/// reader to say.
struct DocumentSignature {
  crypto::PublicBytes key{};
  crypto::Signature bytes{};
};

/// The text of a manifest, a tombstone or the summary: a JSON object whose last two members are the
/// SHA-256 of what is before them, the body, and a signature of the body, or null. That hash names
/// the document, so signing it later changes no chain. docs/manifest.md is normative.
class Document {
 public:
  /// `object`: a JSON object with at least one member, each member on a line of its own.
  static Document Make(const std::string& object);
  /// kCorrupt unless `text` is to the byte what Text() of some Document gives.
  static Result<Document> Parse(std::string_view text);

  void Sign(const crypto::SigningKey& key);

  std::string Text() const;
  const std::string& body() const { return body_; }
  const crypto::Digest& hash() const { return hash_; }
  const std::optional<DocumentSignature>& signature() const { return signature_; }
  /// It is signed, and the key that it names made the signature.
  bool SignatureFits() const;

 private:
  explicit Document(std::string body);

  std::string body_;
  crypto::Digest hash_;
  std::optional<DocumentSignature> signature_;
};

}  // namespace trafrec::store
