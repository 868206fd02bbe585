#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "replay/send/answer_reader.h"
#include "replay/send/asio_types.h"
#include "replay/send/exchange.h"

namespace trafrec::send {

/// What all connections to a target have in common. Outlives them.
struct ConnectionRules {
  std::string description;  ///< of the target, in sentences
  int64_t connect_timeout_ms = 0;
  int64_t answer_timeout_ms = 0;
};

/// Why a connection or an exchange ended.
struct Ending {
  Failure kind = Failure::kNone;
  std::string reason;
  std::string remedy;  ///< "": the kind's usual one
};

class Connection;

/// Who is told. Calls come from the loop only, as a connection's last act.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void OnOpen(Connection& connection) = 0;
  /// It is closed.
  virtual void OnOpenFailed(Connection& connection, const Ending& ending) = 0;
  /// The exchange's outcome stands in it. If not `reusable` the connection is closed.
  virtual void OnEnd(Connection& connection, std::unique_ptr<Exchange> exchange, bool reusable) = 0;
  /// An idle one was closed by the peer.
  virtual void OnGone(Connection& connection) = 0;
  /// OnDeadline is to be called then, of the monotonic clock.
  virtual void Watch(int64_t deadline_ns) = 0;
};

/// One connection to a target: opened once, then one exchange after the other. It reads all the
/// time, so that it knows when the peer closes it. asio's handlers keep it alive until they ran.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, const ConnectionRules& rules, ConnectionOwner& owner, uint64_t number);

  /// Tries the addresses in order. Once.
  void Open(const Addresses& addresses);
  /// Takes the exchange and writes it. False, with the exchange left as it was, if the connection
  /// turns out to be closed and no byte was written.
  bool Start(std::unique_ptr<Exchange>& exchange);
  /// Gives the exchange back, if there is one. The owner is not called any more.
  std::unique_ptr<Exchange> Close();
  /// Time has passed: gives up what is due.
  void OnDeadline(int64_t now);
  /// The opening failed before Open.
  void FailOpening(Ending ending);

  int64_t deadline() const { return deadline_; }
  bool open() const { return open_; }
  int64_t began_at() const { return began_at_; }
  const Exchange* exchange() const { return exchange_.get(); }

 private:
  void OnConnected(const asio::error_code& error);
  void BecomeOpen();
  void Read();
  void OnRead(const asio::error_code& error, size_t size);
  void OnReadEnd(const asio::error_code& error);
  void OnBytes(std::string_view bytes);
  void Write();
  bool WriteSome(asio::error_code& error);
  void OnWritable(const asio::error_code& error);
  void SendBody();
  bool PeerClosed();
  void SetDeadline(int64_t deadline);
  void Finish(bool reusable);
  void FailExchange(Ending ending);

  Socket socket_;
  const ConnectionRules& rules_;
  ConnectionOwner* owner_;
  ConnectionFacts facts_;
  bool open_ = false;
  bool closed_ = false;
  int64_t began_at_ = 0;
  int64_t connecting_since_ = 0;
  int64_t idle_since_ = 0;
  int64_t deadline_ = 0;  // 0: none

  std::unique_ptr<Exchange> exchange_;
  AnswerReader reader_;
  size_t written_ = 0;   // of the exchange's bytes
  size_t to_write_ = 0;  // now: all, or the head while "100 Continue" is awaited
  bool write_waits_ = false;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace trafrec::send
