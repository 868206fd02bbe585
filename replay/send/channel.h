#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "replay/send/asio_types.h"
#include "replay/send/failure_words.h"
#include "replay/send/sent.h"
#include "replay/send/tls.h"

namespace trafrec::send {

/// Bytes to and from a target, over TCP or TLS. What is built on it hears of them by the virtual
/// functions, from the loop only and never after Shut. It reads all the time, so that it knows when
/// the peer closes. asio's handlers keep it alive until they ran.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  using Pieces = std::array<std::string_view, 4>;

  /// Without `tls` it is plain TCP. `tls` outlives it.
  Channel(Loop& loop, const TlsContext* tls);
  virtual ~Channel() = default;

  /// Tries the addresses in order. Once.
  void Open(const Addresses& addresses);

 protected:
  virtual void OnOpened() = 0;
  virtual void OnNotOpened(const Ending& ending) = 0;
  virtual void OnBytes(std::string_view bytes) = 0;
  /// The peer sends no more; kNone if it said so in order. Only after OnOpened.
  virtual void OnEnded(const Ending& ending) = 0;
  /// All pieces went out, where Write did not get rid of them at once.
  virtual void OnWritten() = 0;

  /// Tries at once, and goes on when the kernel has room. The bytes live until all are written, or
  /// Shut. False if the peer takes no more: what it sent before may still be read.
  bool Write(const Pieces& pieces);
  /// Of the last Write's bytes, those that were handed to the kernel or to TLS.
  size_t handed() const { return handed_; }
  bool all_written() const { return handed_ == size_ && outbox_.size() == outbox_sent_; }
  /// Whether the peer has closed, as the kernel knows it now. The loop tells it too, but later.
  bool PeerClosed();
  void Shut();
  bool shut() const { return shut_; }
  /// The peer has taken the connection, and TLS has begun.
  bool shaking_hands() const { return tls_ != nullptr && !open_ && facts_.connect_ns > 0; }
  ConnectionFacts& facts() { return facts_; }

 private:
  void OnConnected(const asio::error_code& error);
  void Read();
  void OnRead(const asio::error_code& error, size_t size);
  void OnCiphertext(std::string_view bytes);
  void GoOnWithHandshake();
  bool WriteSome();
  void OnWritable(const asio::error_code& error);
  bool WritePlain(asio::error_code& error);
  bool WriteEncrypted(asio::error_code& error);
  std::string_view NextPiece() const;

  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  ConnectionFacts facts_;
  bool shut_ = false;
  bool open_ = false;
  int64_t since_ = 0;  // connecting, then shaking hands
  std::unique_ptr<char[]> buffer_;

  Pieces pieces_;
  size_t size_ = 0;    // of all pieces
  size_t handed_ = 0;  // of these
  bool write_waits_ = false;
  std::string outbox_;  // encrypted, not yet the kernel's
  size_t outbox_sent_ = 0;
};

}  // namespace trafrec::send
