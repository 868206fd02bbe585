#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/stop_event.h"
#include "replay/condition/condition.h"
#include "replay/edit/edit_file.h"
#include "replay/edit/head_rules.h"
#include "replay/edit/step.h"
#include "replay/edit/target_options.h"
#include "replay/message/http_message.h"

namespace trafrec::edit {

/// What edits a replay, as the command line has it.
struct EditOptions {
  std::string file{};  ///< of edits (docs/replay_edits.md); "": none
  std::string to{};    ///< URL of the target "default"; "": the file has the targets
  std::vector<std::string> transforms{};  ///< names of libraries: "es-to-opensearch"
  bool search_dialect = false;  ///< the log's dialect: what knows no index has no index conditions
  const StopEvent* stop = nullptr;  ///< ends programs that hang; null: nobody asks; borrowed
};

struct Edited {
  bool dropped = false;
  std::string why{};  ///< it was dropped: a sentence
  size_t target = 0;  ///< in targets()
  message::Request request;
  bool changed_target = false;
  bool changed_fields = false;
  bool changed_body = false;
  bool keeps_host = false;  ///< the Host field is an edit's; else it follows from the target
  /// Of the operations that the request came in with, those that are left, by their places then.
  /// Nothing: all of them, as far as is known; a filter, and programs on lines, do not say.
  std::optional<std::vector<uint32_t>> operations{};
  std::vector<uint32_t> rules{};  ///< which ones did something: in rules()

  /// The request must be understood anew.
  bool changed_meaning() const { return changed_target || changed_body; }
};

struct RuleCount {
  std::string name{};
  uint64_t requests = 0;  ///< on which it did something
  uint64_t failures = 0;  ///< requests that it failed on, and the replay went on
  std::string failure{};  ///< the last one
};

/// A request before it is sent. All conditions look at the request as it came in, so no rule
/// depends on the ones before it; the changes come one after another: rewrites in the file's order,
/// at last those of the route. One thread at a time. Where nothing is configured, a request passes
/// through by move.
class Editor {
 public:
  static Result<Editor> Load(const EditOptions& options);

  /// An Error ends the replay: kInterrupted if somebody asked to stop while a program ran.
  Result<Edited> Apply(const Context& context, message::Request request);

  /// Nothing is configured: each request goes to the first target as it is.
  bool changes_nothing() const { return rules_.empty(); }
  /// Whether Apply looks at the context's meaning.
  bool needs_meaning() const { return needs_meaning_; }
  const std::vector<TargetOptions>& targets() const { return targets_; }
  const std::vector<RuleCount>& rules() const { return rules_; }
  /// Of everything that was configured: the same options and file contents have the same one.
  const std::string& digest() const { return digest_; }

 private:
  struct Route {
    Condition condition;
    HeadRules head;
    std::optional<size_t> target;  ///< nothing: drops
    std::string why;
    uint32_t rule;
  };
  struct PlacedStep {
    std::unique_ptr<Step> step;
    uint32_t first_rule;
  };

  Editor() = default;
  Status TakeFile(EditFile file);
  Status AddRoute(RouteOptions options);
  Status AddRewrite(RewriteOptions options, size_t number);
  Status AddProgram(JqOptions options, size_t number);
  Status AddFilter(FilterOptions options);
  Status AddTransform(const std::string& name);
  void AddStep(std::unique_ptr<Step> step);
  Result<Condition> MakeCondition(ConditionOptions options, const std::string& rule);
  uint32_t AddRule(std::string name);
  /// Null: the default.
  const Route* FindRoute(const Context& context, const message::Request& request) const;
  Status RunSteps(const Context& context, Edited& edited);
  void TakeChanges(const Changes& changes, uint32_t first_rule, Edited& edited);
  void Count(uint32_t rule, Edited& edited);

  std::vector<TargetOptions> targets_;
  std::vector<Route> routes_;
  std::vector<PlacedStep> steps_;
  std::optional<size_t> fallback_ = 0;  ///< nothing: what fits no route is dropped
  std::string fallback_why_;
  uint32_t fallback_rule_ = 0;
  std::vector<RuleCount> rules_;
  std::string digest_;
  const StopEvent* stop_ = nullptr;
  bool needs_meaning_ = false;
  bool search_dialect_ = false;
};

}  // namespace trafrec::edit
