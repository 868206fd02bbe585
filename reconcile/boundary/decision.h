#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

// Which of the writes of one document a copy holds. Pure functions.

namespace trafrec::reconcile {

/// What a write leaves of its document.
enum class Form : uint8_t {
  kWhole,   ///< what it says, whatever was there: index, create, delete
  kMerged,  ///< what was there, with fields put over it: the same again if it is done again
  kOther,   ///< what a script or an upsert makes of what was there
};

/// One write of a document that was carried out while the copy was taken.
struct SpanWrite {
  int64_t seq_no = 0;
  std::optional<int64_t> version{};
  Form form = Form::kOther;
  bool removes = false;  ///< it left no document
  bool told = true;      ///< an answer named its number; else it is one that fits
};

/// A document in the copy.
struct CopyDocument {
  enum class Kind : uint8_t {
    kUnknown,  ///< nobody can say as of which write
    kAbsent,
    kPresent,
  };
  Kind kind = Kind::kUnknown;
  std::optional<int64_t> seq_no{};   ///< of the write that it is as of
  std::optional<int64_t> version{};  ///< the source's
};

/// What becomes of a recorded mutation in a replay onto the copy.
enum class Share : uint8_t {
  kHeld,         ///< the copy has it
  kNothing,      ///< it changed nothing, or what came of it is in the copy if anything did
  kOverwritten,  ///< whether the copy has it or not, a later write puts another in its place
  kSent,         ///< the copy does not have it
  kEither,       ///< it is sent, and is right whether the copy has it or not
  kUndecided,    ///< it may be there, and would be wrong twice
};

/// "held", "nothing", "overwritten", "sent", "either", "undecided".
std::string_view NameOf(Share share);
/// Whether a replay leaves it out.
bool IsLeftOut(Share share);

/// The share of each of the writes of one document, which are in the order of their numbers. Those
/// before them are in the copy, those after them are not. `later_whole`: the first of those after
/// them that does not depend on what was there exists.
std::vector<Share> DecideDocument(std::span<const SpanWrite> writes, const CopyDocument& copy,
                                  bool later_whole);

}  // namespace trafrec::reconcile
