#include "tools/mark_words.h"

#include <fmt/format.h>

#include "store/reader/exchange_id.h"

namespace trafrec::tools {
namespace {

using store::HoldCause;
using store::SentinelVerdict;

std::string IdOf(const store::AttemptInfo& attempt, store::ExchangeNumber exchange) {
  return store::FormatExchangeId({attempt.recorder, attempt.attempt, exchange});
}

/// " (held back: …)", or nothing.
std::string HoldInWords(const store::AttemptInfo& attempt, const store::Hold& hold) {
  const std::string who = hold.exchange == 0 ? std::string("an exchange without a number yet")
                                             : IdOf(attempt, hold.exchange);
  switch (hold.cause) {
    case HoldCause::kNone:
      return "";
    case HoldCause::kUndelivered:
      return " (held back: bytes wait behind a hole)";
    case HoldCause::kRequest:
      return " (held back: the request of " + who + " is coming in, or younger than a second)";
    case HoldCause::kAnswer:
      return " (held back: " + who + " waits for its answer)";
    case HoldCause::kSettling:
      return " (held back: " + who + " waits for its last acknowledgement)";
  }
  return " (held back by something that a newer trafrec knows)";
}

void AppendHoldJson(JsonAppender& json, const char* name, const store::AttemptInfo& attempt,
                    const store::Hold& hold) {
  if (hold.cause == HoldCause::kNone) {
    json.Null(name);
    return;
  }
  json.Open(name, '{');
  json.Text("cause", HoldCauseName(hold.cause));
  if (hold.exchange == 0) {
    json.Null("id");
  } else {
    json.Text("id", IdOf(attempt, hold.exchange));
  }
  json.Close('}');
}

}  // namespace

std::string MarksInWords(const store::AttemptInfo& attempt, const store::Marks& marks) {
  if (marks.exchanges_below <= 1 && marks.requests_through == 0) {
    return "nothing yet";
  }
  std::string text = fmt::format("every exchange below number {}", marks.exchanges_below);
  const bool same = marks.answers_through == marks.requests_through;
  if (marks.requests_through != 0) {
    text += fmt::format("; every request before {}{}{}", FormatTime(marks.requests_through),
                        same ? ", and its answer" : "", HoldInWords(attempt, marks.requests_hold));
  }
  if (marks.answers_through != 0 && !same) {
    text += fmt::format("; every answer to requests before {}{}", FormatTime(marks.answers_through),
                        HoldInWords(attempt, marks.answers_hold));
  }
  return text;
}

void AppendMarksJson(JsonAppender& json, const store::AttemptInfo& attempt,
                     const store::Marks& marks) {
  json.Number("exchanges_below", marks.exchanges_below);
  json.TimeOrNull("requests_through", marks.requests_through);
  AppendHoldJson(json, "requests_hold", attempt, marks.requests_hold);
  json.TimeOrNull("answers_through", marks.answers_through);
  AppendHoldJson(json, "answers_hold", attempt, marks.answers_hold);
}

const char* VerdictSentence(SentinelVerdict verdict) {
  switch (verdict) {
    case SentinelVerdict::kCounted:
      return "counted";
    case SentinelVerdict::kMalformed:
      return "the token is not in its form";
    case SentinelVerdict::kOtherVersion:
      return "the token is of a version that the recorder did not know";
    case SentinelVerdict::kOtherAudience:
      return "it is meant for another audience";
    case SentinelVerdict::kUnknownKey:
      return "its key was not trusted";
    case SentinelVerdict::kUntrustedPurpose:
      return "its key was not trusted for this purpose";
    case SentinelVerdict::kRequestIncomplete:
      return "its request was not captured whole";
    case SentinelVerdict::kBadSignature:
      return "the signature is wrong: it is forged, or the request was altered";
    case SentinelVerdict::kOutOfTime:
      return "its time is more than a minute from that of its packets";
    case SentinelVerdict::kReplayed:
      return "it was seen before: it is replayed";
    case SentinelVerdict::kUnanswered:
      return "it has no whole answer of 2xx";
  }
  return "rejected for a reason that a newer trafrec knows";
}

}  // namespace trafrec::tools
