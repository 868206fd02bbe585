#include "replay/edit/filter_step.h"

#include <fmt/format.h>

#include <algorithm>

#include "replay/edit/filter/limits.h"
#include "replay/edit/head_rules.h"

namespace trafrec::edit {
namespace {

/// Why an answer cannot be carried out; "" if it can.
std::string Trouble(const filter::Answer& answer, const std::vector<std::string>& targets) {
  if (!answer.to.value_or("").empty() && std::ranges::find(targets, *answer.to) == targets.end()) {
    return fmt::format("the filter sends it to '{}', and there is no such target", *answer.to);
  }
  if (answer.method && !IsToken(*answer.method)) {
    return fmt::format("the filter's method '{}' is none", *answer.method);
  }
  if (answer.target && !IsTarget(*answer.target)) {
    return fmt::format("the filter's target '{}' is empty or holds a blank", *answer.target);
  }
  for (const message::Field& field : answer.fields.value_or(std::vector<message::Field>())) {
    if (!IsToken(field.name) || !FieldValueTrouble(field.value).empty()) {
      return fmt::format("the filter's header '{}' cannot be sent", field.name);
    }
  }
  return "";
}

std::string HostOf(const message::Request& request) {
  const message::Field* host = message::FindField(request.fields, "Host");
  return host == nullptr ? "" : host->value;
}

/// Makes of the request what the filter answered.
Changes TakeOver(filter::Answer answer, std::string_view body, message::Request& request,
                 Content& content) {
  Changes changes;
  const bool new_body = answer.body && *answer.body != body;
  if (new_body) {
    content.Set(std::move(*answer.body));
  }
  if (answer.method && *answer.method != request.method) {
    request.method = std::move(*answer.method);
    changes.target = true;
  }
  if (answer.target && *answer.target != request.target) {
    request.target = std::move(*answer.target);
    changes.target = true;
  }
  if (answer.fields && *answer.fields != request.fields) {
    const std::string host = HostOf(request);
    request.fields = std::move(*answer.fields);
    changes.fields = true;
    changes.host = HostOf(request) != host;
  }
  changes.to = answer.to.value_or("");
  if (new_body || changes.target || changes.fields || !changes.to.empty()) {
    changes.rules.push_back(0);
  }
  return changes;
}

}  // namespace

Result<std::unique_ptr<FilterStep>> FilterStep::Make(std::string name, Condition condition,
                                                     FilterOptions options,
                                                     std::vector<std::string> targets,
                                                     const StopEvent* stop) {
  std::unique_ptr<FilterStep> step(new FilterStep(std::move(name), std::move(condition),
                                                  std::move(options), std::move(targets), stop));
  TRY(step->Start());
  return step;
}

Status FilterStep::Start() {
  TRY_ASSIGN(filter::Process process,
             filter::Process::Start({.command = options_.command,
                                     .timeout = options_.timeout,
                                     .line_bytes_max = options_.line_bytes_max,
                                     .stop = stop_}));
  process_.emplace(std::move(process));
  return {};
}

Result<filter::Answer> FilterStep::Ask(const std::string& id, const message::Request& request,
                                       std::string_view body) {
  if (!process_) {
    TRY(Start());
  }
  TRY_ASSIGN(const std::string line, process_->Ask(filter::RequestLine(id, request, body)));
  auto answer = filter::ReadAnswer(line, id);
  std::string trouble = answer ? Trouble(*answer, targets_) : std::move(answer.error());
  if (!trouble.empty()) {
    return Fail(ErrorCode::kIo, std::move(trouble));
  }
  return std::move(*answer);
}

Result<Changes> FilterStep::Fails(const Context& context, std::string why) {
  // Whatever it says next might be the answer to this request.
  process_.reset();
  if (++failures_in_a_row_ == filter::limits::kFailuresInARow) {
    return Fail(ErrorCode::kIo,
                fmt::format("{} failed {} times in a row, the last time because {}", name_,
                            failures_in_a_row_, why),
                "see what it wrote to standard error");
  }
  return Failed(options_.on_error, name_, context, std::move(why));
}

Result<Changes> FilterStep::Apply(const Context& context, message::Request& request,
                                  Content& content) {
  const Result<std::string_view> body = content.Get();
  if (!body) {
    return Failed(options_.on_error, name_, context, body.error().what);
  }
  Result<filter::Answer> answer = Ask(context.id, request, *body);
  if (!answer && IsStopped(stop_)) {
    process_.reset();
    return Stopped(name_);
  }
  if (!answer) {
    return Fails(context, answer.error().what);
  }
  failures_in_a_row_ = 0;
  if (answer->drop) {
    return Changes{.drop = "dropped by " + name_ + (answer->why.empty() ? "" : ": " + answer->why),
                   .rules = {0}};
  }
  return TakeOver(std::move(*answer), *body, request, content);
}

}  // namespace trafrec::edit
