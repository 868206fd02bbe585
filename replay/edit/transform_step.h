#pragma once

#include <string>
#include <vector>

#include "replay/edit/step.h"
#include "replay/edit/transform/transforms.h"

namespace trafrec::edit {

/// --transform: all rules of a library, each counted by itself.
class TransformStep final : public Step {
 public:
  explicit TransformStep(const transform::Transform& transform) : transform_(transform) {}

  std::vector<std::string> rules() const override;
  bool Fits(const Context&, const message::Request&) const override { return true; }
  Result<Changes> Apply(const Context& context, message::Request& request,
                        Content& content) override;

 private:
  const transform::Transform& transform_;
};

}  // namespace trafrec::edit
