// The writes of one document around the instant of a copy.
//
// The source carries out the writes of a document one after another, and a copy shows it as of one
// instant: it has the first so many of them and none of the rest. How many, the number that the
// document has in the copy says, or its version. A document that is not in the copy was removed by
// then, or not yet made. The last removal may be taken for the one that the copy shows: should it
// have been an earlier one, then what came between made the document and removed it again, and
// leaving that out changes nothing.
//
// Where the copy does not say as of when a document is, writes are sent that are right either way:
// from the last one on that does not depend on what was there; or all, if each only puts fields
// over what was there, since the whole row of them once more leads to the same document. Rejected:
// to compare the document's text with what writes make of it, because two counts of five look
// alike.

#include "reconcile/boundary/decision.h"

#include <algorithm>

namespace trafrec::reconcile {
namespace {

/// The first `held` of them are in the copy.
std::vector<Share> Cut(size_t writes, size_t held) {
  std::vector<Share> shares(writes, Share::kSent);
  std::fill_n(shares.begin(), held, Share::kHeld);
  return shares;
}

std::vector<Share> EitherWay(std::span<const SpanWrite> writes, bool later_whole) {
  std::vector<Share> shares(writes.size(), Share::kEither);
  for (size_t i = writes.size(); i > 0; --i) {
    if (writes[i - 1].form == Form::kWhole) {
      std::fill_n(shares.begin(), i - 1, Share::kOverwritten);
      std::fill(shares.begin() + static_cast<ptrdiff_t>(i), shares.end(), Share::kSent);
      return shares;
    }
  }
  if (std::ranges::all_of(writes, [](const SpanWrite& w) { return w.form == Form::kMerged; })) {
    return shares;
  }
  std::ranges::fill(shares, later_whole ? Share::kOverwritten : Share::kUndecided);
  return shares;
}

/// Versions count the writes of a document unless it was forgotten in between, or the client gives
/// them.
bool VersionsGrow(std::span<const SpanWrite> writes) {
  const bool all =
      std::ranges::all_of(writes, [](const SpanWrite& w) { return w.version.has_value(); });
  return all && std::ranges::is_sorted(writes, std::ranges::less_equal(), &SpanWrite::version);
}

}  // namespace

std::string_view NameOf(Share share) {
  switch (share) {
    case Share::kHeld:
      return "held";
    case Share::kNothing:
      return "nothing";
    case Share::kOverwritten:
      return "overwritten";
    case Share::kSent:
      return "sent";
    case Share::kEither:
      return "either";
    case Share::kUndecided:
      break;
  }
  return "undecided";
}

bool IsLeftOut(Share share) {
  return share == Share::kHeld || share == Share::kNothing || share == Share::kOverwritten;
}

std::vector<Share> DecideDocument(std::span<const SpanWrite> writes, const CopyDocument& copy,
                                  bool later_whole) {
  if (copy.kind == CopyDocument::Kind::kAbsent) {
    size_t held = 0;
    for (size_t i = 0; i < writes.size(); ++i) {
      held = writes[i].removes ? i + 1 : held;
    }
    return Cut(writes.size(), held);
  }
  if (copy.kind == CopyDocument::Kind::kPresent && copy.seq_no) {
    const auto held = std::ranges::upper_bound(writes, *copy.seq_no, {}, &SpanWrite::seq_no);
    return Cut(writes.size(), static_cast<size_t>(held - writes.begin()));
  }
  if (copy.kind == CopyDocument::Kind::kPresent && copy.version && VersionsGrow(writes)) {
    const auto held = std::ranges::upper_bound(writes, copy.version, {}, &SpanWrite::version);
    return Cut(writes.size(), static_cast<size_t>(held - writes.begin()));
  }
  return EitherWay(writes, later_whole);
}

}  // namespace trafrec::reconcile
