#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "base/error.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"
#include "tools/compare/answer_pairs.h"

namespace trafrec::tools {

/// Requests that a log has again and again: each is paired with the one before it that was the same
/// (method, target, body), unless what it reads was written in between, as far as names tell. One
/// thread; the reader must outlive it.
class RepeatPairs {
 public:
  RepeatPairs(store::LogReader& log, const dialect::Dialect& dialect)
      : log_(log), dialect_(dialect) {}

  /// In the log's order. Memory: the rows of the last limits::kRepeatsKept different requests.
  Status Run(const AnswerPairs::Visitor& visit);

 private:
  /// Method, target, and a hash of the body: who compares the pair looks at the body.
  using Key = std::tuple<std::string, std::string, uint64_t>;
  struct Last {
    store::ExchangeRow row;
    uint64_t number = 0;  ///< of the exchange, in the log's order
  };

  /// The pair, if there was one like it.
  Result<std::optional<RowPair>> Take(const store::ExchangeRow& row);
  /// Notes what a mutation writes. False: it is none.
  bool NoteMutation(const dialect::Meaning& meaning);
  /// The last exchange that may have written what is read.
  uint64_t LastWrite(const dialect::Meaning& meaning) const;
  void Keep(Key key, const store::ExchangeRow& row);

  store::LogReader& log_;
  const dialect::Dialect& dialect_;
  uint64_t number_ = 0;
  std::map<Key, Last> last_;
  std::deque<std::pair<Key, uint64_t>> order_;            ///< as they were kept, the oldest first
  std::map<std::string, uint64_t, std::less<>> written_;  ///< by index: the last mutation
  uint64_t written_any_ = 0;
  uint64_t written_unnamed_ = 0;  ///< of those that do not say which index
};

}  // namespace trafrec::tools
