#include "replay/census/asking.h"

#include <algorithm>
#include <asio/io_context.hpp>
#include <chrono>
#include <utility>

#include "replay/census/limits.h"
#include "replay/send/sender.h"

namespace trafrec::census {
namespace {

/// One copy of a request; the sender's time-outs end it.
send::Sent AskOnce(asio::io_context& loop, send::Sender& sender, message::Request request) {
  send::Sent got;
  bool done = false;
  sender.Send(0, std::move(request), [&](send::Sent& sent) {
    got = std::move(sent);
    done = true;
  });
  while (!done && loop.run_one() > 0) {
  }
  return got;
}

/// A request that changes nothing, so it may go again; not where nobody answered in time.
send::Sent Ask(asio::io_context& loop, send::Sender& sender, const message::Request& request) {
  const auto began = std::chrono::steady_clock::now();
  send::Sent got = AskOnce(loop, sender, request);
  for (int tries = 1; !got.answered && tries < limits::kTries; ++tries) {
    if (std::chrono::steady_clock::now() - began >=
        std::chrono::milliseconds(limits::kAnswerTimeoutMs)) {
      break;
    }
    got = AskOnce(loop, sender, request);
  }
  return got;
}

}  // namespace

Counted AskTarget(const send::Target& target, const std::vector<std::string>& indices) {
  send::Target patient = target;
  patient.connections_max = 1;
  patient.answer_timeout_ms = std::min(patient.answer_timeout_ms, limits::kAnswerTimeoutMs);
  asio::io_context loop(1);
  const auto sender = send::Sender::Make(loop, {patient});
  if (!sender) {
    return std::unexpected(sender.error().what);
  }
  const std::vector<message::Request> refreshes =
      indices.empty() ? std::vector{RefreshAll()} : RefreshRequests(indices);
  for (const message::Request& refresh : refreshes) {
    const send::Sent refreshed = Ask(loop, **sender, refresh);
    if (!refreshed.answered) {
      return std::unexpected(refreshed.failure);
    }
  }
  const send::Sent counted = Ask(loop, **sender, CountRequest());
  if (!counted.answered) {
    return std::unexpected(counted.failure);
  }
  return ReadCounts(counted.answer);
}

}  // namespace trafrec::census
