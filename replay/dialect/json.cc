#include "replay/dialect/json.h"

#include <simdjson.h>

#include <charconv>
#include <memory>
#include <vector>

#include "base/check.h"
#include "replay/dialect/limits.h"

namespace trafrec::dialect {
namespace {

namespace sj = simdjson::ondemand;

/// What the values of one text share. Kept by each thread: making a parser costs more than a line.
struct Reader {
  sj::parser parser;
  std::vector<char> bytes;  // the text and its padding
  simdjson::error_code error = simdjson::SUCCESS;
  bool busy = false;
};

class Value final : public JsonValue {
 public:
  Value(Reader& reader, sj::value value) : reader_(reader), value_(value) {}

  Type type() override {
    sj::json_type type{};
    if (Failed(value_.type().get(type))) {
      return Type::kBroken;
    }
    switch (type) {
      case sj::json_type::object:
        return Type::kObject;
      case sj::json_type::array:
        return Type::kArray;
      case sj::json_type::string:
        return Type::kString;
      case sj::json_type::number:
        return Type::kNumber;
      case sj::json_type::boolean:
        return Type::kBoolean;
      case sj::json_type::null:
        break;
    }
    return Type::kNull;
  }

  std::optional<std::string> Text() override {
    switch (type()) {
      case Type::kString: {
        std::string_view text;
        return Failed(value_.get_string().get(text)) ? std::nullopt
                                                     : std::optional(std::string(text));
      }
      case Type::kBoolean: {
        bool truth = false;
        return Failed(value_.get_bool().get(truth))
                   ? std::nullopt
                   : std::optional<std::string>(truth ? "true" : "false");
      }
      case Type::kNumber: {
        const std::string_view token = value_.raw_json_token();
        std::string digits(token.substr(0, token.find_last_not_of(" \t\r\n") + 1));
        double number = 0;
        return Failed(value_.get_double().get(number)) ? std::nullopt
                                                       : std::optional(std::move(digits));
      }
      default:
        return std::nullopt;
    }
  }

  void EachMember(const MemberVisitor& visit) override {
    sj::object object;
    if (type() != Type::kObject || Failed(value_.get_object().get(object))) {
      return;
    }
    for (auto field : object) {
      std::string_view key;
      sj::value value;
      if (Failed(field.unescaped_key().get(key)) || Failed(field.value().get(value))) {
        return;
      }
      Value member(reader_, value);
      visit(key, member);
      if (reader_.error != simdjson::SUCCESS) {
        return;
      }
    }
  }

  void EachElement(const ElementVisitor& visit) override {
    sj::array array;
    if (type() != Type::kArray || Failed(value_.get_array().get(array))) {
      return;
    }
    for (auto element : array) {
      sj::value value;
      if (Failed(element.get(value))) {
        return;
      }
      Value member(reader_, value);
      visit(member);
      if (reader_.error != simdjson::SUCCESS) {
        return;
      }
    }
  }

 private:
  bool Failed(simdjson::error_code error) {
    if (error != simdjson::SUCCESS && reader_.error == simdjson::SUCCESS) {
      reader_.error = error;
    }
    return error != simdjson::SUCCESS;
  }

  Reader& reader_;
  sj::value value_;
};

simdjson::error_code Walk(Reader& reader, std::string_view text,
                          const std::function<void(JsonValue&)>& visit) {
  // simdjson reads up to its padding beyond the end.
  reader.bytes.assign(text.size() + simdjson::SIMDJSON_PADDING, ' ');
  std::copy(text.begin(), text.end(), reader.bytes.begin());
  reader.error = simdjson::SUCCESS;
  sj::document document;
  const auto begun = reader.parser
                         .iterate(simdjson::padded_string_view(reader.bytes.data(), text.size(),
                                                               reader.bytes.size()))
                         .get(document);
  if (begun != simdjson::SUCCESS) {
    return begun;
  }
  sj::value root;
  if (const auto error = document.get_value().get(root); error != simdjson::SUCCESS) {
    return error;
  }
  Value value(reader, root);
  visit(value);
  return reader.error;
}

}  // namespace

std::optional<int64_t> IntegerOf(const std::optional<std::string>& text) {
  int64_t value = 0;
  if (!text) {
    return std::nullopt;
  }
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  return error == std::errc() && stop == end && !text->empty() ? std::optional(value)
                                                               : std::nullopt;
}

std::string ReadJson(std::string_view text, const std::function<void(JsonValue& root)>& visit) {
  static thread_local std::unique_ptr<Reader> reader;
  if (text.size() > limits::kJsonBytes) {
    return "the JSON is longer than 64 MiB";
  }
  if (reader == nullptr) {
    reader = std::make_unique<Reader>();
  }
  CHECK(!reader->busy);
  reader->busy = true;
  const simdjson::error_code error = Walk(*reader, text, visit);
  reader->busy = false;
  if (reader->bytes.size() > limits::kJsonKeptBytes) {
    reader.reset();
  }
  return error == simdjson::SUCCESS ? "" : simdjson::error_message(error);
}

}  // namespace trafrec::dialect
