// Writing is tried at once, with one system call; the loop is asked only if the kernel has no room.
// Reading stands open all the time, so an answer costs one more call, and a peer that closes an
// idle connection is seen. A failed write decides nothing: a server that refuses a body answers
// before it closes, and the read side tells both.

#include "replay/send/connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/connect.hpp>
#include <cerrno>
#include <utility>

#include "base/check.h"
#include "base/time.h"
#include "replay/send/failure_words.h"
#include "replay/send/limits.h"

namespace trafrec::send {
namespace {

Endpoint EndpointOf(const asio::ip::tcp::endpoint& endpoint) {
  Endpoint result;
  if (endpoint.address().is_v4()) {
    result.address = IpAddress::V4(endpoint.address().to_v4().to_bytes().data());
  } else {
    result.address = IpAddress::V6(endpoint.address().to_v6().to_bytes().data());
  }
  result.port = endpoint.port();
  return result;
}

size_t SizeOf(const std::array<std::string_view, 4>& pieces) {
  size_t size = 0;
  for (const std::string_view piece : pieces) {
    size += piece.size();
  }
  return size;
}

std::string Waited(int64_t ms) {
  return fmt::format("{:g} s passed", static_cast<double>(ms) / 1'000);
}

}  // namespace

Connection::Connection(Loop& loop, const ConnectionRules& rules, ConnectionOwner& owner,
                       uint64_t number)
    : socket_(loop.get_executor()),
      rules_(rules),
      owner_(&owner),
      began_at_(SteadyNow()),
      buffer_(std::make_unique_for_overwrite<char[]>(limits::kReadBytes)) {
  facts_.number = number;
  facts_.opened_at = WallClockNow();
  SetDeadline(began_at_ + rules_.connect_timeout_ms * kNsPerMs);
}

void Connection::SetDeadline(int64_t deadline) {
  deadline_ = deadline;
  if (owner_ != nullptr && deadline != 0) {
    owner_->Watch(deadline);
  }
}

void Connection::Open(const Addresses& addresses) {
  if (closed_) {
    return;
  }
  connecting_since_ = SteadyNow();
  asio::async_connect(
      socket_, addresses,
      [self = shared_from_this()](const asio::error_code& error, const asio::ip::tcp::endpoint&) {
        if (!self->closed_) {
          self->OnConnected(error);
        }
      });
}

void Connection::OnConnected(const asio::error_code& error) {
  if (error) {
    FailOpening({Failure::kConnect, error.message(), {}});
    return;
  }
  asio::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  facts_.local = EndpointOf(socket_.local_endpoint(ignored));
  facts_.peer = EndpointOf(socket_.remote_endpoint(ignored));
  facts_.connect_ns = SteadyNow() - connecting_since_;
  Read();
  BecomeOpen();
}

void Connection::BecomeOpen() {
  open_ = true;
  deadline_ = 0;
  idle_since_ = SteadyNow();
  owner_->OnOpen(*this);
}

void Connection::FailOpening(Ending ending) {
  ConnectionOwner* const owner = owner_;
  Close();
  if (owner != nullptr) {
    owner->OnOpenFailed(*this, ending);
  }
}

std::unique_ptr<Exchange> Connection::Close() {
  closed_ = true;
  open_ = false;
  owner_ = nullptr;
  deadline_ = 0;
  asio::error_code ignored;
  socket_.close(ignored);
  return std::move(exchange_);
}

void Connection::Read() {
  socket_.async_read_some(asio::buffer(buffer_.get(), limits::kReadBytes),
                          [self = shared_from_this()](const asio::error_code& error, size_t size) {
                            self->OnRead(error, size);
                          });
}

void Connection::OnRead(const asio::error_code& error, size_t size) {
  if (closed_) {
    return;
  }
  if (error) {
    OnReadEnd(error);
    return;
  }
  OnBytes({buffer_.get(), size});
  if (!closed_) {
    Read();
  }
}

void Connection::OnReadEnd(const asio::error_code& error) {
  if (exchange_ == nullptr) {
    ConnectionOwner* const owner = owner_;
    Close();
    owner->OnGone(*this);
    return;
  }
  exchange_->sent.timing.last_read = SteadyNow();
  if (error != asio::error::eof) {
    FailExchange({Failure::kCut, error.message(), {}});
  } else if (reader_.End() == AnswerReader::State::kDone) {
    Finish(false);
  } else {
    FailExchange({reader_.failure(), reader_.reason(), {}});
  }
}

void Connection::OnBytes(std::string_view bytes) {
  if (exchange_ == nullptr) {
    // Nobody asked; mostly a 408 of a server that is about to close.
    ConnectionOwner* const owner = owner_;
    Close();
    owner->OnGone(*this);
    return;
  }
  Timing& timing = exchange_->sent.timing;
  timing.last_read = SteadyNow();
  if (timing.first_read == 0) {
    timing.first_read = timing.last_read;
  }
  const AnswerReader::State state = reader_.Feed(bytes);
  if (state == AnswerReader::State::kDone) {
    const bool all_written = written_ == SizeOf(exchange_->out.Pieces(exchange_->sent.request));
    Finish(reader_.keep_alive() && reader_.surplus() == 0 && all_written);
  } else if (state == AnswerReader::State::kFailed) {
    FailExchange({reader_.failure(), reader_.reason(), {}});
  } else if (exchange_->out.awaits_continue && !exchange_->sent.interim.empty()) {
    SendBody();
  }
}

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
  written_ = 0;
  to_write_ = exchange_->out.awaits_continue ? exchange_->out.head.size()
                                             : SizeOf(exchange_->out.Pieces(sent.request));
  asio::error_code error;
  if (!WriteSome(error) && !sent.sent) {
    sent.timing.first_written = 0;
    exchange = Close();
    return false;
  }
  ++facts_.exchanges;
  sent.connection = facts_;
  SetDeadline(now + (exchange_->out.awaits_continue
                         ? std::min(limits::kContinueWaitNs, rules_.answer_timeout_ms * kNsPerMs)
                         : rules_.answer_timeout_ms * kNsPerMs));
  return true;
}

/// The loop tells it too, but perhaps later than this.
bool Connection::PeerClosed() {
  char byte = 0;
  const ssize_t got = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/// False, with the error, if the connection takes no more.
bool Connection::WriteSome(asio::error_code& error) {
  while (written_ < to_write_) {
    std::array<asio::const_buffer, 4> buffers;
    size_t count = 0;
    size_t skip = written_;
    size_t room = to_write_ - written_;
    for (std::string_view piece : exchange_->out.Pieces(exchange_->sent.request)) {
      const size_t skipped = std::min(skip, piece.size());
      skip -= skipped;
      piece = piece.substr(skipped, room);
      room -= piece.size();
      if (!piece.empty()) {
        buffers[count++] = asio::buffer(piece);
      }
    }
    const size_t written =
        count == 1 ? socket_.write_some(buffers[0], error) : socket_.write_some(buffers, error);
    if (error == asio::error::would_block) {
      error.clear();
      if (!std::exchange(write_waits_, true)) {
        socket_.async_wait(Socket::wait_write,
                           [self = shared_from_this()](const asio::error_code& wait_error) {
                             self->OnWritable(wait_error);
                           });
      }
      return true;
    }
    if (error) {
      return false;
    }
    exchange_->sent.sent = true;
    written_ += written;
  }
  exchange_->sent.timing.last_written = SteadyNow();
  return true;
}

void Connection::OnWritable(const asio::error_code& error) {
  write_waits_ = false;
  if (closed_ || error || exchange_ == nullptr) {
    return;
  }
  asio::error_code ignored;  // the read side tells
  WriteSome(ignored);
}

void Connection::SendBody() {
  exchange_->out.awaits_continue = false;
  to_write_ = SizeOf(exchange_->out.Pieces(exchange_->sent.request));
  SetDeadline(exchange_->sent.timing.first_written + rules_.answer_timeout_ms * kNsPerMs);
  asio::error_code ignored;  // the read side tells
  WriteSome(ignored);
}

void Connection::OnDeadline(int64_t now) {
  if (deadline_ == 0 || now < deadline_) {
    return;
  }
  deadline_ = 0;
  if (!open_) {
    FailOpening({Failure::kConnectTimeout, Waited(rules_.connect_timeout_ms), {}});
  } else if (exchange_ != nullptr && exchange_->out.awaits_continue &&
             now < exchange_->sent.timing.first_written + rules_.answer_timeout_ms * kNsPerMs) {
    SendBody();
  } else if (exchange_ != nullptr) {
    FailExchange({Failure::kAnswerTimeout, Waited(rules_.answer_timeout_ms), {}});
  }
}

void Connection::Finish(bool reusable) {
  ConnectionOwner* const owner = owner_;
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

void Connection::FailExchange(Ending ending) {
  ConnectionOwner* const owner = owner_;
  std::unique_ptr<Exchange> exchange = Close();
  exchange->sent.kind = ending.kind;
  exchange->sent.failure = Sentence(rules_.description, ending.kind, ending.reason, ending.remedy);
  owner->OnEnd(*this, std::move(exchange), false);
}

}  // namespace trafrec::send
