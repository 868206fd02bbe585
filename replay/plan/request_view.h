#pragma once

#include <vector>

#include "replay/dialect/request.h"
#include "replay/message/http_message.h"

namespace trafrec::plan {

/// A request as a dialect looks at it.
class View {
 public:
  explicit View(const message::Request& request) {
    for (const message::Field& field : request.fields) {
      headers_.push_back({field.name, field.value});
    }
    view_ = {request.method, request.target, headers_, request.body};
  }
  const dialect::RequestView& get() const { return view_; }

 private:
  std::vector<dialect::HeaderView> headers_;
  dialect::RequestView view_;
};

}  // namespace trafrec::plan
