#include "tools/overlay/input_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iostream>

#include "tools/overlay/limits.h"

namespace trafrec::tools {
namespace {

/// Calls `read` with the file, or with standard input.
Status WithInput(const std::string& path, const std::function<Status(std::istream&)>& read) {
  if (path == "-") {
    return read(std::cin);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return FailErrno(errno, "cannot read " + path);
  }
  return read(file);
}

std::unexpected<Error> TooLarge(const std::string& path) {
  return Fail(
      ErrorCode::kUsage,
      fmt::format("{} has more than {} MiB in one piece", path, limits::kOverlayInputBytes >> 20),
      "give smaller ones");
}

}  // namespace

Result<std::string> ReadInput(const std::string& path) {
  std::string bytes;
  TRY(WithInput(path, [&](std::istream& input) -> Status {
    constexpr size_t kPiece = size_t{64} << 10;
    while (input) {
      const size_t had = bytes.size();
      bytes.resize(had + kPiece);
      input.read(bytes.data() + had, kPiece);
      bytes.resize(had + static_cast<size_t>(input.gcount()));
      if (bytes.size() > limits::kOverlayInputBytes) {
        return TooLarge(path);
      }
    }
    return {};
  }));
  return bytes;
}

Status ForEachLine(const std::string& path,
                   const std::function<Status(std::string_view line)>& take) {
  return WithInput(path, [&](std::istream& input) -> Status {
    uint64_t number = 0;
    for (std::string line; std::getline(input, line);) {
      ++number;
      if (line.size() > limits::kOverlayInputBytes) {
        return TooLarge(path);
      }
      if (line.ends_with('\r')) {
        line.pop_back();
      }
      if (line.empty()) {
        continue;
      }
      if (Status taken = take(line); !taken) {
        return Fail(taken.error().code,
                    fmt::format("{}, line {}: {}", path, number, taken.error().what),
                    taken.error().remedy);
      }
    }
    return {};
  });
}

}  // namespace trafrec::tools
