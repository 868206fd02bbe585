// Writing is tried at once, with one system call; the loop is asked only if the kernel has no room.
// Reading stands open all the time, so what the peer sends costs one more call, and an idle
// connection's end is seen. A failed write ends nothing: a server that refuses a body answers
// before it closes, and the read side tells both.

#include "replay/send/channel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/connect.hpp>
#include <cerrno>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/time.h"
#include "replay/send/limits.h"

namespace trafrec::send {
namespace {

/// `connect_ns` if the kernel does not tell.
int64_t RoundTripOf(int socket, int64_t connect_ns) {
  tcp_info info{};
  socklen_t length = sizeof(info);
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_rtt > 0
             ? std::min(connect_ns, info.tcpi_rtt * kNsPerUs)
             : connect_ns;
}

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

/// Where the reason is on this machine; "" elsewhere.
std::string RemedyFor(const asio::error_code& error) {
  if (error == std::errc::too_many_files_open) {
    return "allow more open files (ulimit -n), or fewer connections";
  }
  if (error == std::errc::address_not_available) {
    return "all ports of this machine are in use: wait, or see why the target closes connections";
  }
  return "";
}

}  // namespace

Channel::Channel(Loop& loop, const TlsContext* tls)
    : socket_(loop.get_executor()),
      tls_(tls == nullptr ? nullptr : std::make_unique<TlsSession>(*tls)),
      buffer_(std::make_unique_for_overwrite<char[]>(limits::kReadBytes)) {
  facts_.opened_at = WallClockNow();
}

void Channel::Open(const Addresses& addresses) {
  if (shut_) {
    return;
  }
  since_ = SteadyNow();
  asio::async_connect(
      socket_, addresses,
      [self = shared_from_this()](const asio::error_code& error, const asio::ip::tcp::endpoint&) {
        if (!self->shut_) {
          self->OnConnected(error);
        }
      });
}

void Channel::OnConnected(const asio::error_code& error) {
  if (error) {
    OnNotOpened({Failure::kConnect, error.message(), RemedyFor(error)});
    return;
  }
  asio::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  facts_.local = EndpointOf(socket_.local_endpoint(ignored));
  facts_.peer = EndpointOf(socket_.remote_endpoint(ignored));
  const int64_t now = SteadyNow();
  facts_.connect_ns = now - since_;
  facts_.round_trip_ns = RoundTripOf(socket_.native_handle(), facts_.connect_ns);
  since_ = now;
  Read();
  if (tls_ == nullptr) {
    open_ = true;
    OnOpened();
  } else {
    GoOnWithHandshake();
  }
}

void Channel::GoOnWithHandshake() {
  const TlsSession::Step step = tls_->Handshake();
  tls_->TakeOutput(outbox_);
  WriteSome();
  if (step == TlsSession::Step::kFailed) {
    OnNotOpened(tls_->ending());
  } else if (step == TlsSession::Step::kDone) {
    facts_.tls_ns = SteadyNow() - since_;
    facts_.tls_version = tls_->version();
    open_ = true;
    OnOpened();
  }
}

void Channel::Shut() {
  shut_ = true;
  asio::error_code ignored;
  socket_.close(ignored);
}

bool Channel::PeerClosed() {
  char byte = 0;
  const ssize_t got = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  // Bytes that nobody asked for announce the end, too: a 408, or TLS's close_notify.
  return got >= 0 || (errno != EAGAIN && errno != EINTR);
}

void Channel::Read() {
  socket_.async_read_some(asio::buffer(buffer_.get(), limits::kReadBytes),
                          [self = shared_from_this()](const asio::error_code& error, size_t size) {
                            self->OnRead(error, size);
                          });
}

void Channel::OnRead(const asio::error_code& error, size_t size) {
  if (shut_) {
    return;
  }
  if (error) {
    const bool in_order = error == asio::error::eof && (tls_ == nullptr || tls_->ended());
    const Ending ending{in_order ? Failure::kNone : Failure::kCut, error.message(), {}};
    if (open_) {
      OnEnded(ending);
    } else {
      OnNotOpened({Failure::kTls, "it closed the connection during the handshake", {}});
    }
    return;
  }
  if (tls_ == nullptr) {
    OnBytes({buffer_.get(), size});
  } else {
    OnCiphertext({buffer_.get(), size});
  }
  if (!shut_) {
    Read();
  }
}

void Channel::OnCiphertext(std::string_view bytes) {
  tls_->Put(bytes);
  if (!open_) {
    GoOnWithHandshake();
  }
  while (open_ && !shut_) {
    std::string_view plain;
    const TlsSession::Step step = tls_->Read(plain);
    if (step == TlsSession::Step::kMore) {
      break;
    }
    if (step == TlsSession::Step::kFailed) {
      OnEnded(tls_->ending());
      return;
    }
    if (plain.empty()) {
      OnEnded({});
      return;
    }
    OnBytes(plain);
  }
  if (!shut_) {
    tls_->TakeOutput(outbox_);
    WriteSome();
  }
}

bool Channel::Write(const Pieces& pieces) {
  pieces_ = pieces;
  size_ = 0;
  handed_ = 0;
  for (const std::string_view piece : pieces) {
    size_ += piece.size();
  }
  return WriteSome();
}

bool Channel::WriteSome() {
  asio::error_code error;
  const bool all = tls_ == nullptr ? WritePlain(error) : WriteEncrypted(error);
  if (!all && error == asio::error::would_block && !std::exchange(write_waits_, true)) {
    socket_.async_wait(Socket::wait_write,
                       [self = shared_from_this()](const asio::error_code& wait_error) {
                         self->OnWritable(wait_error);
                       });
  }
  return all || error == asio::error::would_block;
}

void Channel::OnWritable(const asio::error_code& error) {
  write_waits_ = false;
  if (error || shut_ || all_written()) {
    return;
  }
  WriteSome();
  if (open_ && all_written()) {
    OnWritten();
  }
}

bool Channel::WritePlain(asio::error_code& error) {
  while (handed_ < size_) {
    std::array<asio::const_buffer, std::tuple_size_v<Pieces>> buffers;
    size_t count = 0;
    size_t skip = handed_;
    for (const std::string_view piece : pieces_) {
      const size_t skipped = std::min(skip, piece.size());
      skip -= skipped;
      if (skipped < piece.size()) {
        buffers[count++] = asio::buffer(piece.substr(skipped));
      }
    }
    handed_ +=
        count == 1 ? socket_.write_some(buffers[0], error) : socket_.write_some(buffers, error);
    if (error) {
      return false;
    }
  }
  return true;
}

/// A record's worth of a large body at a time, so that it is not in memory twice.
bool Channel::WriteEncrypted(asio::error_code& error) {
  while (true) {
    while (outbox_sent_ < outbox_.size()) {
      outbox_sent_ += socket_.write_some(
          asio::buffer(outbox_.data() + outbox_sent_, outbox_.size() - outbox_sent_), error);
      if (error) {
        return false;
      }
    }
    outbox_.clear();
    outbox_sent_ = 0;
    if (handed_ == size_) {
      return true;
    }
    while (handed_ < size_ && outbox_.size() < limits::kEncryptedBytes) {
      const std::string_view piece = NextPiece();
      if (!tls_->Write(piece)) {
        error = asio::error::broken_pipe;
        return false;
      }
      handed_ += piece.size();
      tls_->TakeOutput(outbox_);
    }
  }
}

/// What is to be encrypted next.
std::string_view Channel::NextPiece() const {
  size_t skip = handed_;
  for (const std::string_view piece : pieces_) {
    if (skip < piece.size()) {
      return piece.substr(skip, limits::kEncryptedBytes);
    }
    skip -= piece.size();
  }
  return {};
}

}  // namespace trafrec::send
