#include "replay/edit/condition.h"

#include <algorithm>
#include <utility>

#include "replay/edit/selection.h"

namespace trafrec::edit {
namespace {

std::string_view WithoutPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  const bool in_brackets = host.find(']', colon == std::string_view::npos ? 0 : colon) !=
                           std::string_view::npos;  // of an IPv6 address
  return colon == std::string_view::npos || in_brackets ? host : host.substr(0, colon);
}

/// A wanted host without a port stands for all ports.
bool IsHost(std::string_view host, std::string_view wanted) {
  return message::SameName(host, wanted) || message::SameName(WithoutPort(host), wanted);
}

}  // namespace

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

bool Condition::FitsPath(std::string_view path) const {
  return (!options_.path || path == *options_.path) &&
         (!options_.path_prefix || path.starts_with(*options_.path_prefix)) &&
         (!path_ || path_->IsIn(path));
}

bool Condition::Fits(const message::Request& request, const dialect::Meaning* meaning) const {
  const auto& methods = options_.methods;
  if (!methods.empty() && std::ranges::find(methods, request.method) == methods.end()) {
    return false;
  }
  const TargetParts parts = SplitTarget(request.target);
  if (!FitsPath(parts.path)) {
    return false;
  }
  if (!options_.hosts.empty()) {
    const message::Field* field = message::FindField(request.fields, "Host");
    const std::string_view host = !parts.authority.empty() ? parts.authority
                                  : field == nullptr       ? std::string_view()
                                                           : std::string_view(field->value);
    if (std::ranges::none_of(options_.hosts,
                             [host](const std::string& wanted) { return IsHost(host, wanted); })) {
      return false;
    }
  }
  return options_.indices.empty() || (meaning != nullptr && NamesIndex(*meaning, options_.indices));
}

}  // namespace trafrec::edit
