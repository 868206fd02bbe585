#include "telemetry/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace trafrec::telemetry {
namespace {

/// Fields of /proc/self/stat behind the program's name (proc(5)), counted from that of the state.
constexpr size_t kThreads = 17;
constexpr size_t kStartTicks = 19;
constexpr size_t kVirtualBytes = 20;
constexpr size_t kResidentPages = 21;

std::vector<double> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  std::vector<double> fields;
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) {
    return fields;
  }
  std::istringstream rest(text.substr(name_end + 1));
  std::string state;
  rest >> state;
  fields.push_back(0);
  for (double value = 0; rest >> value;) {
    fields.push_back(value);
  }
  return fields;
}

/// When the machine started, seconds since the epoch; 0 if the system does not say.
double BootSeconds() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    if (word == "btime") {
      double seconds = 0;
      file >> seconds;
      return seconds;
    }
  }
  return 0;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::vector<Metric> ProcessMetrics() {
  std::vector<Metric> metrics;
  const auto add = [&](std::string_view name, std::string_view help, double value) {
    metrics.push_back({name, help, value});
  };
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    add("process_cpu_seconds_total", "Processor time of user and system, in seconds.",
        Seconds(usage.ru_utime) + Seconds(usage.ru_stime));
  }
  if (const std::vector<double> fields = StatFields(); fields.size() > kResidentPages) {
    add("process_resident_memory_bytes", "Resident memory.",
        fields[kResidentPages] * static_cast<double>(sysconf(_SC_PAGESIZE)));
    add("process_virtual_memory_bytes", "Virtual memory.", fields[kVirtualBytes]);
    add("process_threads", "Threads.", fields[kThreads]);
    if (const double boot = BootSeconds(); boot > 0) {
      add("process_start_time_seconds", "Start of the process, in seconds since 1970.",
          boot + fields[kStartTicks] / static_cast<double>(sysconf(_SC_CLK_TCK)));
    }
  }
  std::error_code failure;
  const std::filesystem::directory_iterator files("/proc/self/fd", failure);
  if (!failure) {
    add("process_open_fds", "Open file descriptors.",
        static_cast<double>(std::distance(begin(files), end(files))));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    add("process_max_fds", "File descriptors that may be open.",
        static_cast<double>(limit.rlim_cur));
  }
  return metrics;
}

}  // namespace trafrec::telemetry
