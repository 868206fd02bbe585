#include "replay/edit/transform_step.h"

#include <utility>

namespace trafrec::edit {

std::vector<std::string> TransformStep::rules() const {
  std::vector<std::string> names = transform_.rules();
  for (std::string& name : names) {
    name = std::string(transform_.name()) + " " + name;
  }
  return names;
}

Result<Changes> TransformStep::Apply(const Context&, message::Request& request, Content& content) {
  Changes changes;
  const Result<std::string_view> body = content.Get();
  if (!body) {
    changes.failure = body.error().what;
  }
  transform::Outcome outcome = transform_.Apply(request, body.value_or(""));
  changes.target = outcome.target;
  changes.fields = outcome.fields;
  changes.rules = std::move(outcome.rules);
  if (!outcome.drop.empty()) {
    changes.drop = "dropped by " + std::string(transform_.name()) + ": " + outcome.drop;
  }
  if (outcome.body && body) {
    content.Set(std::move(*outcome.body));
  }
  return changes;
}

}  // namespace trafrec::edit
