#include "reconcile/boundary/form_of.h"

#include "reconcile/source/json_place.h"

namespace trafrec::reconcile {

Form FormOf(const dialect::Operation& operation, std::string_view body) {
  const dialect::Writing& writing = operation.writing;
  const bool external = writing.condition.version &&
                        writing.condition.version_type != dialect::VersionType::kInternal;
  if (operation.kind != dialect::Kind::kUpdate) {
    return external ? Form::kOther : Form::kWhole;
  }
  const auto tree = json::Tree::Parse(body);
  if (!tree || writing.scripted || !writing.pipeline.empty()) {
    return Form::kOther;
  }
  const JsonPlace root(*tree);
  return root["doc"].exists() && !root["upsert"].exists() ? Form::kMerged : Form::kOther;
}

}  // namespace trafrec::reconcile
