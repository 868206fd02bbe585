#include "daemon/account.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "base/nearest.h"

namespace trafrec::daemon {
namespace {

/// Both ids, by a name or by a number. The greatest number means "no change" to the kernel.
std::optional<uint32_t> NumberOf(const std::string& text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number != std::numeric_limits<uint32_t>::max() ? std::optional(number)
                                                                 : std::nullopt;
}

std::vector<std::string> UserNames() {
  std::vector<std::string> names;
  setpwent();
  while (const passwd* entry = getpwent()) {
    names.emplace_back(entry->pw_name);
  }
  endpwent();
  return names;
}

std::vector<std::string> GroupNames() {
  std::vector<std::string> names;
  setgrent();
  while (const group* entry = getgrent()) {
    names.emplace_back(entry->gr_name);
  }
  endgrent();
  return names;
}

std::string Remedy(const std::string& name, const std::vector<std::string>& names,
                   const std::string& command) {
  const std::string near = Nearest(name, names);
  return near.empty() ? command : "did you mean '" + near + "'? Otherwise: " + command;
}

Result<gid_t> FindGroup(const std::string& name) {
  if (const group* entry = getgrnam(name.c_str())) {
    return entry->gr_gid;
  }
  if (const auto number = NumberOf(name)) {
    return *number;
  }
  return Fail(ErrorCode::kUsage, "--group: there is no group '" + name + "'",
              Remedy(name, GroupNames(), "sudo addgroup --system " + name));
}

}  // namespace

Result<Account> FindAccount(const std::string& user, const std::string& group) {
  const passwd* entry = getpwnam(user.c_str());
  const auto number = NumberOf(user);
  if (entry == nullptr && number) {
    entry = getpwuid(*number);
  }
  if (entry == nullptr && !number) {
    return Fail(
        ErrorCode::kUsage, "--user: there is no user '" + user + "'",
        Remedy(user, UserNames(), "sudo adduser --system --group --no-create-home " + user));
  }
  Account account{.user = entry != nullptr ? entry->pw_name : user,
                  .uid = entry != nullptr ? entry->pw_uid : *number,
                  .gid = entry != nullptr ? entry->pw_gid : 0};
  if (account.uid == 0) {
    return Fail(ErrorCode::kUsage, "--user: root would keep the rights that are to be given up",
                "name an ordinary user, or leave out --user");
  }
  if (!group.empty()) {
    TRY_ASSIGN(account.gid, FindGroup(group));
  } else if (entry == nullptr) {
    return Fail(ErrorCode::kUsage, "--user: the user " + user + " has no name, and so no group",
                "give one with --group");
  }
  return account;
}

std::string CurrentUser() {
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr ? fmt::format("uid {}", geteuid())
                          : fmt::format("{} (uid {})", entry->pw_name, geteuid());
}

}  // namespace trafrec::daemon
