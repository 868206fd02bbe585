#include "tools/file_facts.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace trafrec::tools {

std::string FileFacts(const std::string& file) {
  struct stat found{};
  if (stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) {
    return {};
  }
  return fmt::format("{} {} {}.{:09}", file, found.st_size, found.st_mtim.tv_sec,
                     found.st_mtim.tv_nsec);
}

}  // namespace trafrec::tools
