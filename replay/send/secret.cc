#include "replay/send/secret.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>

namespace trafrec::send {
namespace {

Result<std::string> ReadLine(const std::string& path) {
  TRY(CheckOwnersOnly(path));
  std::ifstream file(path);
  if (!file) {
    return FailErrno(errno, "cannot read the secret in " + path);
  }
  std::string line;
  std::getline(file, line);
  if (line.ends_with('\r')) {
    line.pop_back();
  }
  return line;
}

std::string ValueOf(const std::string& variable) {
  const char* const value = std::getenv(variable.c_str());
  return value == nullptr ? "" : value;
}

}  // namespace

Status CheckOwnersOnly(const std::string& path) {
  struct stat facts{};
  if (stat(path.c_str(), &facts) != 0) {
    return FailErrno(errno, "cannot read the secret in " + path, "is this its name?");
  }
  if (S_ISREG(facts.st_mode) && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Fail(ErrorCode::kPermission,
                fmt::format("the secret in {} is open to others (mode {:04o})", path,
                            facts.st_mode & 07777),
                "chmod 600 " + path);
  }
  return {};
}

Result<std::string> ReadSecret(const SecretPlace& place) {
  std::string secret;
  if (place.file.empty()) {
    secret = ValueOf(place.variable);
  } else {
    TRY_ASSIGN(secret, ReadLine(place.file));
  }
  const std::string& where = place.name();
  if (secret.empty()) {
    return Fail(ErrorCode::kUsage, "there is no secret in " + where,
                "name a file whose first line it is, or a variable that holds it");
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (std::ranges::any_of(secret, is_control)) {
    return Fail(ErrorCode::kUsage, "the secret in " + where + " has control characters",
                "it is one line of text: look at it with cat -A");
  }
  return secret;
}

}  // namespace trafrec::send
