#include "tools/compare/answer_pairs.h"

#include <fmt/format.h>

#include <optional>

#include "store/format/flags.h"
#include "store/reader/exchange_id.h"

namespace trafrec::tools {
namespace {

/// What may be missing of a request does not touch the answer.
constexpr store::Flags kAnswerFlaws =
    store::kIncompleteFlags &
    ~(store::FlagBit(store::Flag::kRequestTruncated) | store::FlagBit(store::Flag::kGapInRequest));

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

void AnswerPairs::NoteSent(const store::ExchangeId& id) {
  std::vector<bool>& sent = sent_[{id.recorder, id.attempt}];
  if (sent.size() <= id.number) {
    sent.resize(id.number + 1);
  }
  sent[id.number] = true;
}

bool AnswerPairs::WasSent(const store::ExchangeId& id) const {
  const auto found = sent_.find({id.recorder, id.attempt});
  return found != sent_.end() && id.number < found->second.size() && found->second[id.number];
}

Status AnswerPairs::Run(const Visitor& visit) {
  Status taken;
  std::optional<std::string> stranger;
  uint64_t found = 0;
  TRY(run_.Visit({}, [&](const store::ExchangeRow& row) {
    if (!row.link) {
      stranger = store::FormatExchangeId(row.id);
      return false;
    }
    NoteSent(store::SourceOf(*row.link));
    const Result<std::optional<Uncompared>> left_out = Take(row, visit);
    if (!left_out) {
      taken = std::unexpected(left_out.error());
      return false;
    }
    found += *left_out == Uncompared::kSourceGone ? 0 : 1;
    if (*left_out) {
      Leave(**left_out);
    }
    return true;
  }));
  TRY(std::move(taken));
  if (stranger) {
    return Fail(ErrorCode::kUsage,
                fmt::format("exchange {} of the second log was sent for none of a source: it is no "
                            "run of `trafrec replay`",
                            *stranger),
                "as in: trafrec compare LOG RUN");
  }
  if (found == 0 && !sent_.empty()) {
    return Fail(ErrorCode::kUsage, "the run is of another log: none of its sources is in this one",
                "name the log that was replayed");
  }
  return source_.Visit({}, [&](const store::ExchangeRow& row) {
    if (!WasSent(row.id)) {
      Leave(Uncompared::kNotSent);
    }
    return true;
  });
}

Result<std::optional<Uncompared>> AnswerPairs::Take(const store::ExchangeRow& result,
                                                    const Visitor& visit) {
  TRY_ASSIGN(const std::optional<store::ExchangeRow> source,
             source_rows_.Take(store::SourceOf(*result.link)));
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
  TRY_ASSIGN(const store::StoredExchange whole_source, source_.Load(*source));
  TRY_ASSIGN(const store::StoredExchange whole_result, run_.Load(result));
  visit(whole_source, whole_result);
  return std::nullopt;
}

}  // namespace trafrec::tools
