#include "tools/status_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/time.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using control::Json;
using control::NumberOf;
using control::ShareOf;
using control::TextOf;

constexpr size_t kLabelWidth = 9;
/// Nothing can be read in less.
constexpr size_t kLeastWidth = 20;
/// Columns of the numbers behind a name: bytes and exchanges.
constexpr size_t kNumbersWidth = 22;

const Json& Part(const Json& status, const char* name) {
  static const Json kNone = Json::object();
  const auto found = status.find(name);
  return found != status.end() && found->is_object() ? *found : kNone;
}

std::string Rate(const Json& rates, const char* name) {
  return WithCommas(static_cast<uint64_t>(NumberOf(rates, name)));
}

/// "100 ms ago".
std::string Mark(const Json& marks, const char* name, TimeNs now) {
  const TimeNs at = NumberOf(marks, name);
  return at == 0 ? "nothing yet" : HumanDuration(std::max<int64_t>(0, now - at)) + " ago";
}

std::string Lag(const Json& lags, const char* name) {
  const auto found = lags.find(name);
  return found != lags.end() && found->is_number() ? HumanDuration(found->get<int64_t>())
                                                   : std::string("-");
}

int Percent100(const Json& fill, const char* name) {
  return static_cast<int>(100 * std::clamp(ShareOf(fill, name), 0.0, 1.0));
}

std::string LossWords(const Json& status, bool& any) {
  const Json& lost = Part(status, "lost");
  const auto packets = static_cast<uint64_t>(NumberOf(status, "packets"));
  std::string text;
  const auto add = [&](const char* name, const char* words) {
    const auto count = static_cast<uint64_t>(NumberOf(lost, name));
    if (count > 0) {
      text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", words, WithCommas(count),
                          Percent(count, count + packets));
    }
  };
  add("kernel_packets", "kernel");
  add("interface_packets", "interface");
  add("ring_packets", "own ring");
  const auto gaps = static_cast<uint64_t>(NumberOf(lost, "gap_bytes"));
  const auto acked = static_cast<uint64_t>(NumberOf(lost, "acked_bytes"));
  if (gaps > 0) {
    text += fmt::format("{}gaps {} ({})", text.empty() ? "" : ", ", HumanBytes(gaps),
                        Percent(gaps, std::max(gaps, acked)));
  }
  any = !text.empty();
  return any ? text : "nothing that is known";
}

/// Where a line of at most `room` bytes ends: behind a comma, so that numbers keep their units,
/// else at a blank; 0 if there is neither.
size_t BreakBefore(std::string_view text, size_t room) {
  for (const std::string_view sign : {", ", "; "}) {
    if (const size_t at = text.rfind(sign, room - 1); at != std::string_view::npos) {
      return at + 1;
    }
  }
  const size_t blank = text.rfind(' ', room);
  return blank == std::string_view::npos ? 0 : blank;
}

/// Rows of a label and what belongs to it, broken at blanks where the width ends.
class Page {
 public:
  Page(size_t width, const Paint& paint) : width_(width), paint_(paint) {}

  void Add(std::string_view label, std::string_view text, Tone tone = Tone::kPlain) {
    std::string front = paint_(Tone::kDim, fmt::format("{:<{}}", label, kLabelWidth));
    const size_t room = width_ > kLabelWidth + 8 ? width_ - kLabelWidth : 8;
    while (DisplayWidth(text) > room) {
      const size_t end = BreakBefore(text, std::min(room, text.size() - 1));
      const std::string_view line = end == 0 ? text : text.substr(0, end);
      lines_.push_back(front + paint_(tone, ClipToWidth(line, room)));
      front = std::string(kLabelWidth, ' ');
      const size_t next = end == 0 ? std::string_view::npos : text.find_first_not_of(' ', end);
      text = next == std::string_view::npos ? std::string_view() : text.substr(next);
    }
    if (!text.empty()) {
      lines_.push_back(front + paint_(tone, text));
    }
  }
  void AddLine(std::string_view text, Tone tone = Tone::kPlain) {
    lines_.push_back(paint_(tone, ClipToWidth(text, width_)));
  }
  std::vector<std::string> Take() { return std::move(lines_); }
  size_t width() const { return width_; }

 private:
  const size_t width_;
  const Paint& paint_;
  std::vector<std::string> lines_;
};

void AddTalkers(Page& page, const Json& status, const char* name, const char* title,
                size_t talkers) {
  const auto found = status.find(name);
  if (talkers == 0 || found == status.end() || !found->is_array() || found->empty()) {
    return;
  }
  const size_t names = page.width() - std::min(page.width() - 8, kNumbersWidth);
  page.AddLine(fmt::format("{:<{}}{:>11}{:>11}", title, names, "bytes/s", "exch/s"), Tone::kBold);
  for (size_t i = 0; i < std::min(talkers, found->size()); ++i) {
    const Json& talker = (*found)[i];
    std::string who = EscapeForTerminal(TextOf(talker, "name"));
    who = ClipToWidth(who.empty() ? "(no name)" : who, names - 1);
    const size_t pad = names - DisplayWidth(who);
    page.AddLine(fmt::format("{}{:{}}{:>11}{:>11.1f}", who, "", pad,
                             HumanBytes(static_cast<uint64_t>(NumberOf(talker, "bytes_per_s"))),
                             ShareOf(talker, "exchanges_per_s")));
  }
}

std::string Count(const Json& status, const char* name) {
  return WithCommas(static_cast<uint64_t>(NumberOf(status, name)));
}

/// "on time", "3 s behind", "paused".
std::string ReplayPace(const Json& status) {
  if (status.value("paused", false)) {
    return "paused";
  }
  const int64_t behind = NumberOf(status, "behind_ns");
  return behind < 50 * kNsPerMs ? "on time" : HumanDuration(behind) + " behind";
}

/// ", 4m10s left"; "" if nobody can tell.
std::string ReplayLeft(const Json& status) {
  const int64_t left = NumberOf(status, "left_ns", -1);
  return left < 0 ? "" : fmt::format(", {} left", ShortDuration(left));
}

void AddReplay(Page& page, const Json& status) {
  page.AddLine(
      fmt::format("replay into {} for {}", EscapeForTerminal(TextOf(status, "log")),
                  HumanDuration(NumberOf(status, "at_ns") - NumberOf(status, "started_ns"))),
      Tone::kBold);
  if (const std::string trouble = TextOf(status, "trouble"); !trouble.empty()) {
    page.Add("trouble", EscapeForTerminal(trouble), Tone::kRed);
  }
  page.Add("pace", fmt::format("{}, {}{}", TextOf(status, "speed"), ReplayPace(status),
                               ReplayLeft(status)));
  if (const TimeNs at = NumberOf(status, "source_time_ns"); at != 0) {
    page.Add("log at", FormatTime(at));
  }
  page.Add("sent", fmt::format("{} exchanges, {} operations answered, {} of them mutations",
                               Count(status, "exchanges"), Count(status, "answered"),
                               Count(status, "mutations")));
  page.Add("outcome", fmt::format("{} as at the source, {} otherwise", Count(status, "as_source"),
                                  Count(status, "otherwise")));
  const bool dead = NumberOf(status, "dead") + NumberOf(status, "blocked") > 0;
  page.Add(
      "dead",
      fmt::format("{}, {} held back behind them", Count(status, "dead"), Count(status, "blocked")),
      dead ? Tone::kRed : Tone::kPlain);
  page.Add("busy",
           fmt::format("{} under way of at most {}, {} held, {} retries, throttled {} times",
                       Count(status, "moving"), Count(status, "concurrency"), Count(status, "held"),
                       Count(status, "retries"), Count(status, "throttled")));
  const Json& lag = Part(status, "source_lag");
  if (const int64_t echoes = NumberOf(lag, "echoes"); echoes > 0) {
    page.Add("lag",
             fmt::format(
                 "{} behind the source by the echo {} ago; of {} p50 {}, p99 {}, "
                 "most {}",
                 HumanDuration(NumberOf(lag, "last_ns")),
                 HumanDuration(NumberOf(status, "at_ns") - NumberOf(lag, "last_at_ns")),
                 WithCommas(static_cast<uint64_t>(echoes)), HumanDuration(NumberOf(lag, "p50_ns")),
                 HumanDuration(NumberOf(lag, "p99_ns")), HumanDuration(NumberOf(lag, "most_ns"))));
  }
  page.Add("latency", fmt::format("p50 {}, p99 {}; send lag p99 {}",
                                  HumanDuration(NumberOf(status, "latency_p50_ns")),
                                  HumanDuration(NumberOf(status, "latency_p99_ns")),
                                  HumanDuration(NumberOf(status, "lag_p99_ns"))));
}

std::string ReplayLine(const Json& status) {
  return fmt::format(
      "replay {} exchanges, {} answered, {} otherwise, {} dead, {}, {} under way, {}{}",
      Count(status, "exchanges"), Count(status, "answered"), Count(status, "otherwise"),
      Count(status, "dead"), TextOf(status, "speed"), Count(status, "moving"), ReplayPace(status),
      ReplayLeft(status));
}

void AddTroubles(Page& page, const Json& status) {
  for (const char* name : {"trouble", "unsynced", "keeping_failure"}) {
    if (const std::string text = TextOf(status, name); !text.empty()) {
      page.Add("TROUBLE", EscapeForTerminal(text), Tone::kRed);
    }
  }
  if (const auto saving = status.find("saving_space"); saving != status.end() && *saving == true) {
    page.Add("TROUBLE", "the disk is nearly full: what is needed least is not stored", Tone::kRed);
  }
  const Json& clients = Part(status, "clients");
  if (const int64_t refused = NumberOf(clients, "refused"); refused > 0) {
    page.Add("refused",
             fmt::format("{} of other users, the last one {}",
                         CountOf(static_cast<uint64_t>(refused), "client"),
                         EscapeForTerminal(TextOf(clients, "last_refused"))),
             Tone::kYellow);
  }
}

}  // namespace

std::vector<std::string> StatusLines(const Json& status, size_t width, size_t talkers,
                                     const Paint& paint) {
  Page page(std::max(width, kLeastWidth), paint);
  if (TextOf(status, "kind") == "replay") {
    AddReplay(page, status);
    return page.Take();
  }
  const TimeNs now = NumberOf(status, "at_ns");
  const Json& rates = Part(status, "rates");
  const Json& lags = Part(status, "lag_ns");
  const Json& fill = Part(status, "fill");
  const Json& written = Part(status, "written");
  const Json& segment = Part(status, "segment");
  const Json& disk = Part(status, "disk");
  page.AddLine(fmt::format("{} {} for {}, {}", TextOf(status, "recorder"), TextOf(status, "state"),
                           HumanDuration(now - NumberOf(status, "started_ns")),
                           EscapeForTerminal(TextOf(status, "source"))),
               Tone::kBold);
  AddTroubles(page, status);
  std::string rate = fmt::format("{} packets/s, {}/s, {} exchanges/s", Rate(rates, "packets_per_s"),
                                 HumanBytes(static_cast<uint64_t>(NumberOf(rates, "bytes_per_s"))),
                                 Rate(rates, "exchanges_per_s"));
  if (rates.contains("mutations_per_s") && rates["mutations_per_s"].is_number()) {
    rate += fmt::format(", {:.1f} mutations/s", ShareOf(rates, "mutations_per_s"));
  }
  page.Add("rate", rate);
  page.Add("in all",
           fmt::format("{}, {}, {}",
                       CountOf(static_cast<uint64_t>(NumberOf(status, "packets")), "packet"),
                       HumanBytes(static_cast<uint64_t>(NumberOf(status, "bytes"))),
                       CountOf(static_cast<uint64_t>(NumberOf(status, "exchanges")), "exchange")));
  bool lossy = false;
  const std::string loss = LossWords(status, lossy);
  page.Add("lost", loss, lossy ? Tone::kYellow : Tone::kPlain);
  page.Add("lag", fmt::format("capture {}, reassembly {}, commit {}", Lag(lags, "capture"),
                              Lag(lags, "reassembly"), Lag(lags, "commit")));
  page.Add("queues",
           fmt::format("ring {}%, store {}%", Percent100(fill, "ring"), Percent100(fill, "store")));
  std::string marks =
      fmt::format("requests {}, answers {}", Mark(written, "requests_through_ns", now),
                  Mark(written, "answers_through_ns", now));
  if (const std::string hold = TextOf(written, "answers_hold"); !hold.empty()) {
    marks += ", held by " + hold;
  }
  page.Add("marks", marks);
  std::string disk_words =
      fmt::format("segment {}, {} sealed, {} waiting; {} stored", NumberOf(segment, "number"),
                  NumberOf(segment, "sealed"), NumberOf(segment, "unsealed"),
                  HumanBytes(static_cast<uint64_t>(NumberOf(disk, "stored_bytes"))));
  if (disk.contains("free_bytes") && disk["free_bytes"].is_number()) {
    disk_words += fmt::format(", {} free of {}",
                              HumanBytes(static_cast<uint64_t>(NumberOf(disk, "free_bytes"))),
                              HumanBytes(static_cast<uint64_t>(NumberOf(disk, "all_bytes"))));
  }
  page.Add("disk", disk_words);
  const std::string filter = TextOf(status, "filter");
  page.Add("filter", filter.empty() ? "everything" : EscapeForTerminal(filter));
  AddTalkers(page, status, "hosts", "HOST", talkers);
  AddTalkers(page, status, "connections", "CONNECTION", talkers);
  return page.Take();
}

std::string StatusLine(const Json& status) {
  if (TextOf(status, "kind") == "replay") {
    return ReplayLine(status);
  }
  const Json& rates = Part(status, "rates");
  const Json& lags = Part(status, "lag_ns");
  bool lossy = false;
  return fmt::format(
      "{} {} packets/s {}/s {} exchanges/s, lost: {}, lag {}/{}/{}, ring {}%, store "
      "{}%, segment {}",
      TextOf(status, "recorder"), Rate(rates, "packets_per_s"),
      HumanBytes(static_cast<uint64_t>(NumberOf(rates, "bytes_per_s"))),
      Rate(rates, "exchanges_per_s"), LossWords(status, lossy), Lag(lags, "capture"),
      Lag(lags, "reassembly"), Lag(lags, "commit"), Percent100(Part(status, "fill"), "ring"),
      Percent100(Part(status, "fill"), "store"), NumberOf(Part(status, "segment"), "number"));
}

}  // namespace trafrec::tools
