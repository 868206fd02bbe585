#include "replay/condition/condition.h"

#include <algorithm>
#include <utility>

namespace trafrec::condition {

using dialect::Key;
using dialect::Meaning;
using dialect::Operation;
using dialect::Scope;

namespace {

std::string_view WithoutPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  const bool in_brackets = host.find(']', colon == std::string_view::npos ? 0 : colon) !=
                           std::string_view::npos;  // of an IPv6 address
  return colon == std::string_view::npos || in_brackets ? host : host.substr(0, colon);
}

char UpperCase(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// A wanted host without a port stands for all ports.
bool IsHost(std::string_view host, std::string_view wanted) {
  return message::SameName(host, wanted) || message::SameName(WithoutPort(host), wanted);
}

/// A method is compared letter by letter (RFC 9110, section 9.1), and all registered ones are in
/// upper case: another one in a file is a slip that would fit nothing.
Status CheckMethods(const TomlTable& table, const std::vector<std::string>& methods) {
  for (const std::string& method : methods) {
    std::string upper = method;
    std::ranges::transform(upper, upper.begin(), UpperCase);
    if (upper != method) {
      return table.ComplainOf("method", "no request has the method '" + method + "'",
                              "methods are in upper case: '" + upper + "'");
    }
  }
  return {};
}

}  // namespace

bool NamesIndex(const Operation& operation, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(operation.keys, [&patterns](const Key& key) {
    return (key.scope == Scope::kIndex || key.scope == Scope::kDocument) &&
           std::ranges::any_of(patterns, [&key](const std::string& pattern) {
             return dialect::NamesMeet(key.name, pattern);
           });
  });
}

bool NamesIndex(const Meaning& meaning, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(meaning.operations, [&patterns](const Operation& operation) {
    return NamesIndex(operation, patterns);
  });
}

ConditionOptions ReadCondition(TomlTable& table) {
  return {.methods = table.Texts("method"),
          .hosts = table.Texts("host"),
          .path = table.Text("path"),
          .path_prefix = table.Text("path_prefix"),
          .path_regex = table.Text("path_regex"),
          .indices = table.Texts("index")};
}

Status CheckRegexp(const TomlTable& table, std::string_view key,
                   const std::optional<std::string>& pattern) {
  if (!pattern) {
    return {};
  }
  auto compiled = regexp::Regexp::Compile(*pattern);
  return compiled ? Status()
                  : table.ComplainOf(key, compiled.error().what, compiled.error().remedy);
}

Status CheckCondition(const TomlTable& table, const ConditionOptions& options) {
  TRY(CheckMethods(table, options.methods));
  if (options.path.has_value() + options.path_prefix.has_value() + options.path_regex.has_value() >
      1) {
    return table.Complain("path, path_prefix and path_regex exclude each other",
                          "leave one of them; a regular expression can say all three");
  }
  return CheckRegexp(table, "path_regex", options.path_regex);
}

TargetParts SplitTarget(std::string_view target) {
  TargetParts parts;
  const size_t scheme = target.find("://");
  if (!target.starts_with('/') && scheme != std::string_view::npos &&
      target.substr(0, scheme).find_first_of("/?#") == std::string_view::npos) {
    target.remove_prefix(scheme + 3);
    parts.authority = target.substr(0, target.find_first_of("/?"));
    target.remove_prefix(parts.authority.size());
  }
  parts.path = target.substr(0, target.find('?'));
  target.remove_prefix(parts.path.size());
  parts.query = target.substr(target.empty() ? 0 : 1);
  return parts;
}

Result<Condition> Condition::Compile(ConditionOptions options) {
  std::optional<regexp::Regexp> path;
  if (options.path_regex) {
    TRY_ASSIGN(path, regexp::Regexp::Compile(*options.path_regex));
  }
  return Condition(std::move(options), std::move(path));
}

bool Condition::FitsTarget(std::string_view method, const TargetParts& target) const {
  return (options_.methods.empty() ||
          std::ranges::find(options_.methods, method) != options_.methods.end()) &&
         (!options_.path || target.path == *options_.path) &&
         (!options_.path_prefix || target.path.starts_with(*options_.path_prefix)) &&
         (!path_ || path_->IsIn(target.path));
}

bool Condition::FitsHost(std::string_view host) const {
  return std::ranges::any_of(options_.hosts,
                             [host](const std::string& wanted) { return IsHost(host, wanted); });
}

bool Condition::FitsIndex(const dialect::Meaning* meaning) const {
  return options_.indices.empty() || (meaning != nullptr && NamesIndex(*meaning, options_.indices));
}

bool Condition::Fits(const message::Request& request, const dialect::Meaning* meaning) const {
  const TargetParts target = SplitTarget(request.target);
  if (!FitsTarget(request.method, target)) {
    return false;
  }
  if (!options_.hosts.empty()) {
    const message::Field* field = message::FindField(request.fields, "Host");
    if (!FitsHost(!target.authority.empty() ? target.authority
                  : field == nullptr        ? std::string_view()
                                            : std::string_view(field->value))) {
      return false;
    }
  }
  return FitsIndex(meaning);
}

bool Condition::Fits(const dialect::RequestView& request, const dialect::Meaning* meaning) const {
  const TargetParts target = SplitTarget(request.target);
  return FitsTarget(request.method, target) &&
         (options_.hosts.empty() ||
          FitsHost(!target.authority.empty() ? target.authority
                                             : dialect::FieldOf(request.headers, "Host"))) &&
         FitsIndex(meaning);
}

}  // namespace trafrec::condition
