#pragma once

#include <vector>

#include "replay/dialect/request.h"
#include "replay/message/http_message.h"

namespace trafrec::edit {

/// A request's fields as a dialect looks at them. Borrowed.
inline std::vector<dialect::HeaderView> HeaderViews(const message::Request& request) {
  std::vector<dialect::HeaderView> views;
  views.reserve(request.fields.size());
  for (const message::Field& field : request.fields) {
    views.push_back({field.name, field.value});
  }
  return views;
}

}  // namespace trafrec::edit
