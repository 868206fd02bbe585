#include "replay/census/asking.h"

#include <algorithm>
#include <asio/io_context.hpp>
#include <utility>

#include "replay/census/limits.h"
#include "replay/send/sender.h"

namespace trafrec::census {
namespace {

/// One request; the sender's time-outs end it.
send::Sent Ask(asio::io_context& loop, send::Sender& sender, message::Request request) {
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
  std::vector<message::Request> refreshes =
      indices.empty() ? std::vector{RefreshAll()} : RefreshRequests(indices);
  for (message::Request& refresh : refreshes) {
    const send::Sent refreshed = Ask(loop, **sender, std::move(refresh));
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
