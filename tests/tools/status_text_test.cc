#include "tools/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using control::Json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Json Status() {
  return Json::parse(R"json({
    "recorder": "web1", "state": "recording", "source": "interface eth0 port 9200",
    "filter": "(tcp port 9200 or (ip[6:2] & 0x1fff != 0 and ip[9] = 6) or (ip6[6] = 44))",
    "started_ns": 1000000000, "at_ns": 91000000000,
    "packets": 1200000, "bytes": 99000000, "exchanges": 40000,
    "rates": {"packets_per_s": 12304, "bytes_per_s": 21495808, "exchanges_per_s": 1201,
              "mutations_per_s": 33.25},
    "lost": {"kernel_packets": 0, "interface_packets": 0, "ring_packets": 0, "gap_bytes": 0,
             "acked_bytes": 5},
    "lag_ns": {"capture": 3000000, "reassembly": 5000000, "commit": null},
    "fill": {"ring": 0.02, "store": 0.5},
    "written": {"requests_through_ns": 90900000000, "answers_through_ns": 0, "answers_hold": ""},
    "segment": {"number": 12, "sealed": 10, "unsealed": 1},
    "disk": {"free_bytes": 1073741824, "all_bytes": 2147483648, "stored_bytes": 5},
    "trouble": null, "clients": {"refused": 0},
    "hosts": [{"name": "es:9200", "bytes_per_s": 1048576, "exchanges_per_s": 12.34},
              {"name": "\u001b[31mevil", "bytes_per_s": 10, "exchanges_per_s": 0.1}],
    "connections": [{"name": "[2001:db8::1234:5678:9abc]:54836 > [2001:db8::ffff:eeee]:9200",
                     "bytes_per_s": 5, "exchanges_per_s": 1}]})json");
}

TEST(StatusText, NoLineIsWiderThanTheTerminal) {
  for (const size_t width : {20U, 40U, 80U, 120U}) {
    for (const std::string& line : StatusLines(Status(), width, 5, Paint(false))) {
      EXPECT_LE(DisplayWidth(line), width) << line;
    }
  }
}

TEST(StatusText, SaysWhatThereIs) {
  const auto lines = StatusLines(Status(), 100, 5, Paint(false));
  EXPECT_THAT(lines, Contains("web1 recording for 90 s, interface eth0 port 9200"));
  EXPECT_THAT(
      lines,
      Contains("rate     12,304 packets/s, 20.5 MiB/s, 1,201 exchanges/s, 33.2 mutations/s"));
  EXPECT_THAT(lines, Contains("lost     nothing that is known"));
  EXPECT_THAT(lines, Contains("lag      capture 3 ms, reassembly 5 ms, commit -"));
  EXPECT_THAT(lines, Contains("queues   ring 2%, store 50%"));
  EXPECT_THAT(lines, Contains("marks    requests 100 ms ago, answers nothing yet"));
}

TEST(StatusText, OfAReplayItSaysWhatIsLeftIfThatIsKnown) {
  Json status{{"kind", "replay"}, {"speed", "max"}, {"left_ns", 250'000'000'000}};
  EXPECT_THAT(StatusLines(status, 40, 0, Paint(false)),
              Contains("pace     max, on time, 4m10s left"));
  status["left_ns"] = nullptr;
  EXPECT_THAT(StatusLines(status, 40, 0, Paint(false)), Contains("pace     max, on time"));
}

TEST(StatusText, LossesAreNamedByPlace) {
  Json status = Status();
  status["lost"]["kernel_packets"] = 12;
  status["lost"]["gap_bytes"] = 1;
  EXPECT_THAT(StatusLines(status, 100, 0, Paint(false)),
              Contains(testing::AllOf(HasSubstr("kernel 12 ("), HasSubstr("gaps 1 B ("))));
}

TEST(StatusText, RecordedNamesCannotDriveTheTerminal) {
  for (const std::string& line : StatusLines(Status(), 100, 5, Paint(false))) {
    EXPECT_THAT(line, Not(HasSubstr("\033")));
  }
}

TEST(StatusText, StatusOfAnotherVersionIsShownAsFarAsItGoes) {
  EXPECT_FALSE(StatusLines(Json::object(), 80, 5, Paint(false)).empty());
  EXPECT_FALSE(StatusLine(Json::object()).empty());
}

TEST(StatusText, OnlyAsManyTalkersAsWereAskedFor) {
  const auto lines = StatusLines(Status(), 100, 1, Paint(false));
  EXPECT_THAT(lines, Contains(HasSubstr("es:9200")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("evil"))));
}

}  // namespace
}  // namespace trafrec::tools
