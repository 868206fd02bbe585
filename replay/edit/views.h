#pragma once

#include <vector>

#include "replay/dialect/request.h"
#include "replay/message/http_message.h"

namespace trafrec::edit {

/// Fields as a dialect looks at them. Borrowed.
inline std::vector<dialect::HeaderView> HeaderViews(const std::vector<message::Field>& fields) {
  std::vector<dialect::HeaderView> views;
  views.reserve(fields.size());
  for (const message::Field& field : fields) {
    views.push_back({field.name, field.value});
  }
  return views;
}

}  // namespace trafrec::edit
