#pragma once

#include <string_view>

#include "replay/dialect/operation.h"

namespace trafrec::dialect {

/// The lines of an NDJSON body, one after another. A line ends with '\n'; what follows the last one
/// is a line too. Carriage returns belong to JSON's white space.
class Lines {
 public:
  explicit Lines(std::string_view body) : body_(body) {}

  bool done() const { return at_ >= body_.size(); }
  /// Takes the next line, with its end.
  ByteRange Next() {
    const size_t begin = at_;
    const size_t end = body_.find('\n', at_);
    at_ = end == std::string_view::npos ? body_.size() : end + 1;
    ++number_;
    return {begin, at_ - begin};
  }
  /// From 1; of the line taken last.
  size_t number() const { return number_; }

 private:
  std::string_view body_;
  size_t at_ = 0;
  size_t number_ = 0;
};

inline bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace trafrec::dialect
