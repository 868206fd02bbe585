#include "replay/send/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/time.h"
#include "replay/send/limits.h"

namespace trafrec::send {
namespace {

std::string Waited(int64_t ms) {
  return fmt::format("{:g} s passed", static_cast<double>(ms) / 1'000);
}

}  // namespace

Connection::Connection(Loop& loop, const ConnectionRules& rules, ConnectionOwner& owner,
                       uint64_t number)
    : Channel(loop, rules.tls), rules_(rules), owner_(&owner), began_at_(SteadyNow()) {
  facts().number = number;
  SetDeadline(began_at_ + rules_.connect_timeout_ms * kNsPerMs);
}

void Connection::SetDeadline(int64_t deadline) {
  deadline_ = deadline;
  owner_->Watch(deadline);
}

int64_t Connection::answer_deadline() const {
  return exchange_->sent.timing.first_written + rules_.answer_timeout_ms * kNsPerMs;
}

void Connection::OnOpened() {
  open_ = true;
  deadline_ = 0;
  idle_since_ = SteadyNow();
  owner_->OnOpen(*this);
}

void Connection::OnNotOpened(const Ending& ending) {
  ConnectionOwner* const owner = owner_;
  Close();
  if (owner != nullptr) {
    owner->OnOpenFailed(*this, ending);
  }
}

std::unique_ptr<Exchange> Connection::Close() {
  if (exchange_ != nullptr) {
    NoteWritten();
  }
  owner_ = nullptr;
  open_ = false;
  deadline_ = 0;
  Shut();
  return std::move(exchange_);
}

/// While a body is held back the head counts; afterwards nothing can become unsent again.
void Connection::NoteWritten() { exchange_->sent.sent = exchange_->sent.sent || handed() > 0; }

bool Connection::Start(std::unique_ptr<Exchange>& exchange) {
  CHECK(open_ && exchange_ == nullptr);
  const int64_t now = SteadyNow();
  if (now - idle_since_ > limits::kLookAfterIdleNs && PeerClosed()) {
    Close();
    return false;
  }
  exchange_ = std::move(exchange);
  Sent& sent = exchange_->sent;
  reader_.Begin(sent.request.method == "HEAD", sent.answer, sent.interim);
  sent.timing.first_written = now;
  sent.timing.wall = WallClockNow();
  body_held_ = exchange_->out.awaits_continue;
  const Pieces pieces = exchange_->out.Pieces(sent.request);
  if (!Write(body_held_ ? Pieces{pieces.front()} : pieces) && handed() == 0) {
    sent.timing.first_written = 0;
    exchange = Close();
    return false;
  }
  ++facts().exchanges;
  sent.connection = facts();
  if (all_written()) {
    OnWritten();
  }
  SetDeadline(body_held_ ? std::min(now + limits::kContinueWaitNs, answer_deadline())
                         : answer_deadline());
  return true;
}

void Connection::OnWritten() {
  if (exchange_ != nullptr && !body_held_) {
    exchange_->sent.timing.last_written = SteadyNow();
  }
}

void Connection::SendBody() {
  NoteWritten();
  body_held_ = false;
  Pieces pieces = exchange_->out.Pieces(exchange_->sent.request);
  pieces.front() = {};
  if (Write(pieces) && all_written()) {
    OnWritten();
  }
  SetDeadline(answer_deadline());
}

void Connection::OnBytes(std::string_view bytes) {
  if (exchange_ == nullptr) {
    // Nobody asked; mostly a 408 of a server that is about to close.
    OnEnded({});
    return;
  }
  Timing& timing = exchange_->sent.timing;
  timing.last_read = SteadyNow();
  if (timing.first_read == 0) {
    timing.first_read = timing.last_read;
  }
  const AnswerReader::State state = reader_.Feed(bytes);
  if (state == AnswerReader::State::kDone) {
    Finish(reader_.keep_alive() && reader_.surplus() == 0 && all_written() && !body_held_);
  } else if (state == AnswerReader::State::kFailed) {
    FailExchange(reader_.ending());
  } else if (body_held_ && !exchange_->sent.interim.empty()) {
    SendBody();
  }
}

void Connection::OnEnded(const Ending& ending) {
  if (exchange_ == nullptr) {
    ConnectionOwner* const owner = owner_;
    Close();
    owner->OnGone(*this);
    return;
  }
  exchange_->sent.timing.last_read = SteadyNow();
  if (ending.kind != Failure::kNone) {
    FailExchange(ending);
  } else if (reader_.End() == AnswerReader::State::kDone) {
    Finish(false);
  } else {
    FailExchange(reader_.ending());
  }
}

Ending Connection::NotOpenedInTime() const {
  const std::string waited = Waited(rules_.connect_timeout_ms);
  if (!shaking_hands()) {
    return {Failure::kConnectTimeout, waited, {}};
  }
  return {Failure::kConnectTimeout,
          "it takes connections, but says nothing when TLS begins; " + waited,
          "check that this port speaks TLS: if not, the URL is of http://"};
}

void Connection::OnDeadline(int64_t now) {
  if (deadline_ == 0 || now < deadline_) {
    return;
  }
  if (!open_) {
    OnNotOpened(NotOpenedInTime());
  } else if (body_held_ && now < answer_deadline()) {
    SendBody();
  } else {
    FailExchange({Failure::kAnswerTimeout, Waited(rules_.answer_timeout_ms), {}});
  }
}

void Connection::Finish(bool reusable) {
  ConnectionOwner* const owner = owner_;
  NoteWritten();
  std::unique_ptr<Exchange> exchange = std::move(exchange_);
  exchange->sent.answered = true;
  deadline_ = 0;
  if (reusable) {
    idle_since_ = exchange->sent.timing.last_read;
  } else {
    Close();
  }
  owner->OnEnd(*this, std::move(exchange), reusable);
}

void Connection::FailExchange(const Ending& ending) {
  ConnectionOwner* const owner = owner_;
  std::unique_ptr<Exchange> exchange = Close();
  exchange->sent.kind = ending.kind;
  exchange->sent.failure = Sentence(rules_.description, ending);
  owner->OnEnd(*this, std::move(exchange), false);
}

}  // namespace trafrec::send
