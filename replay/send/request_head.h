#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "replay/message/http_message.h"

// A request as bytes. Pure: no sockets, no clocks.

namespace trafrec::send {

/// A field that is sent in the place of the recorded ones of its name, or at the end.
struct SetField {
  std::string name;
  std::string value;
  bool secret = false;
};

/// What a target changes in every request.
struct HeadRules {
  std::string path;  ///< put before the request's own
  std::string host;  ///< of the Host field
  std::vector<SetField> set;
  std::vector<std::string> drop;  ///< names that are not sent, whatever was recorded
};

/// A request ready to be written. Used again for the next one, so that its memory stays.
struct Outgoing {
  std::string head;  ///< the empty line included
  std::string lead;  ///< of a chunked body: the line with its size
  std::string tail;  ///< the last chunk and the trailers
  bool awaits_continue = false;

  struct Range {
    size_t offset;
    size_t length;
  };
  std::vector<Range> secrets;  ///< in `head`, in order

  /// What is written, in this order.
  std::array<std::string_view, 4> Pieces(const message::Request& request) const {
    return {head, lead, request.body, tail};
  }
  /// Puts "(secret)" where secrets are.
  void HideSecrets();

  std::vector<bool> placed;  ///< WriteRequest's own: which of the set fields stand in the head
};

/// Fields stay as they are, in order and spelling, but for
///  - those that are of one connection only (RFC 9110, section 7.6.1): what Connection names,
///    Connection, Keep-Alive, Proxy-*, TE, Upgrade; Trailer, unless trailers are sent;
///  - Host, and what frames the body: Content-Length or Transfer-Encoding, in their places;
///  - Expect, unless there is a body to wait with;
///  - what the rules set and drop, and `signature`, which is set after them.
/// Gives "" or the reason why no HTTP/1.1 request can be made of it.
std::string WriteRequest(const message::Request& request, const HeadRules& rules,
                         const std::vector<SetField>& signature, Outgoing& out);

/// The Host field's value as it goes out: what the rules set, else the request's own if it keeps
/// it, else the target's. Borrows from both.
std::string_view HostOf(const message::Request& request, const HeadRules& rules);

/// The target as it goes out: the path before it, and the scheme and host of an absolute one gone.
std::string TargetOf(std::string_view recorded, std::string_view path);

}  // namespace trafrec::send
