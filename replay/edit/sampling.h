#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"
#include "store/crypto/hash.h"

namespace trafrec::edit {

/// What stays together in a sample.
enum class SampleBy : uint8_t {
  kConnection,  ///< all requests of a client's connection
  kDocument,    ///< all operations on a document; those on none are all taken
  kTarget,      ///< all requests with one path and query
};

/// "connection", "document", "target".
std::string_view NameOf(SampleBy by);

/// A part of the traffic, chosen by a hash of names: the same in each run and on each machine, and
/// a part of each larger sample. One thread at a time.
class Sampler {
 public:
  /// `share` as "10%" or "0.1".
  static Result<Sampler> Make(std::string_view share, SampleBy by);

  SampleBy by() const { return by_; }

  /// Whether what has that name is in the sample. With kConnection the name is the connection's,
  /// recorder and number.
  bool Takes(std::string_view name);
  /// With kTarget: path and query, normalised.
  bool TakesTarget(std::string_view target);
  /// With kDocument. `outcome`, if the answer is known, tells an automatic id.
  bool TakesOperation(const dialect::Operation& operation, const dialect::Outcome* outcome);

 private:
  Sampler(double share, SampleBy by) : share_(share), by_(by) {}

  double share_;
  SampleBy by_;
  store::crypto::Sha256 hash_;
};

}  // namespace trafrec::edit
