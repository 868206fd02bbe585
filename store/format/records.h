#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/endpoint.h"
#include "base/time.h"
#include "store/format/flags.h"

// What the recorder hands to the log. Every record becomes one entry of a frame (the truth) and,
// where a person would ask for it, one row (the index). docs/segment_format.md is normative for
// both.

namespace trafrec::store {

/// Who sent it: the client's flow carries requests, the server's carries responses.
enum class Side : uint8_t { kClient = 0, kServer = 1 };

constexpr Side Other(Side side) { return side == Side::kClient ? Side::kServer : Side::kClient; }

/// Number of an exchange within one attempt: 1, 2, …, given by the reassembly thread in the order
/// in which the requests' first bytes were delivered. A response without a request has a number of
/// its own.
using ExchangeNumber = uint64_t;

/// Number of a connection within one attempt: 1, 2, …
using ConnectionNumber = uint64_t;

/// 2 * exchange for its request, 2 * exchange + 1 for its response. Key of the message table.
using MessageId = uint64_t;

constexpr MessageId MessageIdOf(ExchangeNumber exchange, Side side) {
  return 2 * exchange + static_cast<uint64_t>(side);
}
constexpr ExchangeNumber ExchangeOf(MessageId id) { return id / 2; }
constexpr Side SideOf(MessageId id) { return static_cast<Side>(id % 2); }

/// One tag of the encapsulation in which a packet travelled, outermost first.
struct EncapsulationId {
  enum class Kind : uint8_t {
    kVlan = 1,
    kMpls = 2,
    kPppoe = 3,
    kGre = 4,
    kVxlan = 5,
    kGeneve = 6,
    kErspan = 7,
    kGtpU = 8,
    kIpInIp = 9,
    kTeredo = 10
  };
  Kind kind;
  uint32_t id;  ///< VLAN id, label, session, key, VNI, TEID; 0 where the encapsulation has none

  friend bool operator==(const EncapsulationId&, const EncapsulationId&) = default;
};

/// "vlan", as in the log's connection rows.
const char* EncapsulationName(EncapsulationId::Kind kind);

enum class GapCause : uint8_t {
  kAcknowledged = 1,  ///< the peer acknowledged past the hole: the bytes went by unseen
  kStreamLimit = 2,   ///< one stream had buffered its limit behind the hole
  kGlobalLimit = 3,   ///< all streams together had buffered the limit
  kClosed = 4,        ///< the connection ended with the hole still open
  kSnaplen = 5,       ///< the capture cut the packet
  kTimeout = 6,       ///< the hole stayed open longer than its time limit
};

const char* GapCauseName(GapCause cause);

/// Bytes of one message that the endpoints exchanged and the capture did not see.
struct MessageGap {
  enum class Part : uint8_t { kHead = 0, kBody = 1, kFraming = 2 };

  Part part = Part::kBody;
  uint64_t body_offset =
      0;  ///< where the hole lies in the transfer-decoded body, bytes; 0 for other parts
  uint64_t flow_offset = 0;  ///< where it lies in the flow's payload, bytes from the flow's first
  uint64_t length = 0;       ///< > 0
  TimeNs revealed_at = 0;    ///< packet time at which we learned of it
  GapCause cause = GapCause::kAcknowledged;
};

const char* MessagePartName(MessageGap::Part part);

/// How a message says where its body ends (RFC 9112, section 6).
enum class Framing : uint8_t {
  kNone = 0,  ///< no body by rule: HEAD, 1xx, 204, 304, a request without a length
  kContentLength = 1,
  kChunked = 2,
  kUntilClose = 3,
  kOpaque = 4,  ///< after 101 or CONNECT: bytes are counted, not stored
};

const char* FramingName(Framing framing);

/// All that the wire proves about one message beside its bytes. Times are packet times.
struct MessageFacts {
  TimeNs first_byte_at = 0;
  TimeNs last_byte_at = 0;
  TimeNs last_copy_at = 0;   ///< last packet that carried any byte of it, retransmissions included
  uint32_t first_seq = 0;    ///< raw sequence number of its first byte
  uint64_t flow_offset = 0;  ///< of its first byte in the flow's payload
  std::optional<uint32_t> ack_then;  ///< raw ACK number on the packet of its first byte
  uint64_t wire_bytes = 0;   ///< head, framing, body and trailers as on the wire, gaps included
  uint64_t acked_bytes = 0;  ///< how many of them, from the first on, the peer acknowledged
  std::optional<uint32_t>
      last_ack;             ///< raw ACK number of the last packet that acknowledged any of it
  TimeNs last_ack_at = 0;   ///< its time; 0 without last_ack
  uint64_t copies = 0;      ///< packets that carried bytes of it that had been seen before
  uint64_t body_bytes = 0;  ///< transfer-decoded, content-encoded; gaps included
  uint64_t body_stored_bytes =
      0;  ///< how many of them are in the log: body_bytes less gaps, cut and shed ones
  std::optional<uint64_t> declared_bytes;  ///< Content-Length, if that is the framing
  Framing framing = Framing::kNone;
  uint8_t version_major = 0;
  uint8_t version_minor = 0;
  uint16_t status = 0;  ///< of a response; 0 for a request
  Flags flags = 0;
  std::vector<MessageGap> gaps;  ///< in order
};

/// A message whose bytes are all handed over: large bodies as extents before, the rest here. The
/// spans are borrowed until PutMessage returns.
struct MessageRecord {
  MessageId id = 0;
  ConnectionNumber connection = 0;
  MessageFacts facts;
  Bytes head;  ///< start line and header fields as on the wire, with the empty line that ends them
  Bytes body_rest;       ///< transfer-decoded bytes that follow the extents
  Bytes trailers;        ///< trailer fields as on the wire, without the final empty line
  uint32_t extents = 0;  ///< how many PutExtent calls came before, for this id
};

/// An interim answer (1xx other than 101) that came before the final one.
struct InterimResponse {
  TimeNs at = 0;
  uint16_t status = 0;
  std::string head;  ///< raw
};

/// Joins a request and its response, or says what was seen of the two. Put once when the exchange
/// is settled; before that once more with Flag::kOpen if the request waited for over a second. The
/// later one replaces the earlier.
struct ExchangeRecord {
  ExchangeNumber number = 0;
  ConnectionNumber connection = 0;
  bool has_request = false;
  bool has_response = false;
  TimeNs began_at = 0;  ///< first byte of the request, or of the response where there is no request
  int64_t latency_ns =
      -1;  ///< last byte of the request to first byte of the final response; -1 unknown
  uint16_t status = 0;  ///< 0 without a response
  std::string method;   ///< empty without a request
  std::string target;   ///< as on the wire
  std::string
      host;  ///< the Host field's value, or the authority of an absolute target; may be empty
  Flags flags = 0;
  std::vector<InterimResponse> interim;
};

enum class CloseCause : uint8_t {
  kOpen = 0,  ///< not closed (yet)
  kFin = 1,   ///< both sides sent FIN
  kReset = 2,
  kReplaced = 3,  ///< a new SYN reused the addresses and ports
  kIdleTimeout = 4,
  kEvicted = 5,
  kEndOfCapture = 6,
};

const char* CloseCauseName(CloseCause cause);

/// What a connection's byte stream turned out to carry.
enum class Protocol : uint8_t {
  kUnknown = 0,
  kHttp1 = 1,
  kTls = 2,
  kHttp2 = 3,
  kEsTransport = 4,
  kOther = 5,
  kNoData = 6
};

const char* ProtocolName(Protocol protocol);

/// How one side of a connection ended it, if it did.
struct SideClose {
  std::optional<TimeNs> fin_at;
  uint32_t fin_seq = 0;  ///< raw sequence number of the FIN
  std::optional<TimeNs> rst_at;
  uint32_t rst_seq = 0;
  uint64_t payload_bytes = 0;  ///< bytes of the flow up to the highest sequence number seen
  uint64_t gap_bytes = 0;
};

/// Identity and fate of a connection. Put before the first record that refers to it, and again when
/// it is closed.
struct ConnectionRecord {
  ConnectionNumber number = 0;
  Endpoint client;
  Endpoint server;
  std::optional<uint32_t> client_isn;  ///< null when the SYN was not captured
  std::optional<uint32_t> server_isn;
  std::string interface;  ///< name, or "" for a file that names none
  std::vector<EncapsulationId> encapsulation;
  TimeNs opened_at = 0;                 ///< first packet seen
  TimeNs closed_at = 0;                 ///< last packet seen
  std::optional<int64_t> handshake_ns;  ///< SYN to SYN-ACK to ACK, the round trip as seen from here
  CloseCause close_cause = CloseCause::kOpen;
  Protocol protocol = Protocol::kUnknown;
  SideClose client_close;
  SideClose server_close;
  Flags flags = 0;  ///< kMidStream, kEvicted, kOverlapConflict, kSnaplenCut
};

enum class LossCause : uint8_t {
  kStart = 1,          ///< the recorder started: nothing before is in this attempt
  kStop = 2,           ///< it stopped in good order
  kCrash = 3,          ///< it was killed or died; written by the next start
  kKernelDrop = 4,     ///< the kernel's ring was full (ps_drop)
  kInterfaceDrop = 5,  ///< the interface itself dropped (ps_ifdrop, /sys statistics)
  kRingDrop = 6,       ///< our ring between capture and reassembly was full
  kLimit = 7,          ///< a limit of limits.h evicted state
  kDiskFull = 8,       ///< nothing could be stored
  kLoad = 9,           ///< shed under load in the order of docs/accounting.md
  kCutFile = 10,       ///< the capture file ends in the middle of a packet
  kGap = 11,           ///< bytes of one connection that became no message: whole ones may be among
                       ///< them
  kGapShare = 12,      ///< of `of_bytes` that were acknowledged in this interval `bytes` were not
                       ///< captured; each is in a message's gaps or in a kGap row too
  kDamage = 13,        ///< could not be read any more when the log was repaired
  kFilter = 14,        ///< the capture got another filter: other traffic is here from then on
};

const char* LossCauseName(LossCause cause);

/// An interval in which traffic may be missing, and how much of it.
struct LossRecord {
  LossCause cause = LossCause::kStart;
  TimeNs from = 0;
  TimeNs until = 0;
  std::optional<ConnectionNumber> connection;  ///< where the capture could know it
  uint64_t packets = 0;
  uint64_t bytes = 0;
  bool exact = false;     ///< false: an estimate, or an amount that nobody can know
  uint64_t of_bytes = 0;  ///< of kGapShare: the whole, 0 else

  bool operator==(const LossRecord&) const = default;
};

/// What holds a mark back: the oldest thing that is not yet in the log.
enum class HoldCause : uint8_t {
  kNone = 0,         ///< nothing: the mark is at the newest packet
  kUndelivered = 1,  ///< bytes wait behind a hole for what was lost or is late
  kRequest = 2,      ///< a request is still coming in, or is younger than a second
  kAnswer = 3,       ///< a request waits for its answer, or the answer is coming in
  kSettling = 4,     ///< both have ended, and their last acknowledgement is awaited
};

const char* HoldCauseName(HoldCause cause);

struct Hold {
  HoldCause cause = HoldCause::kNone;
  ExchangeNumber exchange = 0;  ///< 0: none, or it has no number yet

  bool operator==(const Hold&) const = default;
};

/// "answer 1017", "undelivered"; "" for none. As in the log's watermark rows.
std::string HoldText(const Hold& hold);

/// Progress that the reassembly thread has made, monotone. See docs/accounting.md, "Marks".
struct Marks {
  ExchangeNumber exchanges_below =
      0;  ///< every exchange with a smaller number is in the records put so far (open ones too)
  TimeNs requests_through = 0;  ///< every request that began before is put
  TimeNs answers_through = 0;   ///< and so is its outcome
  Hold requests_hold{};
  Hold answers_hold{};
};

/// How far the marks were at one time: their history.
struct WatermarkRecord {
  TimeNs at = 0;  ///< packet time
  TimeNs requests_through = 0;
  TimeNs answers_through = 0;
  Hold requests_hold{};
  Hold answers_hold{};

  bool operator==(const WatermarkRecord&) const = default;
};

}  // namespace trafrec::store
