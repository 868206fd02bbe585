#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace trafrec::import {

/// A value of a parsed document, or nothing. Asking nothing, or a value of another type, gives
/// nothing: what a file lacks is data. Borrows the document's parser.
class JsonValue {
 public:
  JsonValue() = default;
  explicit JsonValue(simdjson::dom::element element) : element_(element) {}

  /// The first member of that name.
  JsonValue operator[](std::string_view name) const {
    simdjson::dom::element member;
    return element_ && (*element_)[name].get(member) == simdjson::SUCCESS ? JsonValue(member)
                                                                          : JsonValue();
  }
  bool exists() const { return element_.has_value(); }
  bool is_object() const { return element_ && element_->is_object(); }
  bool is_array() const { return element_ && element_->is_array(); }

  std::optional<std::string_view> Text() const { return As<std::string_view>(); }
  std::string_view TextOr(std::string_view otherwise) const { return Text().value_or(otherwise); }
  std::optional<int64_t> Integer() const { return As<int64_t>(); }
  std::optional<uint64_t> Number() const { return As<uint64_t>(); }
  std::optional<double> Decimal() const { return As<double>(); }

  /// Calls `visit` with each element of an array.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    simdjson::dom::array array;
    if (element_ && element_->get(array) == simdjson::SUCCESS) {
      for (const simdjson::dom::element element : array) {
        visit(JsonValue(element));
      }
    }
  }
  /// The element of an array at that place.
  JsonValue At(size_t index) const {
    simdjson::dom::array array;
    simdjson::dom::element element;
    return element_ && element_->get(array) == simdjson::SUCCESS &&
                   array.at(index).get(element) == simdjson::SUCCESS
               ? JsonValue(element)
               : JsonValue();
  }

 private:
  template <typename T>
  std::optional<T> As() const {
    T value{};
    return element_ && element_->get(value) == simdjson::SUCCESS ? std::optional<T>(value)
                                                                 : std::nullopt;
  }

  std::optional<simdjson::dom::element> element_;
};

/// Parses one document after the other; a document is valid until the next. simdjson stays here.
class JsonParser {
 public:
  /// `text` must be followed by ByteSource::kPadding readable bytes. Nothing if it is no JSON.
  JsonValue Parse(std::string_view text) {
    simdjson::dom::element root;
    return parser_.parse(text.data(), text.size(), false).get(root) == simdjson::SUCCESS
               ? JsonValue(root)
               : JsonValue();
  }

 private:
  simdjson::dom::parser parser_;
};

}  // namespace trafrec::import
