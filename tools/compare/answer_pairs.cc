#include "tools/compare/answer_pairs.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "store/format/flags.h"

namespace trafrec::tools {
namespace {

/// What may be missing of a request does not touch the answer.
constexpr store::Flags kAnswerFlaws =
    store::kIncompleteFlags &
    ~(store::FlagBit(store::Flag::kRequestTruncated) | store::FlagBit(store::Flag::kGapInRequest));

}  // namespace

bool HasWholeAnswer(const store::ExchangeRow& row) {
  return row.has_response && (row.flags & kAnswerFlaws) == 0;
}

const char* NameOf(Uncompared reason) {
  constexpr std::array<const char*, kUncomparedReasons> kNames = {
      "not_sent",          "in_parts",          "source_unanswered", "source_incomplete",
      "target_unanswered", "target_incomplete", "source_gone",       "unreadable"};
  return kNames[static_cast<size_t>(reason)];
}

const char* InWords(Uncompared reason, bool two_runs) {
  constexpr std::array<const char*, kUncomparedReasons> kWords = {
      "not sent by the run",
      "sent in several parts: no answer is that of the whole",
      "no answer of the source in the log",
      "the source's answer is not whole in the log",
      "no answer of the target",
      "the target's answer is not whole",
      "not in the source's log: inserted by an overlay, or deleted since",
      "damaged, or deleted meanwhile"};
  constexpr std::array<const char*, kUncomparedReasons> kWordsOfRuns = {
      "not sent by the second run, or in other parts",
      "put together from several answers by one of the runs",
      "no answer in the first run",
      "the first run's answer is not whole",
      "no answer in the second run",
      "the second run's answer is not whole",
      "not sent by the first run, or in other parts",
      "damaged, or deleted meanwhile"};
  return (two_runs ? kWordsOfRuns : kWords)[static_cast<size_t>(reason)];
}

bool AnswerPairs::NoteSent(const store::ExchangeId& id) {
  std::vector<bool>& sent = sent_[{id.recorder, id.attempt}];
  if (sent.size() <= id.number) {
    sent.resize(id.number + 1);
  }
  const bool is_new = !sent[id.number];
  sent[id.number] = true;
  return is_new;
}

std::optional<Uncompared> AnswerPairs::WhyNot(const std::optional<store::ExchangeRow>& source,
                                              const store::ExchangeRow& result) const {
  if (!source) {
    return Uncompared::kSourceGone;
  }
  if (!source->has_response) {
    return Uncompared::kSourceUnanswered;
  }
  if (!result.has_response) {
    return Uncompared::kTargetUnanswered;
  }
  const bool part = !sides_.two_runs && result.link->items > 0;
  if (part || result.link->parts > 1 || (source->link && source->link->parts > 1)) {
    return Uncompared::kInParts;
  }
  if ((source->flags & kAnswerFlaws) != 0) {
    return Uncompared::kSourceIncomplete;
  }
  if ((result.flags & kAnswerFlaws) != 0) {
    return Uncompared::kTargetIncomplete;
  }
  return std::nullopt;
}

void AnswerPairs::NoteUnreadable(const Error& error) {
  if (CountOf(Uncompared::kUnreadable)++ == 0) {
    unreadable_ = error.what;
  }
}

Result<bool> AnswerPairs::Take(const store::ExchangeRow& result, const Visitor& visit) {
  if (!result.link || HasFlag(result.flags, store::Flag::kOpen)) {
    return true;  // the rest is still to come
  }
  ++results_;
  TRY_ASSIGN(std::optional<store::ExchangeRow> source, rows_.Take(SendingOf(*result.link)));
  sent_count_ += source && NoteSent(source->id) ? 1 : 0;
  if (const std::optional<Uncompared> why = WhyNot(source, result)) {
    ++CountOf(*why);
    return true;
  }
  return visit({std::move(*source), result});
}

Status AnswerPairs::Run(const Visitor& visit) {
  TRY(Follow(visit));
  return Finish();
}

Status AnswerPairs::Follow(const Visitor& visit) {
  Status taken;
  const auto take = [&](const store::ExchangeRow& row) {
    const Result<bool> more = Take(row, visit);
    if (!more) {
      taken = std::unexpected(more.error());
    }
    return more && *more;
  };
  // From the beginning, although the reader may have looked at the first ones.
  TRY(std::exchange(begun_, true) ? sides_.run->Follow({}, take) : sides_.run->Visit({}, take));
  return taken;
}

Status AnswerPairs::Finish() {
  if (sent_count_ == 0 && results_ > 0) {
    return sides_.two_runs
               ? Fail(ErrorCode::kUsage, "the two runs sent nothing that is the same",
                      "two runs are compared by the exchanges of one log that both sent")
               : Fail(ErrorCode::kUsage,
                      "the run is of another log: none of its sources is in this one",
                      "name the log that was replayed");
  }
  TRY_ASSIGN(const uint64_t all, rows_.CountAll());
  CountOf(Uncompared::kNotSent) = all - std::min(all, sent_count_);
  return {};
}

Result<std::optional<Uncompared>> AnswerPairs::One(const store::ExchangeRow& result,
                                                   RowPair& pair) {
  TRY_ASSIGN(std::optional<store::ExchangeRow> source, rows_.Find(SendingOf(*result.link)));
  const std::optional<Uncompared> why = WhyNot(source, result);
  if (!why) {
    pair = {std::move(*source), result};
  }
  return why;
}

}  // namespace trafrec::tools
