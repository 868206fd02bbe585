#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "replay/condition/condition.h"
#include "replay/edit/step.h"
#include "replay/jq/jq_program.h"

namespace trafrec::edit {

/// [[jq]]: a program over a body, or over lines of it.
class JqStep final : public Step {
 public:
  static Result<std::unique_ptr<JqStep>> Make(std::string name, Condition condition,
                                              const JqOptions& options, const StopEvent* stop);

  std::vector<std::string> rules() const override { return {name_}; }
  bool needs_meaning() const override {
    return condition_.needs_meaning() || on_ == JqOptions::On::kSources ||
           on_ == JqOptions::On::kActions;
  }
  bool Fits(const Context& context, const message::Request& request) const override {
    return condition_.Fits(request, context.meaning);
  }
  Result<Changes> Apply(const Context& context, message::Request& request,
                        Content& content) override;

 private:
  JqStep(std::string name, Condition condition, const JqOptions& options, jq::Program program,
         const StopEvent* stop)
      : name_(std::move(name)),
        condition_(std::move(condition)),
        on_(options.on),
        on_error_(options.on_error),
        program_(std::move(program)),
        stop_(stop) {}

  std::string name_;
  Condition condition_;
  JqOptions::On on_;
  OnError on_error_;
  jq::Program program_;
  const StopEvent* stop_;
};

}  // namespace trafrec::edit
