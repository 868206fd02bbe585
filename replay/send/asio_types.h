#pragma once

#include <asio/basic_stream_socket.hpp>
#include <asio/basic_waitable_timer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/basic_resolver.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <vector>

// asio's objects, bound to the loop itself: the usual ones call it through a type-erased executor,
// with each operation.

namespace trafrec::send {

using Loop = asio::io_context;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Loop::executor_type>;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Loop::executor_type>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Loop::executor_type>;
using Addresses = std::vector<asio::ip::tcp::endpoint>;

/// The monotonic clock, in nanoseconds.
inline int64_t SteadyNow() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace trafrec::send
