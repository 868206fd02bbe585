#pragma once

#include <string>
#include <utility>
#include <vector>

#include "replay/condition/condition.h"
#include "replay/edit/head_rules.h"
#include "replay/edit/step.h"

namespace trafrec::edit {

/// [[rewrite]].
class RewriteStep final : public Step {
 public:
  RewriteStep(std::string name, Condition condition, HeadRules head)
      : name_(std::move(name)), condition_(std::move(condition)), head_(std::move(head)) {}

  std::vector<std::string> rules() const override { return {name_}; }
  bool needs_meaning() const override { return condition_.needs_meaning(); }
  bool Fits(const Context& context, const message::Request& request) const override {
    return condition_.Fits(request, context.meaning);
  }
  Result<Changes> Apply(const Context&, message::Request& request, Content&) override {
    return head_.Apply(request);
  }

 private:
  std::string name_;
  Condition condition_;
  HeadRules head_;
};

}  // namespace trafrec::edit
