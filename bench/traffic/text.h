#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/random.h"

namespace trafrec::bench {

using test_support::Random;

/// Writes JSON documents as a search engine holds them: log lines, products, ids, prices. Words
/// come from a fixed vocabulary with a natural skew, messages from templates with values put in, as
/// programs write them; ids and numbers are random. zstd -1 makes about a fifth of it.
class TextMaker {
 public:
  explicit TextMaker(Random& random);

  void AppendWords(std::string& out, size_t count);
  void AppendHex(std::string& out, size_t digits);
  void AppendNumber(std::string& out, uint64_t number);
  /// One document (an object without a line end) with a message of that many sentences.
  void AppendDocument(std::string& out, size_t sentences);

 private:
  const std::string& Skewed(const std::vector<std::string>& choices);
  void AppendSentence(std::string& out);

  Random& random_;
  std::vector<std::string> vocabulary_;
  std::vector<std::string> phrases_;  ///< halves of log messages, and titles
};

}  // namespace trafrec::bench
