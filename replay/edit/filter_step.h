#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "replay/condition/condition.h"
#include "replay/edit/filter/filter_line.h"
#include "replay/edit/filter/filter_process.h"
#include "replay/edit/step.h"

namespace trafrec::edit {

/// [filter]: an external program that is asked about each request. It is started at once, again
/// after each failure, and told to end with this object.
class FilterStep final : public Step {
 public:
  /// `targets`: the names that an answer may send to.
  static Result<std::unique_ptr<FilterStep>> Make(std::string name, Condition condition,
                                                  FilterOptions options,
                                                  std::vector<std::string> targets,
                                                  const StopEvent* stop);

  std::vector<std::string> rules() const override { return {name_}; }
  bool needs_meaning() const override { return condition_.needs_meaning(); }
  bool Fits(const Context& context, const message::Request& request) const override {
    return condition_.Fits(request, context.meaning);
  }
  Result<Changes> Apply(const Context& context, message::Request& request,
                        Content& content) override;

 private:
  FilterStep(std::string name, Condition condition, FilterOptions options,
             std::vector<std::string> targets, const StopEvent* stop)
      : name_(std::move(name)),
        condition_(std::move(condition)),
        options_(std::move(options)),
        targets_(std::move(targets)),
        stop_(stop) {}

  Status Start();
  /// Asks, and reads the answer.
  Result<filter::Answer> Ask(const std::string& id, const message::Request& request,
                             std::string_view body);
  Result<Changes> Fails(const Context& context, std::string why);

  std::string name_;
  Condition condition_;
  FilterOptions options_;
  std::vector<std::string> targets_;
  const StopEvent* stop_;
  std::optional<filter::Process> process_;
  int failures_in_a_row_ = 0;
};

}  // namespace trafrec::edit
