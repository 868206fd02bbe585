#include "replay/edit/step.h"

#include <utility>

namespace trafrec::edit {

Result<Changes> Failed(OnError on_error, const std::string& rule, const Context& context,
                       std::string why) {
  switch (on_error) {
    case OnError::kStop:
      return Fail(ErrorCode::kIo, rule + " failed on exchange " + context.id + ": " + why,
                  "on_error = \"keep\" sends such a request as it is, \"drop\" does not send it");
    case OnError::kDrop:
      return Changes{.drop = "dropped, because " + rule + " failed: " + why,
                     .failure = std::move(why)};
    case OnError::kKeep:
      break;
  }
  return Changes{.failure = std::move(why)};
}

std::unexpected<Error> Stopped(const std::string& rule) {
  return Fail(ErrorCode::kInterrupted, rule + " was stopped before it had an answer");
}

}  // namespace trafrec::edit
