#include "replay/edit/editor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "replay/edit/filter_step.h"
#include "replay/edit/jq_step.h"
#include "replay/edit/rewrite_step.h"
#include "replay/edit/transform_step.h"
#include "store/crypto/encoding.h"
#include "store/crypto/hash.h"
#include "store/files/small_file.h"

namespace trafrec::edit {
namespace {

/// Each text with its length, so that no two lists of texts are alike.
void Digest(store::crypto::Sha256& hash, std::string_view text) {
  hash.Update(AsBytes(fmt::format("{}:", text.size())));
  hash.Update(AsBytes(text));
}

std::string NameOr(const std::string& name, std::string_view kind, size_t number) {
  return name.empty() ? fmt::format("{} {}", kind, number) : fmt::format("{} {}", kind, name);
}

std::string WhyOr(const std::string& reason, const std::string& rule) {
  return reason.empty() ? fmt::format("dropped by {}", rule)
                        : fmt::format("dropped by {}: {}", rule, reason);
}

std::optional<size_t> IndexOf(const std::vector<TargetOptions>& targets, const std::string& name) {
  const auto found = std::ranges::find(targets, name, &TargetOptions::name);
  return found == targets.end() ? std::nullopt
                                : std::optional(static_cast<size_t>(found - targets.begin()));
}

/// Takes the operations at `removed`, in order, out of those that are left.
void RemoveOperations(const Context& context, const std::vector<uint32_t>& removed,
                      Edited& edited) {
  if (removed.empty() || context.meaning == nullptr) {
    return;
  }
  if (!edited.operations) {
    edited.operations.emplace(context.meaning->operations.size());
    std::iota(edited.operations->begin(), edited.operations->end(), 0U);
  }
  std::vector<uint32_t> left;
  for (uint32_t place = 0; place < edited.operations->size(); ++place) {
    if (!std::ranges::binary_search(removed, place)) {
      left.push_back((*edited.operations)[place]);
    }
  }
  edited.operations = std::move(left);
}

}  // namespace

Result<Editor> Editor::Load(const EditOptions& options) {
  Editor editor;
  editor.search_dialect_ = options.search_dialect;
  editor.stop_ = options.stop;
  std::string text;
  if (!options.file.empty()) {
    TRY_ASSIGN(text, store::ReadSmallFile(options.file));
  }
  TRY_ASSIGN(EditFile file, ParseEditFile(text, options.file, options.to));
  if (file.targets.empty()) {
    return Fail(ErrorCode::kUsage, "there is no target to send to",
                "give --to URL, or a file of edits with a [target.NAME]");
  }
  for (const std::string& name : options.transforms) {
    TRY(editor.AddTransform(name));
  }
  TRY(editor.TakeFile(std::move(file)));
  store::crypto::Sha256 hash;
  Digest(hash, text);
  Digest(hash, options.to);
  for (const std::string& name : options.transforms) {
    Digest(hash, name);
  }
  editor.digest_ = store::crypto::ToHex(hash.Finish());
  return editor;
}

Status Editor::TakeFile(EditFile file) {
  targets_ = std::move(file.targets);
  for (size_t i = 0; i < file.rewrites.size(); ++i) {
    TRY(AddRewrite(std::move(file.rewrites[i]), i + 1));
  }
  for (size_t i = 0; i < file.programs.size(); ++i) {
    TRY(AddProgram(std::move(file.programs[i]), i + 1));
  }
  if (file.filter) {
    TRY(AddFilter(std::move(*file.filter)));
  }
  for (RouteOptions& route : file.routes) {
    TRY(AddRoute(std::move(route)));
  }
  if (!routes_.empty() || (file.fallback && file.fallback->to.empty())) {
    fallback_rule_ = AddRule("default");
  }
  if (file.fallback) {
    fallback_ = IndexOf(targets_, file.fallback->to);
    fallback_why_ = WhyOr(file.fallback->reason, "the default");
  }
  return {};
}

uint32_t Editor::AddRule(std::string name) {
  rules_.push_back({.name = std::move(name)});
  return static_cast<uint32_t>(rules_.size() - 1);
}

Result<Condition> Editor::MakeCondition(ConditionOptions options, const std::string& rule) {
  if (!options.indices.empty() && !search_dialect_) {
    return Fail(ErrorCode::kUsage,
                fmt::format("{} has a condition on the index, and the log's dialect is http, which "
                            "knows no indices",
                            rule),
                "--dialect search reads it as requests to Elasticsearch or OpenSearch");
  }
  TRY_ASSIGN(Condition condition, Condition::Compile(std::move(options)));
  needs_meaning_ = needs_meaning_ || condition.needs_meaning();
  return condition;
}

Status Editor::AddRoute(RouteOptions options) {
  const uint32_t rule = AddRule(NameOr(options.name, "route", routes_.size() + 1));
  TRY_ASSIGN(Condition condition, MakeCondition(std::move(options.condition), rules_[rule].name));
  TRY_ASSIGN(HeadRules head, HeadRules::Compile(std::move(options.head)));
  routes_.push_back({.condition = std::move(condition),
                     .head = std::move(head),
                     .target = IndexOf(targets_, options.destination.to),
                     .why = WhyOr(options.destination.reason, rules_[rule].name),
                     .rule = rule});
  return {};
}

void Editor::AddStep(std::unique_ptr<Step> step) {
  const auto first_rule = static_cast<uint32_t>(rules_.size());
  for (std::string& name : step->rules()) {
    AddRule(std::move(name));
  }
  needs_meaning_ = needs_meaning_ || step->needs_meaning();
  steps_.push_back({std::move(step), first_rule});
}

Status Editor::AddRewrite(RewriteOptions options, size_t number) {
  std::string name = NameOr(options.name, "rewrite", number);
  TRY_ASSIGN(Condition condition, MakeCondition(std::move(options.condition), name));
  TRY_ASSIGN(HeadRules head, HeadRules::Compile(std::move(options.head)));
  AddStep(std::make_unique<RewriteStep>(std::move(name), std::move(condition), std::move(head)));
  return {};
}

Status Editor::AddProgram(JqOptions options, size_t number) {
  std::string name = NameOr(options.name, "jq", number);
  TRY_ASSIGN(Condition condition, MakeCondition(std::move(options.condition), name));
  TRY_ASSIGN(auto step, JqStep::Make(std::move(name), std::move(condition), options, stop_));
  AddStep(std::move(step));
  return {};
}

Status Editor::AddFilter(FilterOptions options) {
  std::string name = options.name.empty() ? "filter" : "filter " + options.name;
  TRY_ASSIGN(Condition condition, MakeCondition(std::move(options.condition), name));
  std::vector<std::string> targets;
  for (const TargetOptions& target : targets_) {
    targets.push_back(target.name);
  }
  TRY_ASSIGN(auto step, FilterStep::Make(std::move(name), std::move(condition), std::move(options),
                                         std::move(targets), stop_));
  AddStep(std::move(step));
  return {};
}

Status Editor::AddTransform(const std::string& name) {
  const transform::Transform* transform = transform::FindTransform(name);
  if (transform == nullptr) {
    return Fail(ErrorCode::kUsage, fmt::format("there are no transforms '{}'", name),
                fmt::format("there are: {}", fmt::join(transform::TransformNames(), ", ")));
  }
  if (!search_dialect_) {
    return Fail(ErrorCode::kUsage,
                fmt::format("the log's dialect is http, and '{}' is for search engines", name),
                "--dialect search reads it as requests to Elasticsearch or OpenSearch");
  }
  AddStep(std::make_unique<TransformStep>(*transform));
  return {};
}

const Editor::Route* Editor::FindRoute(const Context& context,
                                       const message::Request& request) const {
  const auto found = std::ranges::find_if(
      routes_, [&](const Route& route) { return route.condition.Fits(request, context.meaning); });
  return found == routes_.end() ? nullptr : &*found;
}

void Editor::Count(uint32_t rule, Edited& edited) {
  ++rules_[rule].requests;
  edited.rules.push_back(rule);
}

void Editor::TakeChanges(const Changes& changes, uint32_t first_rule, Edited& edited) {
  edited.changed_target = edited.changed_target || changes.target;
  edited.changed_fields = edited.changed_fields || changes.fields;
  edited.keeps_host = edited.keeps_host || changes.host;
  for (const uint32_t rule : changes.rules) {
    Count(first_rule + rule, edited);
  }
  if (!changes.failure.empty()) {
    ++rules_[first_rule].failures;
    rules_[first_rule].failure = changes.failure;
  }
  if (!changes.drop.empty()) {
    edited.dropped = true;
    edited.why = changes.drop;
  }
  if (!changes.to.empty()) {
    edited.target = IndexOf(targets_, changes.to).value();  // the step has looked
  }
}

Status Editor::RunSteps(const Context& context, Edited& edited) {
  std::vector<const PlacedStep*> fitting;
  for (const PlacedStep& placed : steps_) {
    if (placed.step->Fits(context, edited.request)) {
      fitting.push_back(&placed);
    }
  }
  Content content(edited.request);
  for (const PlacedStep* placed : fitting) {
    TRY_ASSIGN(const Changes changes, placed->step->Apply(context, edited.request, content));
    TakeChanges(changes, placed->first_rule, edited);
    RemoveOperations(context, changes.removed, edited);
    if (edited.dropped) {
      return {};
    }
  }
  edited.changed_body = content.changed();
  return content.Finish();
}

Result<Edited> Editor::Apply(const Context& context, message::Request request) {
  Edited edited{.request = std::move(request)};
  if (rules_.empty()) {
    return edited;
  }
  const Route* route = FindRoute(context, edited.request);
  const std::optional<size_t> target = route == nullptr ? fallback_ : route->target;
  if (route != nullptr || !routes_.empty() || !target) {
    Count(route == nullptr ? fallback_rule_ : route->rule, edited);
  }
  if (!target) {
    edited.dropped = true;
    edited.why = route == nullptr ? fallback_why_ : route->why;
    return edited;
  }
  edited.target = *target;
  TRY(RunSteps(context, edited));
  if (route != nullptr && !edited.dropped) {
    TRY_ASSIGN(Changes changes, route->head.Apply(edited.request));
    changes.rules.clear();  // it has been counted
    TakeChanges(changes, route->rule, edited);
  }
  return edited;
}

}  // namespace trafrec::edit
