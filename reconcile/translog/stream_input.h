#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trafrec::reconcile {

/// Reads values as both products write them into streams: numbers with the high byte first, lengths
/// as variable-length integers. After the first value that is not there all are empty, and ok() is
/// false. Borrows the bytes.
class StreamInput {
 public:
  explicit StreamInput(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  size_t left() const { return rest_.size(); }

  uint8_t Byte();
  int32_t Int();
  int64_t Long();
  uint32_t VariableInt();
  std::string_view Bytes(size_t size);
  /// A length, then the bytes.
  std::string_view SizedBytes() { return Bytes(VariableInt()); }
  /// The number of UTF-16 units, then each of them by itself in UTF-8's manner; given in UTF-8.
  /// Borrows `kept` where the two differ, else the input.
  std::string_view Text(std::string& kept);
  /// One byte that says whether a text follows.
  std::string_view OptionalText(std::string& kept);

 private:
  std::string_view Fail();

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace trafrec::reconcile
