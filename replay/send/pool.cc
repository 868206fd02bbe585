#include "replay/send/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/post.hpp>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "replay/send/failure_words.h"
#include "replay/send/limits.h"
#include "replay/send/url.h"

namespace trafrec::send {
namespace {

/// Something is said of it that means nothing without TLS.
bool AsksForTls(const Tls& tls) {
  return !tls.ca_file.empty() || !tls.certificate_file.empty() ||
         !tls.certificate_key_file.empty() || !tls.server_name.empty() || tls.insecure;
}

}  // namespace

struct Pool::Settings {
  Url url;
  Authorizer authorizer;
  std::unique_ptr<TlsContext> tls;
};

Result<std::shared_ptr<Pool>> Pool::Make(Loop& loop, const Target& target, uint64_t& connections) {
  if (target.connections_max == 0) {
    return Fail(ErrorCode::kUsage, "it is to have no connection", "let it have one at least");
  }
  if (target.connect_timeout_ms <= 0 || target.answer_timeout_ms <= 0) {
    return Fail(ErrorCode::kUsage, "it is to answer in no time", "give it a millisecond at least");
  }
  Settings settings;
  TRY_ASSIGN(settings.url, ParseUrl(target.url));
  TRY_ASSIGN(settings.authorizer, Authorizer::Load(target.credentials));
  if (settings.url.tls) {
    TRY_ASSIGN(settings.tls, TlsContext::Make(target.tls, settings.url.host));
  } else if (AsksForTls(target.tls)) {
    return Fail(ErrorCode::kUsage,
                settings.url.Origin() + " goes without TLS, and certificates are given for it",
                "name it as https://…, or leave out the certificates and what says which to take");
  }
  return std::shared_ptr<Pool>(new Pool(loop, target, std::move(settings), connections));
}

Pool::Pool(Loop& loop, const Target& target, Settings settings, uint64_t& connections)
    : loop_(loop),
      tls_(std::move(settings.tls)),
      rules_{fmt::format("target '{}' ({})", target.name, settings.url.Origin()),
             target.connect_timeout_ms, target.answer_timeout_ms, tls_.get()},
      head_rules_{settings.url.path, settings.url.Authority(), {}, {}},
      authorizer_(std::move(settings.authorizer)),
      connections_max_(target.connections_max),
      connections_ever_(connections),
      addresses_(std::make_shared<AddressBook>(loop, settings.url.host, settings.url.port)),
      timer_(loop.get_executor()) {
  for (const message::Field& field : target.fields) {
    head_rules_.set.push_back({field.name, field.value});
  }
  authorizer_.AddTo(head_rules_);
}

Pool::~Pool() {
  for (const auto& connection : connections_) {
    connection->Close();
  }
}

std::unique_ptr<Exchange> Pool::Blank() {
  if (spare_.empty()) {
    return std::make_unique<Exchange>();
  }
  std::unique_ptr<Exchange> exchange = std::move(spare_.back());
  spare_.pop_back();
  return exchange;
}

void Pool::Send(std::unique_ptr<Exchange> exchange) {
  exchange->sent.timing.handed_over = SteadyNow();
  if (closed_) {
    FailLater(std::move(exchange), {Failure::kCancelled, "the sender was closed before", {}});
    return;
  }
  const uint64_t number = exchange->number;
  waiting_.push_back(std::move(exchange));
  Dispatch();
  if (!waiting_.empty() && waiting_.back()->number == number && waiting_.size() > opening_) {
    waiting_.back()->exhausted_since = waiting_.back()->sent.timing.handed_over;
  }
}

/// When all answers have been read that are there: one after another, each request would wake a
/// target that goes to sleep between them.
void Pool::DispatchSoon() {
  if (waiting_.empty() || std::exchange(dispatch_comes_, true)) {
    return;
  }
  asio::post(loop_, [pool = weak_from_this()] {
    if (const auto self = pool.lock()) {
      self->Dispatch();
    }
  });
}

void Pool::Dispatch() {
  dispatch_comes_ = false;
  while (!waiting_.empty() && !idle_.empty()) {
    Connection& connection = *idle_.back();
    if (StartFront(connection)) {
      idle_.pop_back();
    }
  }
  OpenMore();
}

/// Gives the first waiting exchange to the connection. False if that did not take it; then either
/// of the two is gone.
bool Pool::StartFront(Connection& connection) {
  std::unique_ptr<Exchange>& exchange = waiting_.front();
  if (authorizer_.signs()) {
    authorizer_.Sign(exchange->sent.request, head_rules_, WallClockNow(), signature_);
  }
  const std::string unsendable =
      WriteRequest(exchange->sent.request, head_rules_, signature_, exchange->out);
  if (!unsendable.empty()) {
    FailLater(std::move(exchange), {Failure::kUnsendable, unsendable, {}});
    waiting_.pop_front();
    return false;
  }
  if (connection.Start(exchange)) {
    waiting_.pop_front();
    return true;
  }
  Remove(connection);
  if (++exchange->unwritten_tries == limits::kUnwrittenTries) {
    FailLater(std::move(exchange),
              {Failure::kCut, "it closes connections before anything was written", {}});
    waiting_.pop_front();
  }
  return false;
}

void Pool::OpenMore() {
  while (opening_ < waiting_.size() && connections_.size() < connections_max_) {
    if (SteadyNow() < open_again_at_) {
      // Those that are open may be busy for long, or end without one of them becoming free.
      Watch(open_again_at_);
      return;
    }
    OpenOne();
  }
}

void Pool::OpenOne() {
  const auto connection = std::make_shared<Connection>(loop_, rules_, *this, ++connections_ever_);
  connections_.push_back(connection);
  ++opening_;
  addresses_->Find([connection](const std::string& reason, const Addresses& addresses) {
    if (reason.empty()) {
      connection->Open(addresses);
    } else {
      connection->OnNotOpened({Failure::kName, reason, {}});
    }
  });
}

void Pool::Remove(const Connection& connection) {
  std::erase(idle_, &connection);
  std::erase_if(connections_, [&](const auto& one) { return one.get() == &connection; });
}

void Pool::OnOpen(Connection& connection) {
  --opening_;
  idle_.push_back(&connection);
  Dispatch();
}

void Pool::OnOpenFailed(Connection& connection, const Ending& ending) {
  --opening_;
  const int64_t began_at = connection.began_at();
  Remove(connection);
  addresses_->Forget();
  if (connections_.size() > opening_) {
    open_again_at_ = SteadyNow() + limits::kOpenAgainNs;
  } else {
    while (!waiting_.empty() && waiting_.front()->sent.timing.handed_over <= began_at) {
      FailLater(std::move(waiting_.front()), ending);
      waiting_.pop_front();
    }
  }
  Dispatch();
}

void Pool::OnEnd(Connection& connection, std::unique_ptr<Exchange> exchange, bool reusable) {
  if (reusable) {
    idle_.push_back(&connection);
  } else {
    Remove(connection);
  }
  DispatchSoon();
  if (exchange->sent.answered) {
    authorizer_.HideIn(exchange->sent.answer);
  }
  Report(std::move(exchange));
}

void Pool::OnGone(Connection& connection) {
  Remove(connection);
  Dispatch();
}

void Pool::Watch(int64_t deadline_ns) {
  if (deadline_ns >= armed_for_) {
    return;
  }
  armed_for_ = deadline_ns;
  timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(deadline_ns)));
  timer_.async_wait([pool = weak_from_this()](const asio::error_code& error) {
    const auto self = pool.lock();
    if (!error && self != nullptr) {
      self->OnTimer();
    }
  });
}

/// One timer serves all connections: most deadlines are never reached, so looking at each when the
/// earliest one may be due is cheaper than keeping them in order.
void Pool::OnTimer() {
  armed_for_ = std::numeric_limits<int64_t>::max();
  const int64_t now = SteadyNow();
  const std::vector<std::shared_ptr<Connection>> connections = connections_;
  for (const auto& connection : connections) {
    connection->OnDeadline(now);
  }
  OpenMore();
  int64_t next = std::numeric_limits<int64_t>::max();
  for (const auto& connection : connections_) {
    if (connection->deadline() != 0) {
      next = std::min(next, connection->deadline());
    }
  }
  Watch(next);
}

bool Pool::Cancel(uint64_t number) {
  const Ending ending{Failure::kCancelled, "it was cancelled", {}};
  const auto waits = std::ranges::find_if(
      waiting_, [&](const auto& exchange) { return exchange->number == number; });
  if (waits != waiting_.end()) {
    FailLater(std::move(*waits), ending);
    waiting_.erase(waits);
    return true;
  }
  const auto carries = std::ranges::find_if(connections_, [&](const auto& connection) {
    return connection->exchange() != nullptr && connection->exchange()->number == number;
  });
  if (carries == connections_.end()) {
    return false;
  }
  Connection& connection = **carries;
  FailLater(connection.Close(), ending);
  Remove(connection);
  Dispatch();
  return true;
}

void Pool::Close() {
  closed_ = true;
  const Ending ending{Failure::kCancelled, "the sender was closed", {}};
  for (const auto& connection : std::exchange(connections_, {})) {
    if (auto exchange = connection->Close()) {
      FailLater(std::move(exchange), ending);
    }
  }
  idle_.clear();
  opening_ = 0;
  for (auto& exchange : std::exchange(waiting_, {})) {
    FailLater(std::move(exchange), ending);
  }
  timer_.cancel();
}

Sender::Load Pool::load() const {
  return {.connections = connections_.size(),
          .idle = idle_.size(),
          .in_flight = connections_.size() - opening_ - idle_.size(),
          .waiting = waiting_.size()};
}

/// Not now: the caller of Send does not expect to be called from within.
void Pool::FailLater(std::unique_ptr<Exchange> exchange, const Ending& ending) {
  exchange->sent.kind = ending.kind;
  exchange->sent.failure = Sentence(rules_.description, ending);
  failed_.push_back(std::move(exchange));
  if (failed_.size() == 1) {
    asio::post(loop_, [pool = weak_from_this()] {
      if (const auto self = pool.lock()) {
        self->ReportFailed();
      }
    });
  }
}

void Pool::ReportFailed() {
  for (auto& exchange : std::exchange(failed_, {})) {
    Report(std::move(exchange));
  }
}

void Pool::Report(std::unique_ptr<Exchange> exchange) {
  Sent& sent = exchange->sent;
  exchange->out.HideSecrets();
  std::swap(sent.head, exchange->out.head);
  if (exchange->exhausted_since != 0) {
    const int64_t until = sent.timing.first_written != 0 ? sent.timing.first_written : SteadyNow();
    sent.timing.exhausted_ns = until - exchange->exhausted_since;
  }
  if (!sent.sent) {
    sent.head.clear();
  }
  if (!sent.answered) {
    sent.answer = {};  // it is a part of one, or an earlier exchange's
  }
  Done done = std::move(exchange->done);
  done(sent);
  if (spare_.size() < limits::kSpareExchanges) {
    exchange->Clear();
    spare_.push_back(std::move(exchange));
  }
}

}  // namespace trafrec::send
