#include "replay/calibration/round_trip_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>

#include "base/endpoint_text.h"

namespace trafrec::calibration {
namespace {

constexpr std::string_view kNames = "side\tname\tserver\tat\tround_trip_ns\n";
constexpr std::string_view kSource = "source";
constexpr std::string_view kTarget = "target";

std::filesystem::path PathIn(const std::filesystem::path& run) { return run / "round_trips.tsv"; }

Status WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return FailErrno(errno, "cannot write round_trips.tsv");
    }
    text.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
  }
  return {};
}

/// The field up to the next tab, which is taken off; all that is left if there is none.
std::string_view Take(std::string_view& line) {
  const size_t end = line.find('\t');
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return field;
}

/// Nothing: the line of names, or one that a crash tore.
std::optional<RoundTrip> ReadLine(std::string_view line) {
  RoundTrip one;
  const std::string_view side = Take(line);
  one.name = Take(line);
  const std::optional<Endpoint> server = ParseEndpoint(Take(line));
  const Result<TimeNs> at = ParseTime(Take(line), 0);
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), one.ns);
  if ((side != kSource && side != kTarget) || !server || !at || error != std::errc{} ||
      end != line.data() + line.size() || one.ns < 0) {
    return std::nullopt;
  }
  one.side = side == kSource ? Side::kSource : Side::kTarget;
  one.server = *server;
  one.at = *at;
  return one;
}

}  // namespace

Result<RoundTripFile> RoundTripFile::Open(const std::filesystem::path& run) {
  const std::filesystem::path path = PathIn(run);
  FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  struct stat now{};
  if (file.get() < 0 || fstat(file.get(), &now) != 0) {
    return FailErrno(errno, "cannot open " + path.string());
  }
  char last = '\n';
  if (now.st_size > 0 && pread(file.get(), &last, 1, now.st_size - 1) != 1) {
    return FailErrno(errno, "cannot read " + path.string());
  }
  TRY(WriteAll(file.get(), now.st_size == 0 ? kNames : last == '\n' ? "" : "\n"));
  return RoundTripFile(std::move(file));
}

Status RoundTripFile::Remove(const std::filesystem::path& run) {
  std::error_code error;
  std::filesystem::remove(PathIn(run), error);
  return error ? Status(FailErrno(error.value(), "cannot delete " + PathIn(run).string()))
               : Status();
}

Status RoundTripFile::Append(const RoundTrip& one) {
  return WriteAll(file_.get(),
                  fmt::format("{}\t{}\t{}\t{}\t{}\n", one.side == Side::kSource ? kSource : kTarget,
                              one.name, one.server.ToString(), FormatTime(one.at), one.ns));
}

Status ReadRoundTrips(const std::filesystem::path& run,
                      const std::function<bool(const RoundTrip& one)>& visit) {
  std::ifstream file(PathIn(run));
  if (!file) {
    return errno == ENOENT ? Status()
                           : Status(FailErrno(errno, "cannot read " + PathIn(run).string()));
  }
  for (std::string line; std::getline(file, line);) {
    // What ends without a line end is still being written, or was torn.
    const std::optional<RoundTrip> one = file.eof() ? std::nullopt : ReadLine(line);
    if (one && !visit(*one)) {
      break;
    }
  }
  return {};
}

}  // namespace trafrec::calibration
