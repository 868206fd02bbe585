#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "replay/dialect/operation.h"
#include "replay/message/http_message.h"

namespace trafrec::replay {

/// What a context of the source is called at the target; nothing: it is not known.
using FindContext = std::function<std::optional<std::string>(std::string_view source_id)>;

/// Puts the target's scroll, point-in-time and task ids in the place of the source's, wherever they
/// stand in path, query or body. Nothing else is changed.
void MapContexts(const dialect::Meaning& meaning, const FindContext& find,
                 message::Request& request);

/// A request that makes what was written to the indices of `meaning` visible to searches.
message::Request RefreshOf(const dialect::Meaning& meaning);

}  // namespace trafrec::replay
