#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <vector>

#include "base/error.h"
#include "replay/send/address_book.h"
#include "replay/send/connection.h"
#include "replay/send/credentials.h"
#include "replay/send/sender.h"
#include "replay/send/target.h"
#include "replay/send/tls.h"

namespace trafrec::send {

/// The connections to one target, and what waits for them. On the loop's thread.
///
/// A waiting exchange takes the connection that was used last, or a new one is opened while there
/// are fewer than connections_max. If one cannot be opened while others are open, its exchange
/// waits for these; if none is open, all fail that waited when the attempt began.
class Pool : public ConnectionOwner, public std::enable_shared_from_this<Pool> {
 public:
  /// `connections` counts those of all pools.
  static Result<std::shared_ptr<Pool>> Make(Loop& loop, const Target& target,
                                            uint64_t& connections);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() override;

  /// An exchange to be filled and given to Send, with the memory of an earlier one.
  std::unique_ptr<Exchange> Blank();
  void Send(std::unique_ptr<Exchange> exchange);
  bool Cancel(uint64_t number);
  void Close();
  Sender::Load load() const;

 private:
  /// What is made of a target before there is a pool.
  struct Settings;
  Pool(Loop& loop, const Target& target, Settings settings, uint64_t& connections);

  void OnOpen(Connection& connection) override;
  void OnOpenFailed(Connection& connection, const Ending& ending) override;
  void OnEnd(Connection& connection, std::unique_ptr<Exchange> exchange, bool reusable) override;
  void OnGone(Connection& connection) override;
  void Watch(int64_t deadline_ns) override;

  void Dispatch();
  void DispatchSoon();
  bool StartFront(Connection& connection);
  void OpenMore();
  void OpenOne();
  void Remove(const Connection& connection);
  void OnTimer();

  void FailLater(std::unique_ptr<Exchange> exchange, const Ending& ending);
  void ReportFailed();
  void Report(std::unique_ptr<Exchange> exchange);

  Loop& loop_;
  std::unique_ptr<TlsContext> tls_;  ///< null: plain HTTP
  ConnectionRules rules_;
  HeadRules head_rules_;
  Authorizer authorizer_;
  std::vector<SetField> signature_;  ///< of the last request
  size_t connections_max_;
  uint64_t& connections_ever_;
  std::shared_ptr<AddressBook> addresses_;
  Timer timer_;
  int64_t armed_for_ = std::numeric_limits<int64_t>::max();

  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;
  size_t opening_ = 0;
  int64_t open_again_at_ = 0;
  std::deque<std::unique_ptr<Exchange>> waiting_;
  std::vector<std::unique_ptr<Exchange>> failed_;  ///< not yet reported
  std::vector<std::unique_ptr<Exchange>> spare_;
  bool dispatch_comes_ = false;
  bool closed_ = false;
};

}  // namespace trafrec::send
