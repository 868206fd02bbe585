#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "replay/condition/condition.h"
#include "replay/edit/target_options.h"

// A file of edits as it was written: docs/replay_edits.md is its reference. Nothing is compiled
// yet.

namespace trafrec::edit {

using condition::Condition;
using condition::ConditionOptions;

/// Changes of a request's head, made in this order.
struct HeadOptions {
  std::vector<std::string> remove;
  std::vector<std::pair<std::string, std::string>> rename;
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::pair<std::string, std::string>> add;
  std::optional<std::string> set_host;
  std::optional<std::string> replace;  ///< a regular expression, in path and query
  std::string with;
};

/// Where a request goes: to a target, or nowhere.
struct Destination {
  std::string to{};      ///< "" if it is dropped
  std::string reason{};  ///< why it is dropped
};

struct RouteOptions {
  std::string name;
  ConditionOptions condition;
  Destination destination;
  HeadOptions head;
};

struct RewriteOptions {
  std::string name;
  ConditionOptions condition;
  HeadOptions head;
};

/// What becomes of a request that an edit fails on.
enum class OnError : uint8_t { kStop, kKeep, kDrop };

struct JqOptions {
  /// Which JSON the program is given: the whole body, or its lines one by one; of bulks and
  /// searches in lines only those of one sort.
  enum class On : uint8_t { kBody, kLines, kSources, kActions };

  std::string name;
  ConditionOptions condition;
  std::string program;
  On on = On::kBody;
  std::chrono::milliseconds timeout{};  ///< for one text
  OnError on_error = OnError::kStop;
  std::string place;  ///< of the program: "edits.toml, line 3"
};

struct FilterOptions {
  std::string name;
  ConditionOptions condition;
  std::vector<std::string> command;  ///< a program and its arguments
  std::chrono::milliseconds timeout{};
  size_t line_bytes_max = 0;  ///< of an answer
  OnError on_error = OnError::kStop;
};

struct EditFile {
  std::vector<TargetOptions> targets;
  std::vector<RouteOptions> routes;
  std::optional<Destination> fallback;  ///< `default`
  std::vector<RewriteOptions> rewrites;
  std::vector<JqOptions> programs;
  std::optional<FilterOptions> filter;
};

/// `name` stands in errors. `to` is the URL of a target of its own (kOnlyTarget), which is the
/// default if the file has none; "" if there is no such target.
Result<EditFile> ParseEditFile(std::string_view text, const std::string& name,
                               const std::string& to);

}  // namespace trafrec::edit
