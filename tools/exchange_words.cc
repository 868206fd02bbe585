#include "tools/exchange_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using store::Flag;
using store::FlagBit;

/// Of one message; a body of gigabytes may have a hole in each packet.
constexpr size_t kGapsInWords = 20;

struct FlagWords {
  const char* brief;
  const char* sentence;
};

/// In order of the flags' numbers.
constexpr std::array kWords = {
    FlagWords{"no-answer", "no answer was seen"},
    FlagWords{"req-cut", "the end of the request is missing, or nothing says where it is"},
    FlagWords{"resp-cut", "the end of the response is missing, or nothing says where it is"},
    FlagWords{"early", "the response began before the request had ended"},
    FlagWords{"req-gap", "bytes of the request went by unseen"},
    FlagWords{"resp-gap", "bytes of the response went by unseen"},
    FlagWords{"resync", "found again after a gap or an error: its start is likely, but not proved"},
    FlagWords{"ambiguous", "more than one partner was possible, so it was left without one"},
    FlagWords{"lenient", "not valid HTTP to the letter: only the lenient parser accepted it"},
    FlagWords{"mid-stream", "the connection was already open when the capture began"},
    FlagWords{"evicted", "cut short by one of the recorder's own limits"},
    FlagWords{"overlap",
              "a retransmission carried other bytes than the first copy, which was kept"},
    FlagWords{"upgraded", "the connection left HTTP/1 after this exchange"},
    FlagWords{"reencoded", "a body is stored decoded, or with secrets replaced"},
    FlagWords{"withheld",
              "a body was withheld by redaction, which could not read it: a token stands for it"},
    FlagWords{"snaplen", "the capture cut its packets (snaplen)"},
    FlagWords{"no-request", "the request was not seen"},
    FlagWords{"shed", "a body was given up because the recorder was overloaded"},
    FlagWords{"open", "the request was still waiting for its answer"},
    FlagWords{"presumed",
              "joined after a loss; right unless the client changed its habit of asking"},
    FlagWords{"no-wire", "imported: the file says nothing, or not all, of its connection"},
    FlagWords{"rebuilt", "imported: a head is put together from fields, not as it was on the wire"},
    FlagWords{"no-body", "imported: a body, or a part of it, is not in the file"},
    FlagWords{"refused", "the client asked whether to send the body, was refused, and sent none"},
};

const FlagWords& WordsOf(Flag flag) { return kWords.at(static_cast<size_t>(flag)); }

const char* CauseInWords(store::GapCause cause) {
  switch (cause) {
    case store::GapCause::kAcknowledged:
      return "the peer received it, the capture did not";
    case store::GapCause::kStreamLimit:
      return "too much was waiting behind it";
    case store::GapCause::kGlobalLimit:
      return "the recorder's memory was full";
    case store::GapCause::kClosed:
      return "still missing when the connection ended";
    case store::GapCause::kSnaplen:
      return "cut off by the capture's snaplen";
    case store::GapCause::kTimeout:
      return "still missing after the time limit";
  }
  return "unknown cause";
}

const char* SideName(store::Side side) {
  return side == store::Side::kClient ? "request" : "response";
}

void AppendGaps(std::vector<std::string>& words, const std::optional<store::StoredMessage>& message,
                store::Side side) {
  if (!message) {
    return;
  }
  const std::vector<store::MessageGap>& gaps = message->facts.gaps;
  for (size_t i = 0; i < gaps.size() && i < kGapsInWords; ++i) {
    words.push_back(GapSentence(gaps[i], side));
  }
  if (gaps.size() > kGapsInWords) {
    uint64_t bytes = 0;
    for (const store::MessageGap& gap : std::span(gaps).subspan(kGapsInWords)) {
      bytes += gap.length;
    }
    words.push_back(fmt::format("and {} more, of {}, in the {} (--json has all)",
                                CountOf(gaps.size() - kGapsInWords, "gap"), CountOf(bytes, "byte"),
                                SideName(side)));
  }
}

}  // namespace

const char* ShortFlagName(Flag flag) { return WordsOf(flag).brief; }

Result<Flag> FlagOfAnyName(const std::string& name) {
  std::string brief = name;
  std::ranges::replace(brief, '_', '-');
  const auto found =
      std::ranges::find_if(kWords, [&](const FlagWords& words) { return brief == words.brief; });
  if (found != kWords.end()) {
    return static_cast<Flag>(found - kWords.begin());
  }
  if (const Result<Flag> flag = store::FlagOfName(name)) {
    return flag;
  }
  std::string all;
  for (size_t bit = 0; bit < kWords.size(); ++bit) {
    const std::string long_name = store::FlagName(static_cast<Flag>(bit));
    std::string short_name = kWords.at(bit).brief;
    all += (all.empty() ? "" : ", ") + long_name;
    std::ranges::replace(short_name, '-', '_');
    all += short_name == long_name ? "" : " (" + std::string(kWords.at(bit).brief) + ")";
  }
  return Fail(ErrorCode::kUsage, "there is no flag '" + EscapeForTerminal(name) + "'",
              "flags are: " + all);
}

const char* FlagSentence(Flag flag) { return WordsOf(flag).sentence; }

std::string ShortFlags(store::Flags flags) {
  std::string text;
  for (size_t bit = 0; bit < kWords.size(); ++bit) {
    if (HasFlag(flags, static_cast<Flag>(bit))) {
      text += (text.empty() ? "" : ",") + std::string(kWords.at(bit).brief);
    }
  }
  return text;
}

std::string GapSentence(const store::MessageGap& gap, store::Side side) {
  const bool in_body = gap.part == store::MessageGap::Part::kBody;
  return fmt::format("gap of {} in the {} {} at {}: {}", CountOf(gap.length, "byte"),
                     SideName(side), store::MessagePartName(gap.part),
                     in_body ? WithCommas(gap.body_offset)
                             : "byte " + WithCommas(gap.flow_offset) + " of the flow",
                     CauseInWords(gap.cause));
}

std::vector<std::string> FlawsInWords(const store::StoredExchange& exchange) {
  store::Flags flags = exchange.row.flags;
  std::vector<std::string> words;
  AppendGaps(words, exchange.request, store::Side::kClient);
  if (!words.empty()) {
    flags &= ~FlagBit(Flag::kGapInRequest);
  }
  const size_t so_far = words.size();
  AppendGaps(words, exchange.response, store::Side::kServer);
  if (words.size() > so_far) {
    flags &= ~FlagBit(Flag::kGapInResponse);
  }
  for (size_t bit = 0; bit < kWords.size(); ++bit) {
    if (HasFlag(flags, static_cast<Flag>(bit))) {
      words.emplace_back(kWords.at(bit).sentence);
    }
  }
  return words;
}

std::string VersionText(const store::MessageFacts& facts) {
  if (facts.version_major == 0 && facts.version_minor == 0) {
    return {};
  }
  return fmt::format("{}.{}", facts.version_major, facts.version_minor);
}

}  // namespace trafrec::tools
