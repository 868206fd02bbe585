#include "tools/compare/answer_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "store/format/flags.h"
#include "store/reader/exchange_id.h"
#include "tools/compare/source_rows.h"

namespace trafrec::tools {
namespace {

/// What may be missing of a request does not touch the answer.
constexpr store::Flags kAnswerFlaws =
    store::kIncompleteFlags &
    ~(store::FlagBit(store::Flag::kRequestTruncated) | store::FlagBit(store::Flag::kGapInRequest));

/// `source`: nothing if the log no longer has it. Nothing: they are to be compared.
std::optional<Uncompared> WhyNot(const std::optional<store::ExchangeRow>& source,
                                 const store::ExchangeRow& result) {
  if (!source) {
    return Uncompared::kSourceGone;
  }
  if (result.link->parts > 1 || result.link->items > 0) {
    return Uncompared::kInParts;
  }
  if (!source->has_response) {
    return Uncompared::kSourceUnanswered;
  }
  if ((source->flags & kAnswerFlaws) != 0) {
    return Uncompared::kSourceIncomplete;
  }
  if (!result.has_response) {
    return Uncompared::kTargetUnanswered;
  }
  if ((result.flags & kAnswerFlaws) != 0) {
    return Uncompared::kTargetIncomplete;
  }
  return std::nullopt;
}

}  // namespace

const char* NameOf(Uncompared reason) {
  constexpr std::array<const char*, kUncomparedReasons> kNames = {
      "not_sent",          "in_parts",          "source_unanswered", "source_incomplete",
      "target_unanswered", "target_incomplete", "source_gone"};
  return kNames[static_cast<size_t>(reason)];
}

const char* InWords(Uncompared reason) {
  constexpr std::array<const char*, kUncomparedReasons> kWords = {
      "not sent by the run",
      "sent in several parts: no answer is that of the whole",
      "no answer of the source in the log",
      "the source's answer is not whole in the log",
      "no answer of the target",
      "the target's answer is not whole",
      "no longer in the source's log"};
  return kWords[static_cast<size_t>(reason)];
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

Status AnswerPairs::Run(const Visitor& visit) {
  SourceRows rows(source_);
  Status taken;
  std::optional<std::string> stranger;
  uint64_t results = 0;
  uint64_t sent = 0;
  const auto take = [&](const store::ExchangeRow& row) -> Result<bool> {
    ++results;
    TRY_ASSIGN(std::optional<store::ExchangeRow> source, rows.Take(store::SourceOf(*row.link)));
    sent += source && NoteSent(source->id) ? 1 : 0;
    if (const std::optional<Uncompared> why = WhyNot(source, row)) {
      ++CountOf(*why);
      return true;
    }
    return visit({std::move(*source), row});
  };
  bool stopped = false;
  TRY(run_.Visit({}, [&](const store::ExchangeRow& row) {
    if (!row.link) {
      stranger = store::FormatExchangeId(row.id);
      return false;
    }
    const Result<bool> more = take(row);
    if (!more) {
      taken = std::unexpected(more.error());
    }
    stopped = more && !*more;
    return more && *more;
  }));
  TRY(std::move(taken));
  if (stranger) {
    return Fail(ErrorCode::kUsage,
                fmt::format("exchange {} of the second log was sent for none of a source: it is no "
                            "run of `trafrec replay`",
                            *stranger),
                "as in: trafrec compare LOG RUN");
  }
  if (stopped) {
    return {};
  }
  if (sent == 0 && results > 0) {
    return Fail(ErrorCode::kUsage, "the run is of another log: none of its sources is in this one",
                "name the log that was replayed");
  }
  TRY_ASSIGN(const uint64_t all, rows.CountAll());
  CountOf(Uncompared::kNotSent) = all - std::min(all, sent);
  return {};
}

Result<std::optional<Uncompared>> AnswerPairs::One(const store::ExchangeRow& result,
                                                   RowPair& pair) {
  Result<store::ExchangeRow> found =
      source_.Find(store::FormatExchangeId(store::SourceOf(*result.link)));
  if (!found && found.error().code != ErrorCode::kNotFound) {
    return std::unexpected(found.error());
  }
  std::optional<store::ExchangeRow> source;
  if (found) {
    source = std::move(*found);
  }
  const std::optional<Uncompared> why = WhyNot(source, result);
  if (!why) {
    pair = {std::move(*source), result};
  }
  return why;
}

}  // namespace trafrec::tools
