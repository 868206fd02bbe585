#include "control/control_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>
#include <system_error>

#include "control/limits.h"
#include "control/message.h"

namespace trafrec::control {
namespace {

std::string HostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

std::string BootId() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

}  // namespace

ControlFile ThisProcess(const std::string& socket) {
  return {.socket = socket,
          .host = HostName(),
          .boot = BootId(),
          .process = getpid(),
          .started = WallClockNow(),
          .summary = {}};
}

Status WriteControlFile(const std::filesystem::path& folder, const ControlFile& file) {
  Json json = {{"v", kProtocol},       {"socket", file.socket},  {"host", file.host},
               {"boot_id", file.boot}, {"pid", file.process},    {"started_ns", file.started},
               {"ended_ns", nullptr},  {"summary", file.summary}};
  if (file.ended != 0) {
    json["ended_ns"] = file.ended;
  }
  const std::filesystem::path path = folder / kControlFileName;
  const std::filesystem::path partial = folder / ".control.json.new";
  std::ofstream out(partial, std::ios::trunc);
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  out.close();
  std::error_code failure;
  if (out) {
    std::filesystem::rename(partial, path, failure);
  }
  if (!out || failure) {
    return Fail(ErrorCode::kIo, "cannot write " + path.string(),
                "look at the disk and the rights of the folder");
  }
  return {};
}

Result<ControlFile> ReadControlFile(const std::filesystem::path& folder) {
  const std::string path = (folder / kControlFileName).string();
  std::ifstream in(path);
  if (!in) {
    return FailErrno(errno, "cannot read " + path);
  }
  std::string text(limits::kControlFileBytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return Fail(ErrorCode::kCorrupt, path + " is not what trafrec writes there",
                "a running recorder writes it anew when it is started again");
  }
  if (NumberOf(json, "v") != kProtocol) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} is of version {}, this trafrec knows version {}", path,
                            NumberOf(json, "v"), kProtocol),
                "use the trafrec that the process runs from");
  }
  return ControlFile{.socket = TextOf(json, "socket"),
                     .host = TextOf(json, "host"),
                     .boot = TextOf(json, "boot_id"),
                     .process = NumberOf(json, "pid"),
                     .started = NumberOf(json, "started_ns"),
                     .ended = NumberOf(json, "ended_ns"),
                     .summary = TextOf(json, "summary")};
}

}  // namespace trafrec::control
