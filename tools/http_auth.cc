#include "tools/http_auth.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>

#include "store/crypto/encoding.h"

namespace trafrec::tools {
namespace {

Result<std::string> ReadSecretFile(const std::string& path) {
  std::ifstream file(path);
  struct stat facts{};
  if (!file || stat(path.c_str(), &facts) != 0) {
    return FailErrno(errno, "cannot read the secret in " + path);
  }
  if (S_ISREG(facts.st_mode) && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Fail(ErrorCode::kPermission,
                fmt::format("the secret in {} is open to others (mode {:04o})", path,
                            facts.st_mode & 07777),
                "chmod 600 " + path);
  }
  std::string line;
  std::getline(file, line);
  return line;
}

Result<std::string> ReadSecret(const std::string& file) {
  if (!file.empty()) {
    return ReadSecretFile(file);
  }
  const char* const value = std::getenv(kAuthVariable);
  return std::string(value == nullptr ? "" : value);
}

std::string InBase64(const std::string& text) {
  return store::crypto::ToBase64(AsBytes(text), store::crypto::Base64::kPadded);
}

}  // namespace

Result<std::string> ReadAuthorization(const std::string& kind, const std::string& file) {
  if (kind.empty()) {
    return file.empty()
               ? Result<std::string>("")
               : Fail(ErrorCode::kUsage, "--auth-file needs --auth: what kind of secret it is",
                      "add --auth basic, bearer or api-key");
  }
  TRY_ASSIGN(std::string secret, ReadSecret(file));
  if (secret.ends_with('\r')) {
    secret.pop_back();
  }
  const std::string where = file.empty() ? std::string(kAuthVariable) : file;
  if (secret.empty()) {
    return Fail(ErrorCode::kUsage, "there is no secret for --auth in " + where,
                fmt::format("name a file with --auth-file, or set {}", kAuthVariable));
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (std::ranges::any_of(secret, is_control)) {
    return Fail(ErrorCode::kUsage, "the secret in " + where + " has control characters");
  }
  const bool pair = secret.find(':') != std::string::npos;
  if (kind == "basic") {
    return pair ? Result<std::string>("Basic " + InBase64(secret))
                : Fail(ErrorCode::kUsage, "the secret in " + where + " is no user:password");
  }
  return kind == "bearer" ? "Bearer " + secret : "ApiKey " + (pair ? InBase64(secret) : secret);
}

}  // namespace trafrec::tools
