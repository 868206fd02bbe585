#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/error.h"
#include "replay/send/sent.h"
#include "replay/send/target.h"

namespace trafrec::send {

/// Called once for each request, from the loop, never from within Send, Cancel or Close. May call
/// any of these. `sent` is the sender's again when it returns.
using Done = std::move_only_function<void(Sent& sent)>;

/// Sends requests over HTTP/1.1, each once: what goes again is decided by the caller. Keeps
/// connections open, with one exchange at a time on each; what comes while connections_max of its
/// target are in use waits in order. All calls are made on the loop's thread, and `loop` outlives
/// the sender; a loop that is made with a concurrency hint of 1 saves locks.
///
/// Memory: a read buffer and an answer for each connection, and what waits.
class Sender {
 public:
  /// What stands open, now.
  struct Load {
    size_t connections = 0;  ///< open or opening
    size_t idle = 0;         ///< of these, without an exchange
    size_t in_flight = 0;    ///< exchanges on a connection
    size_t waiting = 0;      ///< exchanges without one
  };

  /// Reads certificates and secrets; opens no connection. Fails with the first thing that is wrong
  /// with a target.
  static Result<std::unique_ptr<Sender>> Make(asio::io_context& loop,
                                              const std::vector<Target>& targets);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  /// Closes the connections. What has not ended is not reported any more. Not from within Done.
  ~Sender();

  /// Writes at once if a connection is idle. Gives the exchange's number, from 1, for Cancel.
  uint64_t Send(size_t target, message::Request request, Done done);
  /// Gives an exchange up, and its connection if it has one. False if it has ended already.
  bool Cancel(uint64_t number);
  /// Gives up all exchanges, which are reported as kCancelled, and closes all connections. What is
  /// sent afterwards is cancelled too.
  void Close();

  Load load() const;
  Load load(size_t target) const;

 private:
  struct Parts;
  explicit Sender(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace trafrec::send
