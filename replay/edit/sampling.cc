// Samples by hash.
//
// A name is in the sample if the first 53 bits of its SHA-256, read as a number from 0 to 1, are
// below the share. So the answer depends on nothing but name and share, and a sample of 10% is a
// part of that of 20%. Rejected: std::hash (another one on another machine), every tenth (depends
// on what was read before).

#include "replay/edit/sampling.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "replay/dialect/target.h"

namespace trafrec::edit {
namespace {

constexpr int kBits = 53;  // of a double's fraction

}  // namespace

std::string_view NameOf(SampleBy by) {
  switch (by) {
    case SampleBy::kConnection:
      return "connection";
    case SampleBy::kDocument:
      return "document";
    case SampleBy::kTarget:
      break;
  }
  return "target";
}

Result<Sampler> Sampler::Make(std::string_view share, SampleBy by) {
  const bool percent = share.ends_with('%');
  const std::string_view digits = share.substr(0, share.size() - (percent ? 1 : 0));
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  value /= percent ? 100 : 1;
  if (error != std::errc() || stop != end || !(value > 0) || value > 1) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is no share of the traffic", share),
                "give it in percent, as in 10%, or as a number up to 1, as in 0.1");
  }
  return Sampler(value, by);
}

bool Sampler::Takes(std::string_view name) {
  hash_.Update(AsBytes(name));
  const store::crypto::Digest digest = hash_.Finish();
  const auto head = LoadBig<uint64_t>(digest.data());
  return std::ldexp(static_cast<double>(head >> (64 - kBits)), -kBits) < share_;
}

bool Sampler::TakesTarget(std::string_view target) { return Takes(dialect::NormalTarget(target)); }

bool Sampler::TakesOperation(const dialect::Operation& operation, const dialect::Outcome* outcome) {
  for (const dialect::Key& key : operation.keys) {
    if (key.scope == dialect::Scope::kDocument) {
      // By its id alone: an index has other names, its aliases.
      return Takes(key.id.empty() && outcome != nullptr ? outcome->id : key.id);
    }
  }
  return true;
}

}  // namespace trafrec::edit
