// What tells that a target is not the one that was meant, or does not let us in. The run ends then,
// before it counts as done, or gives up, what the target never looked at: one operation after
// another would go the same way.

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "replay/run/coding.h"
#include "replay/run/engine.h"
#include "replay/run/limits.h"
#include "replay/send/failure_words.h"

namespace trafrec::replay {

using dialect::Kind;

namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;

/// Another time it may answer otherwise: it is too busy, or its proxy does not reach it.
bool MayPass(int status) { return status == 429 || status >= 500; }

/// A search engine answers writes and readings of documents in JSON, or in what the request asked
/// for in its place, and so it does administration. Pages and redirections are another service's,
/// or those of a proxy that did not ask it. `unlike`: the source had another status.
bool IsPage(const plan::PlannedExchange& plan, const message::Answer& answer, bool unlike) {
  const Kind kind = plan.meaning.kind;
  const bool document = dialect::WritesDocument(kind) || kind == Kind::kBulk;
  if (answer.status / 100 == 3) {
    return document || unlike;
  }
  const message::Field* field = message::FindField(answer.fields, "Content-Type");
  const std::string type = field == nullptr ? "" : LowerCase(field->value);
  // A path that is not known may be a plugin's, with answers of its own kind.
  const bool known = plan.meaning.mutation && kind != Kind::kUnknown;
  return (type.starts_with("text/html") && (plan.meaning.mutation || unlike)) ||
         (type.starts_with("text/") && known);
}

/// Whether a search engine looked at the mutation, whatever it says of it.
bool IsJudgement(const message::Answer& answer) {
  const bool of_others = MayPass(answer.status) || answer.status / 100 == 3 ||
                         answer.status == kUnauthorized || answer.status == kForbidden;
  const message::Field* type = message::FindField(answer.fields, "Content-Type");
  const bool json = type == nullptr ? answer.body.starts_with('{')
                                    : LowerCase(type->value).find("json") != std::string::npos;
  return json && !of_others;
}

/// A block on an index (a full disk, an administrator's) is lifted some day. Credentials are not
/// what it wants.
bool IsBlock(const message::Answer& answer) {
  return WithoutCoding(answer).body.find("\"cluster_block_exception\"") != std::string::npos;
}

/// Errors of a service that takes no such requests. Whether something is there (404, 409, 410, 412)
/// depends on what the target held before.
bool IsStrange(int status) {
  return status >= 400 && status != 404 && status != 409 && status != 410 && status != 412 &&
         status != 429 && !IsUnreached(status);
}

/// The text between `begin` and `end`, the first ones; "" if they are not there.
std::string_view Between(std::string_view text, std::string_view begin, std::string_view end) {
  const size_t at = text.find(begin);
  const size_t from = at + begin.size();
  const size_t until = at == std::string_view::npos ? at : text.find(end, from);
  return until == std::string_view::npos ? std::string_view() : text.substr(from, until - from);
}

/// What a person would read there.
std::string PageInWords(const message::Answer& answer) {
  const message::Field* to = message::FindField(answer.fields, "Location");
  if (answer.status / 100 == 3 && to != nullptr) {
    return "and points to " + send::Shown(to->value, limits::kShownBytes);
  }
  const std::string body = WithoutCoding(answer).body;
  const std::string_view title = Between(body, "<title>", "</title>");
  return title.empty() ? "and no JSON: " + send::Shown(body)
                       : "and a page: " + send::Shown(title, limits::kShownBytes);
}

/// The reason that an answer gives, in Elasticsearch's words or AWS's.
std::string ReasonIn(const message::Answer& answer) {
  const std::string body = WithoutCoding(answer).body;
  for (const std::string_view name : {R"("reason":")", R"("message":")"}) {
    if (const std::string_view reason = Between(body, name, "\""); !reason.empty()) {
      return "; it says " + send::Shown(reason, limits::kShownBytes);
    }
  }
  return "";
}

/// Whether a field of that name stands in a head that was sent.
bool Holds(const std::string& lower_head, std::string_view name) {
  return lower_head.find("\r\n" + LowerCase(name) + ":") != std::string::npos;
}

/// Why a target that answers 401 or 403 may do so, by what it was shown.
Error Refusal(const plan::PlannedExchange& plan, int status, const std::string& asked,
              const send::Sent& sent) {
  const std::string head = LowerCase(sent.head);
  const std::string why =
      fmt::format("the target answers {} to {}, which the source did not: ", status, asked);
  const std::string reason = ReasonIn(sent.answer);
  for (const std::string& name : plan.withheld) {
    if (!Holds(head, name)) {
      return {ErrorCode::kUsage,
              why + "the log does not hold the value of " + name + ", which redaction replaced" +
                  reason,
              "--auth, or credentials or fields of the target in the file of edits, give it anew"};
    }
  }
  if (head.find("(secret)") != std::string::npos || Holds(head, "Authorization")) {
    return {ErrorCode::kUsage, why + "it does not take the credentials that it is shown" + reason,
            "look whether they are right, and may write there: --auth and --auth-file, or "
            "credentials of the target in the file of edits"};
  }
  return {ErrorCode::kUsage, why + "it asks for credentials" + reason,
          "--auth, or credentials of the target in the file of edits"};
}

}  // namespace

/// By an answer, or by what came in the place of one. `reading`: it is one to the guard, which
/// looks at a document.
bool Engine::EndsOverWrongTarget(const MovePtr& move, const send::Sent& sent, bool reading) {
  if (!sent.answered) {
    if (targets_[move->flight->plan().target].answered || sent.kind != send::Failure::kGarbage) {
      return false;
    }
    Fail({ErrorCode::kIo, sent.failure, "is it the right URL?"});
    Abandon(move);
    return true;
  }
  const plan::PlannedExchange& plan = move->flight->plan();
  const int status = sent.answer.status;
  const Kind kind = plan.meaning.kind;
  const bool search = &parts_.dialect == &dialect::SearchDialect();
  bool& proved = targets_[plan.target].proved;
  const bool unlike = reading || status != plan.source_status;
  const bool forbidden = status == kForbidden && unlike && !proved && plan.meaning.mutation &&
                         !(search && IsBlock(sent.answer));
  const bool refused = forbidden || (status == kUnauthorized && unlike);
  // What comes to a read as it came from the source is none.
  const bool page = search && !proved && !refused && (plan.meaning.mutation || unlike) &&
                    !MayPass(status) && IsPage(plan, sent.answer, unlike);
  if (!refused && !page) {
    // Of a bulk its items tell.
    const bool of_items = kind == Kind::kBulk && status / 100 == 2;
    if (plan.meaning.mutation && !reading && !of_items) {
      proved = proved || (search ? IsJudgement(sent.answer) : status < 400);
    }
    return false;
  }
  const std::string asked = reading ? sent.request.method + " " + sent.request.target
                                    : plan.request.method + " " + plan.request.target;
  if (refused) {
    Fail(Refusal(plan, status, asked, sent));
  } else {
    Fail({ErrorCode::kIo,
          fmt::format("the target answers {} with {} {}: no search engine says that", asked, status,
                      PageInWords(sent.answer)),
          "is it the right URL, with http or https as it should be, and does it want a "
          "certificate of the client (--cert)?"});
  }
  Abandon(move);
  return true;
}

/// By the items of a bulk's answer, taken by the guard: a plugin that forbids each of them answers
/// 200 to the whole.
bool Engine::EndsOverForbiddenItems(const MovePtr& move, const send::Sent& sent) {
  const plan::PlannedExchange& plan = move->flight->plan();
  if (!sent.answered || plan.meaning.kind != Kind::kBulk || sent.answer.status / 100 != 2 ||
      targets_[plan.target].proved) {
    return false;
  }
  if (!std::ranges::all_of(move->parcel.items, &guard::Item::forbidden)) {
    if (!std::ranges::all_of(move->parcel.items, &guard::Item::open)) {
      targets_[plan.target].proved = true;
    }
    return false;
  }
  Fail(Refusal(plan, move->parcel.items.front().result.status,
               "each item of " + plan.request.method + " " + plan.request.target, sent));
  Abandon(move);
  return true;
}

Error Engine::NeverAnswered(const std::string& why) {
  return {ErrorCode::kIo, "the target has answered nothing: " + why,
          "is it the right URL, and does it run? --resume goes on, and looks at what was sent"};
}

/// Nothing is given up as long as nothing was ever answered: what would be given up next is all.
bool Engine::EndsOverSilence(const MovePtr& move, const std::string& why) {
  if (targets_[move->flight->plan().target].answered) {
    return false;
  }
  Fail(NeverAnswered(why));
  Abandon(move);
  return true;
}

/// Plain HTTP has no words of its own by which a wrong target shows, as one that speaks TLS, wants
/// a certificate, or is another service: but such a one answers no request as the source did.
bool Engine::EndsOverStrangeAnswers(const MovePtr& move, const send::Sent& sent) {
  const plan::PlannedExchange& plan = move->flight->plan();
  TargetState& target = targets_[plan.target];
  if (!sent.answered || target.familiar || &parts_.dialect == &dialect::SearchDialect()) {
    return false;
  }
  const int status = sent.answer.status;
  if (status < 400 || status == plan.source_status) {
    target.familiar = true;
    KeepHeld(target);
    return false;
  }
  if (plan.source_status == 0 || plan.source_status >= 400 || !IsStrange(status)) {
    return false;
  }
  move->strange = true;
  if (++target.strange < limits::kStrangeAnswers) {
    return false;
  }
  Fail({ErrorCode::kIo,
        fmt::format("the first {} answers of the target are errors where the source had none, the "
                    "last one {} to {} {} {}",
                    target.strange, status, plan.request.method, plan.request.target,
                    PageInWords(sent.answer)),
        "is it the right URL, with http or https as it should be, and does it want a certificate "
        "of the client (--cert)? None of them counts as done"});
  Abandon(move);
  return true;
}

void Engine::KeepHeld(TargetState& target) {
  for (ledger::Batch& settled : std::exchange(target.held, {})) {
    Keep(std::move(settled));
  }
}

/// The run is over: outcomes of answers that nobody knows better count, and those of a wrong target
/// do not.
void Engine::SettleHeld() {
  for (TargetState& target : targets_) {
    if (target.strange < limits::kStrangeAnswers) {
      KeepHeld(target);
      continue;
    }
    // They stay held, so that the position stays before them.
    committer_->Add(Haste::kSoon, [&](ledger::Batch& batch) {
      for (const ledger::Batch& settled : target.held) {
        for (const ledger::Outcome& outcome : settled.outcomes) {
          batch.withdrawn.push_back(outcome.at);
        }
      }
    });
  }
}

}  // namespace trafrec::replay
