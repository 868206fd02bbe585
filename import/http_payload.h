#pragma once

#include <string_view>

#include "import/imported_exchange.h"
#include "reassembly/http/head.h"

// A message as HTTP/1 has it on the wire, in one piece, which may be cut.

namespace trafrec::import {

struct PayloadHead {
  ImportedMessage message;  ///< its body is still framed
  reassembly::StartLine line;
  reassembly::HeadFields fields;
  bool complete = false;  ///< the head has its end
};

/// nullopt: it does not begin with a start line of that side.
std::optional<PayloadHead> ReadPayloadHead(std::string_view payload, store::Side side);

/// What a body became when its framing was taken off.
struct FramedBody {
  bool cut = false;            ///< it ends before its own end
  uint64_t surplus_bytes = 0;  ///< behind its end; dropped
};

/// Takes off the framing that the head declares, or the body that cannot be: a message without one
/// has `may_have_body` false.
FramedBody TakeFraming(PayloadHead& head, store::Side side, bool may_have_body);

}  // namespace trafrec::import
