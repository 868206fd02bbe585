#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reassembly/http/head.h"
#include "reassembly/http/intrusive_list.h"
#include "store/crypto/hash.h"
#include "store/format/records.h"

namespace trafrec::reassembly {

class ExchangeOwner;

/// Of an answer among all of its connection that were seen.
struct AnswerPlace {
  uint64_t answer = 0;
  uint64_t count = 0;  ///< which one of Backlog's
};

/// A request or a response under construction. Its buffers are charged to the MemoryAccount by
/// ExchangeBook::Charge.
struct Message {
  Message() = default;
  Message(const Message&) = delete;  // `facts` is a part of it
  Message& operator=(const Message&) = delete;

  store::MessageRecord record;  ///< its bytes are set only while it is put
  store::MessageFacts& facts = record.facts;
  std::string head;
  std::string body;  ///< what follows the extents
  std::string trailers;
  uint32_t extents = 0;
  std::optional<uint64_t> peer_offset;  ///< how much of the reverse flow its sender had received
  bool present = false;
  bool head_complete = false;
  bool ended = false;  ///< no byte of it will follow
  bool put = false;
  bool shed = false;                              ///< its body is not stored
  std::unique_ptr<store::crypto::Hmac> withheld;  ///< of a body too large for redaction

  uint64_t end() const { return facts.flow_offset + facts.wire_bytes; }
  /// What `other` holds, which is empty then. Both are not put.
  void TakeOver(Message& other);
  bool covered() const { return facts.acked_bytes >= facts.wire_bytes; }
};

/// A request with its response, from the request's first byte (or the response's, if no request was
/// seen) until both are put. Made and recycled by ExchangeBook; linked into its lists and into that
/// of its connection.
struct Exchange {
  store::ExchangeNumber number = 0;  ///< 0: its start line is not recognised yet
  uint64_t serial = 0;               ///< order of making; breaks ties of time
  ExchangeOwner* owner = nullptr;
  std::array<Message, 2> messages;  ///< by Side
  std::vector<store::InterimResponse> interim;
  store::Flags flags = 0;      ///< its own; those of the messages are in their facts
  Slice method, target, host;  ///< in the request's head
  TimeNs began_at = 0;
  TimeNs finished_at = 0;
  size_t charged = 0;             ///< to the MemoryAccount
  size_t settling_bytes = 0;      ///< while it is in the settling list
  bool finished = false;          ///< both sides have ended; only ACKs are awaited
  bool read = false;              ///< by method and path it changes nothing (request_class.h)
  bool open_put = false;          ///< an open row was written
  bool no_answer = false;         ///< no response will be paired with its request
  bool simple = false;            ///< its request is HTTP/0.9
  bool undecided = false;         ///< one of the answers seen may be its; it may turn out which
  bool undecided_answer = false;  ///< it has no number, for it may go to a request's exchange

  AnswerPlace place;  ///< of an undecided answer

  std::list<Exchange>::iterator self;  ///< in ExchangeBook's list of live ones
  ListLink<Exchange> in_connection;
  ListLink<Exchange> by_number;          ///< numbered, not put
  ListLink<Exchange> waiting;            ///< requests not put, by time
  ListLink<Exchange> held;               ///< requests not put though due for an open row, by time
  ListLink<Exchange> unsettled;          ///< by time
  ListLink<Exchange> answers_undecided;  ///< by time
  ListLink<Exchange> settling;           ///< finished, by time of finishing
  bool waiting_late = false;             ///< in TimeQueue's tree instead of its list
  bool held_late = false;
  bool unsettled_late = false;

  Message& request() { return messages[0]; }
  Message& response() { return messages[1]; }
  Message& message(store::Side side) { return messages[static_cast<size_t>(side)]; }
};

/// The connection, as ExchangeBook sees it.
class ExchangeOwner {
 public:
  virtual ~ExchangeOwner() = default;
  virtual store::ConnectionNumber connection_number() const = 0;
  /// Before any record of its exchanges is put: it puts its own, if it has not yet.
  virtual void BeforePut() = 0;
  /// The head of its request takes too long: ends the request there, or discards the exchange.
  virtual void GiveUpHead(Exchange& exchange) = 0;
  /// It is undecided for too long. It may leave at once.
  virtual void GiveUpPairing(Exchange& exchange) = 0;
  /// The exchange leaves: forget it. It is recycled afterwards.
  virtual void OnLeaving(Exchange& exchange) = 0;
};

}  // namespace trafrec::reassembly
