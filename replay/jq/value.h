#pragma once

extern "C" {
#include <jv.h>
}

#include <string>
#include <string_view>
#include <utility>

namespace trafrec::jq {

/// Owns one reference to a value of jq.
class Value {
 public:
  Value() : value_(jv_invalid()) {}
  /// Takes the reference over.
  explicit Value(jv value) : value_(value) {}
  ~Value() { jv_free(value_); }
  Value(const Value& other) : value_(jv_copy(other.value_)) {}
  Value(Value&& other) noexcept : value_(std::exchange(other.value_, jv_invalid())) {}
  Value& operator=(Value other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }

  /// Borrowed.
  jv get() const { return value_; }
  /// A reference for a function that takes it over, as jq's do.
  jv Copy() const { return jv_copy(value_); }
  jv Release() { return std::exchange(value_, jv_invalid()); }

  jv_kind kind() const { return jv_get_kind(value_); }
  bool valid() const { return kind() != JV_KIND_INVALID; }
  double number() const { return jv_number_value(value_); }
  std::string_view text() const {
    return {jv_string_value(value_), static_cast<size_t>(jv_string_length_bytes(Copy()))};
  }
  /// As jq prints it.
  std::string Dump() const { return std::string(Value(jv_dump_string(Copy(), 0)).text()); }

 private:
  jv value_;
};

inline Value StringValue(std::string_view text) {
  return Value(jv_string_sized(text.data(), static_cast<int>(text.size())));
}

}  // namespace trafrec::jq
