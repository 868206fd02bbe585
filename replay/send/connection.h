#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "replay/send/answer_reader.h"
#include "replay/send/channel.h"
#include "replay/send/exchange.h"

namespace trafrec::send {

/// What all connections to a target have in common. Outlives them.
struct ConnectionRules {
  std::string description;  ///< of the target, in sentences
  int64_t connect_timeout_ms = 0;
  int64_t answer_timeout_ms = 0;
  const TlsContext* tls = nullptr;
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

/// One connection to a target: opened once, then one exchange after the other.
class Connection final : public Channel {
 public:
  Connection(Loop& loop, const ConnectionRules& rules, ConnectionOwner& owner, uint64_t number);

  /// Takes the exchange and writes it. False, with the exchange left as it was, if the connection
  /// turns out to be closed and no byte was written.
  bool Start(std::unique_ptr<Exchange>& exchange);
  /// Gives the exchange back, if there is one. The owner is not called any more.
  std::unique_ptr<Exchange> Close();
  /// Time has passed: gives up what is due.
  void OnDeadline(int64_t now);
  /// Before Open: there is no address, or Open failed.
  void OnNotOpened(const Ending& ending) override;

  int64_t deadline() const { return deadline_; }
  int64_t began_at() const { return began_at_; }
  const Exchange* exchange() const { return exchange_.get(); }

 private:
  void OnOpened() override;
  void OnBytes(std::string_view bytes) override;
  void OnEnded(const Ending& ending) override;
  void OnWritten() override;

  void SendBody();
  Ending NotOpenedInTime() const;
  void SetDeadline(int64_t deadline);
  int64_t answer_deadline() const;
  void NoteWritten();
  void Finish(bool reusable);
  void FailExchange(const Ending& ending);

  const ConnectionRules& rules_;
  ConnectionOwner* owner_;
  bool open_ = false;
  int64_t began_at_ = 0;
  int64_t idle_since_ = 0;
  int64_t deadline_ = 0;  // 0: none

  std::unique_ptr<Exchange> exchange_;
  bool body_held_ = false;  // until "100 Continue"
  AnswerReader reader_;
};

}  // namespace trafrec::send
