#include "tests/support/weekly_traffic.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"

namespace trafrec::test_support {
namespace {

constexpr int64_t kMinuteNs = 60 * kNsPerSecond;
constexpr int64_t kHourNs = 60 * kMinuteNs;

constexpr int kStepMinutes = 10;

/// Bulks at one time.
int WritesAt(int day, int hour, int minute) {
  if (hour == 3) {
    return minute == 20 ? 1 : 0;
  }
  if (hour == 5 && day % 7 == 6) {
    return 0;
  }
  return hour >= 8 && hour < 20 ? 2 : 1;
}

class Hour {
 public:
  Hour(int day, int hour)
      : day_(day), hour_(hour), begin_(kAMonday + day * kDayNs + hour * kHourNs), wire_(Wire()) {}

  std::vector<RawPacket> Packets() {
    wire_.Handshake();
    for (int minute = 0; minute < 60; minute += kStepMinutes) {
      WaitUntil(begin_ + minute * kMinuteNs + kNsPerSecond);
      Search();
      const int writes = WritesAt(day_, hour_, minute);
      for (int write = 0; write < writes; ++write) {
        Write(minute == 0 ? 400 : 20);
      }
    }
    wire_.Close();
    return wire_.TakePackets();
  }

 private:
  TcpConversation::Options Wire() const {
    TcpConversation::Options options;
    const auto number = static_cast<uint16_t>(day_ * 24 + hour_);
    options.client =
        Ip(hour_ % 2 == 0 ? "10.0.0.1" : "10.0.0.9", static_cast<uint16_t>(20'000 + number));
    options.start = begin_;
    return options;
  }

  void WaitUntil(TimeNs time) { wire_.Wait(std::max<int64_t>(time - wire_.now(), 0)); }

  void Exchange(const std::string& line, const std::string& body, int answer_ms) {
    const std::string agent =
        hour_ % 2 == 0 ? "elasticsearch-py/7.10.1 (Python 3.11.7)" : "curl/7.88.1";
    wire_.ClientSends(line + " HTTP/1.1\r\nHost: es:9200\r\nUser-Agent: " + agent +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    wire_.Wait(answer_ms * kNsPerMs)
        .ServerSends(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  }

  void Search() { Exchange("POST /orders/_search", R"({"query":{"match_all":{}}})", 5); }

  /// A bulk of two documents.
  void Write(int answer_ms) {
    const std::string item = "{\"index\":{\"_index\":\"orders\",\"_id\":\"" +
                             std::to_string(++documents_) + "\"}}\n{\"a\":1}\n";
    Exchange("POST /_bulk", item + item, answer_ms);
  }

  const int day_;
  const int hour_;
  const TimeNs begin_;
  TcpConversation wire_;
  int documents_ = 0;
};

}  // namespace

void WriteWeeklyTraffic(const std::filesystem::path& path, int first_day, int end_day) {
  PcapWriter file(path);
  for (int day = first_day; day < end_day; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      file.Write(Hour(day, hour).Packets());
    }
  }
}

}  // namespace trafrec::test_support
