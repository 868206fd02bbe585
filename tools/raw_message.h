#pragma once

#include <string>

#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// The head that goes with the stored body: where redaction changed or decoded it, without the
/// content encoding and with its new length; else unchanged.
std::string HeadOfStoredBody(const store::StoredMessage& message);

/// The message as it may be sent again: its head (HeadOfStoredBody), its body in the framing that
/// the head announces (chunked again, with its trailers, where it was chunked). The sizes of the
/// chunks are not those of the wire.
std::string ReframedMessage(const store::StoredMessage& message);

}  // namespace trafrec::tools
