#include "tools/log_making.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <utility>

#include "store/crypto/encoding.h"
#include "store/crypto/hash.h"
#include "store/crypto/key_file.h"

namespace trafrec::tools {
namespace {

std::string HostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

/// What tells a file from another one, without reading it; "" if it is no regular file.
std::string FileFacts(const std::string& file) {
  struct stat found{};
  if (stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) {
    return {};
  }
  return fmt::format("{} {} {}.{:09}", file, found.st_size, found.st_mtim.tv_sec,
                     found.st_mtim.tv_nsec);
}

}  // namespace

std::string DefaultRecorderName(const std::string& host_name) {
  std::string name;
  for (const char c : host_name) {
    const auto byte = static_cast<unsigned char>(c);
    const char lower = static_cast<char>(std::tolower(byte));
    const bool letter = std::isalnum(byte) != 0 && byte < 0x80;
    if (letter || (!name.empty() && (c == '.' || c == '_' || c == '-'))) {
      name += lower;
    } else if (!name.empty()) {
      name += '-';
    }
  }
  name = name.substr(0, 63);
  return name.empty() ? "recorder" : name;
}

std::string RecorderNameOr(const std::string& given) {
  return given.empty() ? DefaultRecorderName(HostName()) : given;
}

store::Compression CompressionOf(const std::string& name) {
  return name == "none" ? store::Compression::kNone : store::Compression::kZstd;
}

Result<std::shared_ptr<const store::crypto::SigningKey>> SigningKeyOf(const std::string& path) {
  if (path.empty()) {
    return nullptr;
  }
  TRY_ASSIGN(store::crypto::SigningKey key, store::crypto::ReadSigningKey(path));
  return std::make_shared<const store::crypto::SigningKey>(std::move(key));
}

std::string JobOf(std::string what, std::span<const std::vector<std::string>* const> lists,
                  const std::vector<std::string>& files) {
  for (const auto* list : lists) {
    what += '\n';
    for (const std::string& value : *list) {
      what += value + ' ';
    }
  }
  for (const std::string& file : files) {
    const std::string facts = FileFacts(file);
    if (facts.empty()) {
      return {};
    }
    what += "\n" + facts;
  }
  return store::crypto::ToHex(store::crypto::Sha256::Of(AsBytes(what)));
}

}  // namespace trafrec::tools
