#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/regexp/regexp.h"
#include "base/toml/toml_table.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/request.h"
#include "replay/message/http_message.h"

namespace trafrec::condition {

/// Which requests a rule of a file is for. What is not given, or empty, fits all.
struct ConditionOptions {
  std::vector<std::string> methods{};
  std::vector<std::string> hosts{};
  std::optional<std::string> path{};
  std::optional<std::string> path_prefix{};
  std::optional<std::string> path_regex{};
  std::vector<std::string> indices{};  ///< names or patterns, of which the request touches one
};

/// Its keys of a table, in whatever file; what is wrong with types says the table's Finish.
ConditionOptions ReadCondition(TomlTable& table);
/// The rest of what may be wrong with them, with the file's line.
Status CheckCondition(const TomlTable& table, const ConditionOptions& options);
/// Fails with the line of `key` if it is given and no regular expression.
Status CheckRegexp(const TomlTable& table, std::string_view key,
                   const std::optional<std::string>& pattern);

/// The parts of a request's target, as on the wire. Borrowed.
struct TargetParts {
  std::string_view authority;  ///< of the absolute form ("http://host/path") only
  std::string_view path;
  std::string_view query;  ///< without its '?'
};

TargetParts SplitTarget(std::string_view target);

/// Whether one of the indices that it names, or touches, can be one of `patterns`.
bool NamesIndex(const dialect::Meaning& meaning, const std::vector<std::string>& patterns);
bool NamesIndex(const dialect::Operation& operation, const std::vector<std::string>& patterns);

/// Which requests a rule is for.
class Condition {
 public:
  static Result<Condition> Compile(ConditionOptions options);

  /// `meaning` is the request's; null is the meaning that names no index.
  bool Fits(const message::Request& request, const dialect::Meaning* meaning) const;
  bool Fits(const dialect::RequestView& request, const dialect::Meaning* meaning) const;
  bool needs_meaning() const { return !options_.indices.empty(); }
  /// False: it fits every request.
  bool asks() const {
    return !options_.methods.empty() || !options_.hosts.empty() || options_.path ||
           options_.path_prefix || options_.path_regex || needs_meaning();
  }

 private:
  Condition(ConditionOptions options, std::optional<regexp::Regexp> path)
      : options_(std::move(options)), path_(std::move(path)) {}

  bool FitsTarget(std::string_view method, const TargetParts& target) const;
  bool FitsHost(std::string_view host) const;
  bool FitsIndex(const dialect::Meaning* meaning) const;

  ConditionOptions options_;
  std::optional<regexp::Regexp> path_;
};

}  // namespace trafrec::condition
