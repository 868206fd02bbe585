#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "replay/send/failure_words.h"
#include "replay/send/target.h"

struct ssl_st;
struct ssl_ctx_st;
struct bio_st;
struct x509_store_ctx_st;

// TLS as bytes in, bytes out: no sockets. OpenSSL stays behind it.

namespace trafrec::send {

/// What all sessions with a target have in common: whom to trust, and who we are.
class TlsContext {
 public:
  /// Reads the files. `host` is the URL's.
  static Result<std::unique_ptr<TlsContext>> Make(const Tls& tls, const std::string& host);

 private:
  friend class TlsSession;
  friend struct TlsCallbacks;
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  TlsContext() = default;

  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::string server_name_;
  bool has_certificate_ = false;
};

/// The client's side of one session.
class TlsSession {
 public:
  /// `context` outlives it.
  explicit TlsSession(const TlsContext& context);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  enum class Step : uint8_t { kMore, kDone, kFailed };

  /// What came from the peer.
  void Put(std::string_view ciphertext);
  /// Until kDone.
  Step Handshake();
  /// kDone gives what was decrypted, until the next call; nothing if the peer has ended in order.
  Step Read(std::string_view& plain);
  /// False if the session is broken.
  bool Write(std::string_view plain);
  /// Appends what is to go to the peer.
  void TakeOutput(std::string& to);

  /// Whether the peer has ended the session in order.
  bool ended() const { return ended_; }
  /// After kFailed.
  const Ending& ending() const { return ending_; }
  /// After the handshake: "TLSv1.3".
  std::string_view version() const;

 private:
  friend struct TlsCallbacks;
  struct Free {
    void operator()(ssl_st* session) const;
  };
  Step Judge(int result);
  Ending Describe() const;

  const TlsContext& context_;
  std::unique_ptr<ssl_st, Free> session_;
  bio_st* from_peer_ = nullptr;  // both belong to the session
  bio_st* to_peer_ = nullptr;
  std::array<char, 16'384> plain_;  // the most that a record holds
  Ending ending_;
  Ending distrust_;  // of the peer's certificate
  bool certificate_asked_ = false;
  bool ended_ = false;
};

}  // namespace trafrec::send
