// What a comparison found, to be judged by other rules later.
//
// How two answers differ does not depend on rules: they only hide what was found. So what is kept
// of a pair are its differences without the rules that hid them, a twentieth of what it took to
// find them. Rules that make bodies anew (map, sort, jq) are asked where something is still told,
// and rules with conditions on the request need that; then the answers are read after all.
// Rejected: keeping only that a pair does not differ, which of a search engine's answers nearly
// none are, as `took` stands in them.

#include "replay/compare/kept_pair.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "replay/compare/known_differences.h"
#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

/// Numbers in groups of seven bits, the lowest first.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void Put(uint64_t number) {
    while (number >= 0x80) {
      out_ += static_cast<char>(number | 0x80U);
      number >>= 7;
    }
    out_ += static_cast<char>(number);
  }
  /// -1 as 1, 1 as 2: small ones are short.
  void PutSigned(int64_t number) {
    Put((static_cast<uint64_t>(number) << 1) ^ static_cast<uint64_t>(number >> 63));
  }
  void PutText(std::string_view text) {
    Put(text.size());
    out_ += text;
  }
  void PutReal(double number) {
    std::array<char, sizeof(number)> bytes{};
    std::memcpy(bytes.data(), &number, sizeof(number));
    out_.append(bytes.data(), bytes.size());
  }

 private:
  std::string& out_;
};

/// After the first thing that is not there everything is nothing, and `ok` is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  uint64_t Take() {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= static_cast<uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) {
        return number;
      }
    }
    ok_ = false;
    return 0;
  }
  int64_t TakeSigned() {
    const uint64_t number = Take();
    return static_cast<int64_t>(number >> 1) ^ -static_cast<int64_t>(number & 1);
  }
  std::string_view TakeText() {
    const uint64_t length = Take();
    if (length > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return text;
  }
  double TakeReal() {
    double number = 0;
    if (rest_.size() < sizeof(number)) {
      ok_ = false;
      return 0;
    }
    std::memcpy(&number, rest_.data(), sizeof(number));
    rest_.remove_prefix(sizeof(number));
    return number;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

void Put(const Trip& trip, Writer& out) {
  out.Put(static_cast<uint64_t>(trip.by));
  out.PutSigned(trip.ns);
}

Trip TakeTrip(Reader& in) {
  Trip trip;
  trip.by = static_cast<TripBy>(std::min<uint64_t>(in.Take(), kTripBys - 1));
  trip.ns = in.TakeSigned();
  return trip;
}

/// Its place among all that are known, from 1; 0: nobody knows.
uint64_t NumberOf(const KnownDifference* known) {
  return known == nullptr ? 0 : static_cast<uint64_t>(known - KnownDifferences().data()) + 1;
}

void Put(const Difference& difference, Writer& out) {
  out.Put(static_cast<uint64_t>(difference.part));
  out.Put(static_cast<uint64_t>(difference.kind));
  out.PutText(difference.source_pointer);
  // Most of the time it is the same place.
  out.PutText(difference.target_pointer == difference.source_pointer ? "="
                                                                     : difference.target_pointer);
  out.PutText(difference.source);
  out.PutText(difference.target);
  out.Put(NumberOf(difference.known));
  out.Put(difference.overlap ? 1 : 0);
  if (difference.overlap) {
    out.Put(difference.overlap->source);
    out.Put(difference.overlap->target);
    out.Put(difference.overlap->both);
    out.PutReal(difference.overlap->correlation);
  }
}

std::optional<Difference> TakeDifference(Reader& in) {
  Difference difference;
  const uint64_t part = in.Take();
  const uint64_t kind = in.Take();
  difference.source_pointer = in.TakeText();
  difference.target_pointer = in.TakeText();
  if (difference.target_pointer == "=") {
    difference.target_pointer = difference.source_pointer;
  }
  difference.source = in.TakeText();
  difference.target = in.TakeText();
  const uint64_t known = in.Take();
  if (in.Take() != 0) {
    Overlap& overlap = difference.overlap.emplace();
    overlap.source = in.Take();
    overlap.target = in.Take();
    overlap.both = in.Take();
    overlap.correlation = in.TakeReal();
  }
  if (!in.ok() || part >= kParts || kind >= kKinds || known > KnownDifferences().size()) {
    return std::nullopt;
  }
  difference.part = static_cast<Part>(part);
  difference.kind = static_cast<Kind>(kind);
  difference.known = known == 0 ? nullptr : &KnownDifferences()[known - 1];
  return difference;
}

}  // namespace

std::string KeptForm(const Compared& pair, int source_status, int target_status) {
  const Differences& differences = pair.differences;
  const bool incomplete = differences.narrowed || differences.more > 0 ||
                          differences.found.size() >= limits::kDifferences;
  std::string bytes;
  Writer out(bytes);
  out.Put(incomplete ? 1 : 0);
  out.PutText(pair.shape);
  out.PutText(pair.source);
  out.PutText(pair.result);
  out.Put(static_cast<uint64_t>(source_status));
  out.Put(static_cast<uint64_t>(target_status));
  out.PutSigned(pair.times.began_at);
  out.PutSigned(pair.times.source_ns);
  out.PutSigned(pair.times.target_ns);
  Put(pair.times.source_trip, out);
  Put(pair.times.target_trip, out);
  out.Put(pair.sizes.source);
  out.Put(pair.sizes.target);
  out.Put(differences.redacted);
  out.PutText(differences.as_text);
  out.Put(incomplete ? 0 : differences.found.size());
  for (const Difference& each : differences.found) {
    if (!incomplete) {
      Put(each, out);
    }
  }
  return bytes;
}

std::optional<KeptPair> ReadKept(std::string_view bytes) {
  Reader in(bytes);
  KeptPair kept;
  kept.incomplete = in.Take() != 0;
  kept.pair.shape = in.TakeText();
  kept.pair.source = in.TakeText();
  kept.pair.result = in.TakeText();
  kept.source_status = static_cast<int>(in.Take());
  kept.target_status = static_cast<int>(in.Take());
  kept.pair.times.began_at = in.TakeSigned();
  kept.pair.times.source_ns = in.TakeSigned();
  kept.pair.times.target_ns = in.TakeSigned();
  kept.pair.times.source_trip = TakeTrip(in);
  kept.pair.times.target_trip = TakeTrip(in);
  kept.pair.sizes.source = in.Take();
  kept.pair.sizes.target = in.Take();
  kept.pair.differences.redacted = in.Take();
  kept.pair.differences.as_text = in.TakeText();
  for (uint64_t left = in.Take(); left > 0; --left) {
    std::optional<Difference> difference = TakeDifference(in);
    if (!difference) {
      return std::nullopt;
    }
    kept.pair.differences.found.push_back(*std::move(difference));
  }
  return in.ok() && in.at_end() ? std::optional(std::move(kept)) : std::nullopt;
}

std::optional<Compared> JudgeKept(KeptPair kept, const std::vector<Rule>& rules) {
  if (kept.incomplete) {
    return std::nullopt;
  }
  if (kept.pair.differences.none()) {
    return std::move(kept.pair);
  }
  const auto asks_of_request = [](const Rule& rule) {
    return rule.when != nullptr && rule.when->asks_of_request();
  };
  if (std::ranges::any_of(rules, asks_of_request)) {
    return std::nullopt;
  }
  const RulesHere here(rules, {.shape = kept.pair.shape,
                               .source_status = kept.source_status,
                               .target_status = kept.target_status,
                               .time = kept.pair.times.began_at});
  here.Judge(kept.pair.differences);
  if (here.make_anew() && kept.pair.differences.told() > 0) {
    return std::nullopt;
  }
  return std::move(kept.pair);
}

}  // namespace trafrec::compare
