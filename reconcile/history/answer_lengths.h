#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

// What the length of an answer says of which nobody saw more.
//
// TCP numbers the bytes of an answer that was not captured. A search engine answers the write of
// one document with a few members of known length: index, id, a word, and three numbers. How long
// the rest is (fields of the head, names of members, shards) the log's other answers to the like
// show, byte for byte. A refusal repeats its type and its reason twice, which no success has room
// for.

namespace trafrec::reconcile {

/// Which numbers an answer may have in it, by their digits.
struct Digits {
  int least = 1;
  int most = 1;
};

/// Of a number that is not negative, in decimal.
int DigitsOf(int64_t number);

/// An answer that was not seen, as far as its request tells of it.
struct AwaitedAnswer {
  std::string like{};  ///< which answers it is comparable to
  dialect::Kind kind = dialect::Kind::kIndex;
  bool upserts = false;
  uint64_t named = 0;      ///< bytes of index and id in its body
  uint64_t location = 0;   ///< bytes of its field Location, if it has one
  uint64_t echoed = 0;     ///< bytes of its field X-Opaque-Id, if it has one
  bool locatable = false;  ///< `location` is known
};

enum class LengthSays : uint8_t {
  kNothing,
  kWrote,           ///< as long as one that says that it took a number, and as no other success
  kChangedNothing,  ///< as long as a noop's
};

/// Learns from the answers of a log, in any order. One thread.
class AnswerLengths {
 public:
  /// Nothing if it is no write of one document whose answer goes by these rules. `index`: the one
  /// behind the name in the request.
  static std::optional<AwaitedAnswer> Await(const dialect::RequestView& request,
                                            const dialect::Meaning& meaning,
                                            const std::string& index, const std::string& id);

  void Learn(const store::StoredMessage& answer, const AwaitedAnswer& awaited,
             const dialect::Outcome& outcome);

  /// `bytes`: of the answer, head and body. `written`, `found`: what its version and number may
  /// have, if it wrote, and if it found the document as it was.
  struct Numbers {
    Digits version{};
    Digits seq_no{};
  };
  LengthSays Read(const AwaitedAnswer& awaited, uint64_t bytes, const Numbers& written,
                  const Numbers& found) const;

 private:
  /// Bytes of head and body that do not depend on the single answer.
  using Rest = std::pair<uint64_t, uint64_t>;

  std::map<std::string, std::set<Rest>> rests_;
};

}  // namespace trafrec::reconcile
