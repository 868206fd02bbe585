// A walk over the tokens of SMILE (github.com/FasterXML/smile-format-specification), with a stack
// for the containers: keys and values have token tables of their own. Keys that came before are
// named by their number. Strings that came before would be, too, if the header said so, which the
// products' writers never do.

#include "reconcile/translog/smile.h"

#include <fmt/format.h>

#include <vector>

#include "base/bytes.h"
#include "reconcile/translog/limits.h"
#include "reconcile/translog/stream_input.h"
#include "replay/json/json_tree.h"
#include "store/codec/content_decoder.h"

namespace trafrec::reconcile {
namespace {

constexpr uint8_t kSharedStrings = 0x02;
constexpr uint8_t kEndOfText = 0xfc;
/// Keys that can be named by number; the next one begins anew.
constexpr size_t kSharedKeys = 1'024;

class Walk {
 public:
  explicit Walk(std::string_view bytes) : input_(bytes) {}

  std::expected<std::string, std::string> Run() {
    const bool begins = input_.Bytes(3) == ":)\n";
    const uint8_t flags = input_.Byte();
    if (!begins || !input_.ok() || (flags & kSharedStrings) != 0) {
      return std::unexpected("it does not begin as SMILE does");
    }
    do {
      const bool in_object = !open_.empty() && open_.back() == '{';
      if (out_.size() > limits::kIndexStateBytes) {
        return std::unexpected("it is too large");  // a key's number is short, and the key is not
      }
      if (!(in_object ? Member() : Value(input_.Byte())) || !input_.ok()) {
        return std::unexpected(
            fmt::format("the token before {} bytes of its end is none", input_.left()));
      }
    } while (!open_.empty());
    return std::move(out_);
  }

 private:
  void Comma() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[' && out_.back() != ':') {
      out_ += ',';
    }
  }

  bool Open(char bracket) {
    Comma();
    out_ += bracket;
    open_.push_back(bracket);
    return open_.size() <= limits::kSmileDepth;
  }

  bool Close(char bracket) {
    out_ += bracket == '{' ? '}' : ']';
    open_.pop_back();
    return true;
  }

  void Text(std::string_view text) {
    Comma();
    out_ += json::Quoted(text);
  }

  void Word(std::string_view word) {
    Comma();
    out_ += word;
  }

  /// A key and its value, or the end of the object.
  bool Member() {
    const uint8_t token = input_.Byte();
    if (token == 0xfb) {
      return Close('{');
    }
    std::string key;
    if (token >= 0x40 && token < 0x80) {
      return Known(token - 0x40U) && Value(input_.Byte());
    }
    if (token >= 0x30 && token < 0x34) {
      return Known((token & 3U) << 8 | input_.Byte()) && Value(input_.Byte());
    }
    if (token >= 0x80 && token < 0xf8) {
      key = input_.Bytes(token < 0xc0 ? token - 0x80U + 1 : token - 0xc0U + 2);
      Remember(key);
    } else if (token == 0x34) {
      key = LongText();
    } else if (token != 0x20) {
      return false;
    }
    Key(key);
    return Value(input_.Byte());
  }

  void Key(std::string_view key) {
    Text(key);
    out_ += ':';
  }

  bool Known(size_t number) {
    if (number >= keys_.size()) {
      return false;
    }
    Key(keys_[number]);
    return true;
  }

  void Remember(const std::string& key) {
    if (keys_.size() == kSharedKeys) {
      keys_.clear();
    }
    keys_.push_back(key);
  }

  bool Value(uint8_t token) {
    if (token >= 0x40 && token < 0xc0) {
      // ASCII of 1-32 and 33-64 bytes, then any UTF-8 of 2-33 and 34-65.
      const bool ascii = token < 0x80;
      Text(input_.Bytes(ascii ? token - 0x40U + 1 : token - 0x80U + 2));
      return true;
    }
    if (token >= 0xc0 && token < 0xe0) {
      Word(std::to_string(ZigZag(token & 0x1fU)));
      return true;
    }
    switch (token) {
      case 0x20:
        Text("");
        return true;
      case 0x21:
        Word("null");
        return true;
      case 0x22:
        Word("false");
        return true;
      case 0x23:
        Word("true");
        return true;
      case 0x24:
      case 0x25:
        Word(std::to_string(ZigZag(Number())));
        return true;
      case 0x28:
        return Null(5);  // 32 bits, seven in a byte
      case 0x29:
        return Null(10);
      case 0xe0:
      case 0xe4:
        Text(LongText());
        return true;
      case 0xf8:
        return Open('[');
      case 0xf9:
        return !open_.empty() && open_.back() == '[' && Close('[');
      case 0xfa:
        return Open('{');
      case 0xfd:
        return Packed(input_.Bytes(Number()));
      default:
        return false;
    }
  }

  bool Null(uint64_t bytes) {
    input_.Bytes(bytes);
    Word("null");
    return true;
  }

  bool Packed(std::string_view bytes) {
    constexpr std::string_view kBegin("DFL\0", 4);
    if (bytes.starts_with(kBegin)) {
      const auto content = store::codec::DecodeContent(
          "deflate", AsBytes(bytes.substr(kBegin.size())), limits::kIndexStateBytes);
      if (content && content->complete && json::Tree::Parse(content->bytes)) {
        Word(content->bytes);
        return true;
      }
    }
    return Null(0);
  }

  std::string LongText() {
    std::string text;
    for (uint8_t byte = input_.Byte(); byte != kEndOfText && input_.ok(); byte = input_.Byte()) {
      text.push_back(static_cast<char>(byte));
    }
    return text;
  }

  /// Seven bits in a byte, the high ones first; the last byte has six, and its top bit set.
  uint64_t Number() {
    uint64_t value = 0;
    for (;;) {
      const uint8_t byte = input_.Byte();
      if ((byte & 0x80) != 0 || !input_.ok()) {
        return value << 6 | (byte & 0x3fU);
      }
      value = value << 7 | byte;
    }
  }

  static int64_t ZigZag(uint64_t value) {
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }

  StreamInput input_;
  std::string out_;
  std::vector<char> open_;  // brackets
  std::vector<std::string> keys_;
};

}  // namespace

std::expected<std::string, std::string> JsonOfSmile(std::string_view bytes) {
  return Walk(bytes).Run();
}

}  // namespace trafrec::reconcile
