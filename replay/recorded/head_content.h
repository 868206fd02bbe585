#pragma once

#include "replay/recorded/content.h"
#include "replay/recorded/message_head.h"

namespace trafrec::recorded {

/// DecodeContent of a message whose head was taken apart already.
Content DecodeContent(const store::StoredMessage& message, const MessageHead& head,
                      size_t bytes_max);

}  // namespace trafrec::recorded
