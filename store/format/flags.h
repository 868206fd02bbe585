#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace trafrec::store {

/// What is wrong or unusual with a message or an exchange. The numbers are frozen: they are bits of
/// the `flags` columns (docs/segment_format.md). An exchange carries the union of its messages'
/// flags and its own.
enum class Flag : uint8_t {
  kResponseMissing = 0,  ///< no answer was seen by the time the exchange was closed
  /// The request ended (FIN, RST, end of capture, eviction) before its own end, or nothing says
  /// where that is.
  kRequestTruncated = 1,
  kResponseTruncated = 2,  ///< the same for the response
  kEarlyResponse = 3,      ///< the response began before the request had ended
  kGapInRequest = 4,       ///< bytes of the request went by unseen; its gaps say which
  kGapInResponse = 5,      ///< the same for the response
  kResynchronised =
      6,  ///< found again after a gap or an error, its start not proved by what came before
  kPairingAmbiguous = 7,  ///< more than one partner was possible, so it was left without one
  kLenient = 8,           ///< only the lenient parser accepted it
  kMidStream = 9,         ///< the connection was already open when the capture began
  kEvicted = 10,          ///< cut short by a limit of ours (limits.h)
  kOverlapConflict = 11,  ///< a retransmission carried other bytes than the first copy
  kUpgraded = 12,         ///< the connection left HTTP/1 after this exchange (101, CONNECT)
  kReencoded = 13,        ///< body stored decoded (redaction, import), or with values replaced
  kWithheld = 14,         ///< body withheld by redaction; its token and length are kept
  kSnaplenCut = 15,       ///< the capture cut its packets (snaplen)
  kRequestMissing = 16,   ///< a response whose request was not seen
  kBodyShed = 17,         ///< body given up under load, in the order of docs/accounting.md
  kOpen = 18,  ///< the request was still waiting for its answer when this row was written
  kPairingPresumed =
      19,  ///< after a loss: right unless the client asked otherwise in the part that is missing
  kWireUnknown =
      20,  ///< imported: its connection, or facts of it, are made up, as the file has none
  kHeadRebuilt = 21,  ///< imported: the head is put together from fields, not as on the wire
  kBodyMissing = 22,  ///< imported: a body, or a part of it, is not in the file
  kBodyRefused = 23,  ///< its client asked first (Expect), was refused, and sent no body
};

using Flags = uint64_t;

constexpr Flags FlagBit(Flag flag) { return Flags{1} << static_cast<unsigned>(flag); }
constexpr bool HasFlag(Flags flags, Flag flag) { return (flags & FlagBit(flag)) != 0; }

/// Flags that mean that something of the exchange is absent or not proved. An exchange is complete
/// if it has none.
inline constexpr Flags kIncompleteFlags =
    FlagBit(Flag::kResponseMissing) | FlagBit(Flag::kRequestTruncated) |
    FlagBit(Flag::kResponseTruncated) | FlagBit(Flag::kGapInRequest) |
    FlagBit(Flag::kGapInResponse) | FlagBit(Flag::kResynchronised) |
    FlagBit(Flag::kPairingAmbiguous) | FlagBit(Flag::kEvicted) | FlagBit(Flag::kWithheld) |
    FlagBit(Flag::kSnaplenCut) | FlagBit(Flag::kRequestMissing) | FlagBit(Flag::kBodyShed) |
    FlagBit(Flag::kOpen) | FlagBit(Flag::kBodyMissing);

/// "response_missing", as in NDJSON and in `--flag`. Stable.
const char* FlagName(Flag flag);
/// The names of all flags set, in order of their numbers.
std::vector<std::string> FlagNames(Flags flags);
/// The flag of a name (with '-' or '_' between words), or an Error that lists the names.
Result<Flag> FlagOfName(const std::string& name);

}  // namespace trafrec::store
