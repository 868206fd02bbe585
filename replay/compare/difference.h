#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trafrec::compare {

/// In which way two values are not the same.
enum class Kind : uint8_t {
  kValue,    ///< both have a value of one type there, and it is another
  kType,     ///< a string here, a number there
  kMissing,  ///< the source has something there, the target has nothing
  kAdded,    ///< the target has something there, the source has nothing
  kOrder,    ///< of a list whose elements have names: hits, buckets
  kOverlap,  ///< such a list has elements that the other one does not have
};

inline constexpr size_t kKinds = 6;

/// "value", "type", "missing", "added", "order", "overlap".
std::string_view NameOf(Kind kind);

/// Of what of two answers.
enum class Part : uint8_t {
  kStatus,  ///< no pointer
  kField,   ///< of the head; its name is the pointer's only token
  kLine,    ///< of a body that is text; its number, from 1, is the pointer's first token, and the
            ///< others a place in it if it is JSON
  kBody,    ///< a place in its JSON, or the whole
};

inline constexpr size_t kParts = 4;

/// "status", "field", "line", "body".
std::string_view NameOf(Part part);

/// What two lists, whose elements have names, have in common.
struct Overlap {
  uint64_t source = 0;  ///< elements
  uint64_t target = 0;
  uint64_t both = 0;
  double correlation = 1;  ///< of the order of those in both, as Kendall has it: 1 is the same

  bool operator==(const Overlap&) const = default;
};

struct KnownDifference;

/// One place at which two answers, or two documents, are not the same.
struct Difference {
  Part part = Part::kBody;
  Kind kind = Kind::kValue;
  /// Where, as RFC 6901 writes it; "" is the whole. The places differ behind elements that only one
  /// side has. Of what is not there: where it would be.
  std::string source_pointer{};
  std::string target_pointer{};
  /// The JSON text there, cut to limits::kShownBytes; "" if there is nothing. Of kOverlap the names
  /// of those that only this side has.
  std::string source{};
  std::string target{};
  std::optional<Overlap> overlap{};        ///< of kOverlap and kOrder
  const KnownDifference* known = nullptr;  ///< what explains it; null: nobody knows
  std::optional<uint32_t> rule{};  ///< that hides it, by its place in the list; nothing: it is told

  bool operator==(const Difference&) const = default;
};

/// Where it is on the side that has something there; on the source's where both have.
const std::string& PointerOf(const Difference& difference);
/// Whether it is a place in a line that is JSON: rules of bodies see each line as a document.
bool IsInJsonLine(const Difference& difference);
/// Without the line: its place in the document that the line is.
std::string_view PlaceInLine(std::string_view pointer);
/// Whether a token is the number of an element.
bool IsElement(std::string_view token);

/// Whether something stands in it that redaction put in the place of a secret: it is like nothing
/// that another recording has.
bool HasRedacted(std::string_view text);

/// The same, with the sides changed; what explains it is told of one direction only.
Difference Mirrored(Difference difference);

struct Differences {
  std::vector<Difference> found{};
  uint64_t more = 0;  ///< that were found beyond limits::kDifferences
  /// Values that redaction replaced on one side, and so cannot be compared.
  uint64_t redacted = 0;
  /// Why bodies that are called JSON were compared as text; "": they were not.
  std::string as_text{};
  /// A rule made the bodies anew, and others were found then.
  bool narrowed = false;

  bool none() const { return found.empty(); }
  /// Those that no rule hides.
  uint64_t told() const;
  /// Keeps it, or counts it.
  void Add(Difference difference);
  /// The same with all of them; those that a rule hides are kept.
  void Add(Differences more_of_them);
};

/// What a Difference keeps of a value: cut to limits::kShownBytes, not within a character of UTF-8.
std::string Shown(std::string_view text);
/// The same of two values; where both are long and the same at the beginning, from shortly before
/// the place where they differ.
std::pair<std::string, std::string> ShownWhereTheyDiffer(std::string_view source,
                                                         std::string_view target);

/// In one sentence: "hits.total.value: 1,204 at the source, 1,198 at the target (-0.5%)".
std::string InWords(const Difference& difference);

}  // namespace trafrec::compare
