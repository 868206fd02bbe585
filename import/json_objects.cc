// Entries of a HAR file, one by one.
//
// A HAR file is one JSON document, often larger than memory, and may be cut or damaged anywhere. So
// entries are cut out of it by their brackets and strings, each is parsed as a document of its own,
// and after damage the search for the next whole object goes on at every bracket that opens one.
// Nesting is bounded, so a byte is looked at a bounded number of times, whatever the file holds.
//
// Rejected: a streaming (SAX) parser. It gives up at the first wrong byte, knows nothing of where
// the next entry begins, and holds a string of any length that a file likes.

#include "import/json_objects.h"

#include <array>
#include <string>
#include <string_view>

#include "import/limits.h"

namespace trafrec::import {
namespace {

enum class Class : uint8_t { kIllegal, kPlain, kQuote, kOpen, kClose };

constexpr std::array<Class, 256> MakeClasses() {
  std::array<Class, 256> classes{};
  for (const char c : std::string_view(
           "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-.,: \t\r\n")) {
    classes[static_cast<uint8_t>(c)] = Class::kPlain;
  }
  classes['"'] = Class::kQuote;
  classes['{'] = classes['['] = Class::kOpen;
  classes['}'] = classes[']'] = Class::kClose;
  return classes;
}
constexpr std::array<Class, 256> kClasses = MakeClasses();

/// Goes through a text of JSON without looking back; a bit a level says which bracket opened it.
class BracketScanner {
 public:
  enum class State : uint8_t { kMore, kDone, kBroken, kTooDeep };

  /// Takes text[at…]; kDone leaves `at` behind the last bracket.
  State Run(std::string_view text, size_t& at) {
    while (at < text.size()) {
      if (in_string_) {
        if (!SkipString(text, at)) {
          return State::kBroken;
        }
        continue;
      }
      const char c = text[at++];
      switch (kClasses[static_cast<uint8_t>(c)]) {
        case Class::kPlain:
          break;
        case Class::kQuote:
          in_string_ = true;
          break;
        case Class::kOpen:
          if (depth_ == limits::kJsonDepth) {
            return State::kTooDeep;
          }
          brackets_ = brackets_ << 1U | (c == '{' ? 1U : 0U);
          ++depth_;
          break;
        case Class::kClose:
          if ((brackets_ & 1U) != (c == '}' ? 1U : 0U)) {
            return State::kBroken;
          }
          brackets_ >>= 1U;
          if (--depth_ == 0) {
            return State::kDone;
          }
          break;
        case Class::kIllegal:
          return State::kBroken;
      }
    }
    return State::kMore;
  }

 private:
  bool SkipString(std::string_view text, size_t& at) {
    for (; at < text.size(); ++at) {
      const auto byte = static_cast<uint8_t>(text[at]);
      if (escaped_) {
        escaped_ = false;
      } else if (byte == '\\') {
        escaped_ = true;
      } else if (byte == '"') {
        in_string_ = false;
        ++at;
        return true;
      } else if (byte < 0x20) {
        return false;
      }
    }
    return true;
  }

  static_assert(limits::kJsonDepth <= 64);
  uint64_t brackets_ = 0;
  size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Reads what stands before the entries: where strings and brackets are, and the names on the way.
class PrologueReader {
 public:
  enum class State : uint8_t { kMore, kFound, kNone };

  State Take(char c) {
    if (in_string_) {
      TakeInString(c);
      return State::kMore;
    }
    if (IsBlank(c)) {
      return State::kMore;
    }
    if (c == '"') {
      in_string_ = true;
      last_.clear();
    } else if (c == ':') {
      name_ = last_;
    } else if (c == '{' || c == '[') {
      if (c == '[' && depth_ == 2 && in_log_ && name_ == "entries") {
        return State::kFound;
      }
      in_log_ |= c == '{' && depth_ == 1 && name_ == "log";
      ++depth_;
    } else if (c == '}' || c == ']') {
      --depth_;
      in_log_ = in_log_ && depth_ > 1;
    }
    return depth_ > 0 && depth_ <= limits::kJsonDepth ? State::kMore : State::kNone;
  }

 private:
  void TakeInString(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    } else if (last_.size() < 16) {
      last_ += c;
    }
  }

  size_t depth_ = 0;
  bool in_log_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  std::string last_;  // string; no name that is looked for is longer than what is kept
  std::string name_;
};

}  // namespace

Result<ObjectEnd> FindObjectEnd(ByteSource& source) {
  BracketScanner scanner;
  size_t at = 0;
  while (true) {
    TRY_ASSIGN(const std::string_view text, source.Want(at + 1));
    if (at == text.size()) {
      return ObjectEnd{ObjectEnd::Kind::kCut, at};
    }
    switch (scanner.Run(text.substr(0, limits::kRecordBytes), at)) {
      case BracketScanner::State::kDone:
        return ObjectEnd{ObjectEnd::Kind::kWhole, at};
      case BracketScanner::State::kBroken:
        return ObjectEnd{ObjectEnd::Kind::kBroken, at};
      case BracketScanner::State::kTooDeep:
        return ObjectEnd{ObjectEnd::Kind::kTooDeep, at};
      case BracketScanner::State::kMore:
        break;
    }
    if (at >= limits::kRecordBytes) {
      return ObjectEnd{ObjectEnd::Kind::kTooLarge, at};
    }
  }
}

Result<HarEntrance> EnterHarEntries(ByteSource& source) {
  PrologueReader reader;
  const uint64_t end = source.offset() + limits::kPrologueBytes;
  while (source.offset() < end) {
    TRY_ASSIGN(const std::string_view text, source.Want(1));
    for (size_t at = 0; at < text.size(); ++at) {
      const PrologueReader::State state = reader.Take(text[at]);
      if (state != PrologueReader::State::kMore) {
        source.Skip(at + 1);
        return state == PrologueReader::State::kFound ? HarEntrance::kFound : HarEntrance::kNone;
      }
    }
    if (text.empty()) {
      return HarEntrance::kCut;
    }
    source.Skip(text.size());
  }
  return HarEntrance::kNone;
}

}  // namespace trafrec::import
