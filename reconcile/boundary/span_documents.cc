#include "reconcile/boundary/span_documents.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconcile/boundary/limits.h"

namespace trafrec::reconcile {
namespace {

std::string WordsOf(Share share, const CopyDocument& copy) {
  const std::string as_of = copy.seq_no    ? fmt::format("number {}", *copy.seq_no)
                            : copy.version ? fmt::format("version {}", *copy.version)
                                           : std::string();
  switch (share) {
    case Share::kHeld:
    case Share::kSent:
      if (copy.kind == CopyDocument::Kind::kAbsent) {
        return "the copy does not have the document";
      }
      return as_of.empty() ? "it follows a write that puts a whole document there"
                           : "the copy has the document as of " + as_of;
    case Share::kOverwritten:
      return "a later write puts a whole document in its place, whether the copy has this one or "
             "not";
    case Share::kEither:
      return "right whether the copy has it or not";
    default:
      return "the copy may have it, and it would be wrong twice: ask the restored target with "
             "--target, or let the backfill show versions";
  }
}

}  // namespace

Status SpanDocuments::Add(SpanMutation mutation, std::optional<uint32_t> shard, SpanWrite write) {
  if (++writes_ > limits::kSpanOperations) {
    return Fail(
        ErrorCode::kUnsupported,
        fmt::format("more than {} mutations ran while the backfill was taken",
                    limits::kSpanOperations),
        "name the restored target with --target, whose numbers decide most of them at once");
  }
  const auto [place, is_new] = documents_.try_emplace(mutation.document);
  if (shard && write.told) {
    numbers_.try_emplace({mutation.document.index, {*shard, write.seq_no}}, &place->first);
  }
  place->second.writes.push_back({std::move(mutation), shard, write});
  return {};
}

void SpanDocuments::AddHeld(const DocumentName& name, int64_t seq_no) {
  if (const auto place = documents_.find(name); place != documents_.end()) {
    place->second.held = std::max(place->second.held.value_or(seq_no), seq_no);
  }
}

void SpanDocuments::AddLater(const DocumentName& name, int64_t seq_no, Form form) {
  const auto place = documents_.find(name);
  if (place != documents_.end() && (!place->second.later || seq_no < place->second.later->first)) {
    place->second.later = {seq_no, form};
  }
}

Status SpanDocuments::Decide(Copy* copy, const Decided& decided) {
  std::erase_if(documents_, [](const auto& each) { return each.second.writes.empty(); });
  std::vector<DocumentName> names;
  names.reserve(documents_.size());
  for (const auto& [name, document] : documents_) {
    names.push_back(name);
  }
  std::vector<CopyDocument> found(names.size());
  if (copy != nullptr && !names.empty()) {
    TRY_ASSIGN(found, copy->Documents(names));
  }
  for (size_t i = 0; i < names.size(); ++i) {
    Document& document = documents_[names[i]];
    std::ranges::stable_sort(document.writes, {},
                             [](const Pending& each) { return each.write.seq_no; });
    TRY(CheckNumber(names[i], document, found[i]));
    TRY(DecideOne(document, found[i], decided));
  }
  return {};
}

Status SpanDocuments::CheckNumber(const DocumentName& name, const Document& document,
                                  const CopyDocument& copy) const {
  const std::optional<uint32_t> shard = document.writes.front().shard;
  if (copy.seq_no && shard) {
    const auto whose = numbers_.find({name.index, {*shard, *copy.seq_no}});
    if (whose != numbers_.end() && *whose->second != name) {
      return Fail(
          ErrorCode::kUsage,
          fmt::format("the target is not the copy of this log's source: it has document {} of "
                      "{} as of number {}, which the source gave to document {}",
                      name.id, name.index, *copy.seq_no, whose->second->id),
          "name the target that was restored from this backfill");
    }
  }
  return {};
}

/// What comes before a write that the copy holds is held, what comes after one that it does not
/// hold is not; the copy decides the rest.
Status SpanDocuments::DecideOne(Document& document, const CopyDocument& copy,
                                const Decided& decided) {
  std::vector<Share> shares(document.writes.size(), Share::kHeld);
  std::vector<SpanWrite> between;
  size_t first = 0;
  for (size_t i = 0; i < document.writes.size(); ++i) {
    const SpanWrite& write = document.writes[i].write;
    if (document.held && write.seq_no < *document.held) {
      first = i + 1;
    } else if (document.later && write.seq_no > document.later->first) {
      shares[i] = Share::kSent;
    } else {
      between.push_back(write);
    }
  }
  const bool later_whole = document.later && document.later->second == Form::kWhole;
  std::ranges::copy(DecideDocument(between, copy, later_whole),
                    shares.begin() + static_cast<ptrdiff_t>(first));
  for (size_t i = 0; i < shares.size(); ++i) {
    SpanMutation& mutation = document.writes[i].mutation;
    mutation.share = shares[i];
    mutation.remove_first = mutation.remove_first && shares[i] == Share::kEither;
    mutation.words = WordsOf(shares[i], copy);
    TRY(decided(mutation));
  }
  return {};
}

}  // namespace trafrec::reconcile
