#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace trafrec::jq {

/// Where stand-ins lie. A program that compares a number with one near by decides right on one
/// side.
enum class Side : uint8_t { kAwayFromZero, kTowardZero };

/// The numbers of one JSON text that jq would print in another way than they are written: 1.0,
/// 1e400, 9007199254740993. Each text has a double, which jq computes with, and another double
/// nearby as its stand-in, which no other number of the text has.
class Numbers {
 public:
  /// Takes a number of the text; all of them before any question. Returns its double.
  double Add(std::string_view text);
  /// Chooses the stand-ins, all larger than the numbers or all smaller ones. False: there are too
  /// many numbers beside each other.
  bool ChooseStandIns(Side side);

  /// Whether any number needs to be kept.
  bool any() const { return !kept_.empty(); }
  /// Whether some number that is kept has this double.
  bool IsKept(double value) const;
  /// The double in the place of a number of the text: its stand-in, or its own if jq prints it as
  /// it is written.
  double StandInOf(std::string_view text);
  /// The text with this double for which `stand_in` stands; nothing if there is none.
  std::optional<std::string_view> Behind(double stand_in, double value) const;
  /// The text of a number with this double, where the place that it came from is not known. Nothing
  /// if it cannot be told from a number that the program computed: a text of another value than its
  /// double's has it too.
  std::optional<std::string_view> TextOf(double value) const;

 private:
  struct Kept {
    std::string text;
    double value = 0;
    double stand_in = 0;
    bool exact = false;  // jq would print the same number
  };

  std::vector<Kept> kept_;
  std::unordered_map<std::string, size_t> by_text_;
  std::unordered_map<uint64_t, std::vector<size_t>> by_value_;
  std::unordered_map<uint64_t, size_t> by_stand_in_;
  std::unordered_set<uint64_t> taken_;
};

/// Whether two texts of numbers are the same number, written in whatever way.
bool SameDecimal(std::string_view a, std::string_view b);

}  // namespace trafrec::jq
