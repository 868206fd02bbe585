#pragma once

#include <string_view>

#include "store/crypto/hash.h"
#include "store/overlay/overlay_entry.h"

namespace trafrec::store {

/// SHA-256 over entries and insertions: each field as its length in decimal digits, a colon, and
/// its bytes. docs/overlay.md lists the fields.
class OverlayDigest {
 public:
  void Add(const OverlayEntry& entry);
  void Add(const Insertion& insertion);
  crypto::Digest Finish() { return hash_.Finish(); }

 private:
  void Text(std::string_view text);
  void Number(int64_t number);
  void Position(const CommitPosition& position);

  crypto::Sha256 hash_;
};

}  // namespace trafrec::store
