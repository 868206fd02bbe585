#include "tools/accounting.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tools/units.h"

namespace trafrec::tools {
namespace {

struct LossTotals {
  uint64_t packets = 0;
  uint64_t bytes = 0;
  size_t rows = 0;
};

LossTotals TotalsOf(const std::vector<store::LossRecord>& losses, store::LossCause cause) {
  LossTotals totals;
  for (const store::LossRecord& loss : losses) {
    if (loss.cause == cause) {
      totals.packets += loss.packets;
      totals.bytes += loss.bytes;
      ++totals.rows;
    }
  }
  return totals;
}

/// The counter is the sum at the end; a recorder that was killed left loss rows only.
uint64_t DroppedPackets(const Counters& counters, std::string_view counter,
                        const std::vector<store::LossRecord>& losses, store::LossCause cause) {
  return std::max(ValueOf(counters, counter), TotalsOf(losses, cause).packets);
}

void AddDrops(std::vector<Finding>& findings, uint64_t dropped, uint64_t received,
              std::string_view who, std::string remedy) {
  if (dropped > 0) {
    findings.push_back({fmt::format("{} dropped {} ({} of all)", who, CountOf(dropped, "packet"),
                                    Percent(dropped, dropped + received)),
                        std::move(remedy)});
  }
}

void AddGaps(std::vector<Finding>& findings, const Counters& counters) {
  const uint64_t gap_bytes = ValueOf(counters, "gaps.bytes");
  if (gap_bytes == 0) {
    return;
  }
  const uint64_t acked = ValueOf(counters, "acked.bytes");
  findings.push_back(
      {fmt::format("{} of payload in {} were not captured ({} of what was acknowledged; "
                   "connections that were missed whole are not in this figure)",
                   HumanBytes(gap_bytes), CountOf(ValueOf(counters, "gaps.count"), "gap"),
                   Percent(gap_bytes, std::max(acked, gap_bytes))),
       "if nothing was dropped here, the mirror or the capture file lost it: look at the mirror's "
       "own counters and its MTU"});
}

void AddShed(std::vector<Finding>& findings, const Counters& counters,
             const std::vector<store::LossRecord>& losses) {
  const uint64_t messages =
      ValueOf(counters, "messages.shed.reads") + ValueOf(counters, "messages.shed.mutations");
  if (messages > 0) {
    findings.push_back(
        {CountOf(messages, "message") + " were given up under load, or to save a full disk",
         "more free space, a faster disk, --level 1 or --compress none"});
  }
  if (const uint64_t bodies = ValueOf(counters, "messages.bodies_shed"); bodies > 0) {
    findings.push_back(
        {CountOf(bodies, "body", "bodies") + " were given up under load, or to save a full disk",
         "more free space, a faster disk, --level 1 or --compress none"});
  }
  if (const uint64_t late = ValueOf(counters, "store.messages.shed.load"); late > 0) {
    findings.push_back({CountOf(late, "message") + " came faster than they could be stored",
                        "a faster disk, --level 1 or --compress none"});
  }
  if (ValueOf(counters, "store.messages.shed.disk_full") > 0 ||
      TotalsOf(losses, store::LossCause::kDiskFull).rows > 0) {
    findings.push_back({"the disk was full for a time: nothing could be stored",
                        "free space, or put the log on another disk"});
  }
  const uint64_t cut = std::max<uint64_t>(ValueOf(counters, "capture.cut_files"),
                                          TotalsOf(losses, store::LossCause::kCutFile).rows);
  if (cut > 0) {
    findings.push_back({CountOf(cut, "capture file") + " ended in the middle of a packet", ""});
  }
  const uint64_t cut_packets = ValueOf(counters, "packets.ignored.truncated_header");
  if (cut_packets > 0 || ValueOf(counters, "gaps.snaplen.bytes") > 0) {
    findings.push_back({"packets were cut by the snaplen of the capture",
                        "capture with --snaplen 262144 (tcpdump -s 0)"});
  }
  if (const uint64_t bad = ValueOf(counters, "checksums.tcp.bad"); bad > 0) {
    findings.push_back({CountOf(bad, "packet") + " had a wrong checksum and were ignored",
                        "if the capture was made on the sending host, --checksums ignore"});
  }
}

}  // namespace

std::optional<uint64_t> FindValue(const Counters& counters, std::string_view name) {
  const auto found =
      std::ranges::find_if(counters, [&](const Counter& counter) { return counter.name == name; });
  return found == counters.end() ? std::nullopt : std::optional(found->value);
}

uint64_t ValueOf(const Counters& counters, std::string_view name) {
  return FindValue(counters, name).value_or(0);
}

std::vector<Finding> LossFindings(const Counters& counters,
                                  const std::vector<store::LossRecord>& losses) {
  std::vector<Finding> findings;
  const uint64_t received = ValueOf(counters, "packets.received");
  const auto dropped = [&](const char* counter, store::LossCause cause) {
    return DroppedPackets(counters, counter, losses, cause);
  };
  AddDrops(findings, dropped("capture.kernel_drops", store::LossCause::kKernelDrop), received,
           "the kernel", "a larger --ring, or a narrower --port, --host or --filter");
  AddDrops(findings, dropped("capture.interface_drops", store::LossCause::kInterfaceDrop), received,
           "the interface", "look at ethtool -S, and at larger ring buffers of the card");
  AddDrops(findings, dropped("capture.ring_dropped_packets", store::LossCause::kRingDrop), received,
           "trafrec itself", "more CPU for it, --compress none, or a narrower --filter");
  AddGaps(findings, counters);
  AddShed(findings, counters, losses);
  return findings;
}

std::vector<Finding> NothingSeenFindings(const Counters& counters) {
  std::vector<Finding> findings;
  if (ValueOf(counters, "exchanges") > 0) {
    return findings;
  }
  const uint64_t received = ValueOf(counters, "packets.received");
  if (received == 0) {
    findings.push_back({"no packet came: the capture is empty, or the filter lets nothing through",
                        "check --port, --host and --filter, and the interface"});
    return findings;
  }
  const auto connections = [&](const char* counter, const char* what, const char* remedy) {
    if (const uint64_t count = ValueOf(counters, counter); count > 0) {
      findings.push_back({fmt::format("{} {}", CountOf(count, "connection"), what), remedy});
    }
  };
  connections("http.connections.tls", "carried TLS",
              "record behind the proxy that takes the TLS off");
  connections("http.connections.http2", "carried HTTP/2", "only HTTP/1 is recorded");
  connections("http.connections.es_transport", "carried the transport protocol of Elasticsearch",
              "record the HTTP port (9200), not the transport port (9300)");
  connections("http.connections.other", "carried another protocol", "");
  if (ValueOf(counters, "packets.tcp") == 0) {
    findings.push_back({CountOf(received, "packet") + " came, none of them TCP",
                        "trafrec stats LOG says what they were"});
  }
  if (findings.empty()) {
    findings.push_back({CountOf(received, "packet") + " came, and no HTTP in them",
                        "trafrec stats LOG says what they were"});
  }
  return findings;
}

std::string LossSentence(const store::LossRecord& loss) {
  const std::string from = FormatTime(loss.from);
  switch (loss.cause) {
    case store::LossCause::kStart:
      return "started at " + FormatTime(loss.until) + ": what came before is not here";
    case store::LossCause::kStop:
      return "stopped at " + from + ": what came after is not here";
    case store::LossCause::kCrash:
      return fmt::format("was killed or died after {}; recovered at {}", from,
                         FormatTime(loss.until));
    case store::LossCause::kGapShare:
      return fmt::format("{} of {} of payload ({}) were not captured between {} and {}",
                         HumanBytes(loss.bytes), HumanBytes(loss.of_bytes),
                         Percent(loss.bytes, std::max(loss.bytes, loss.of_bytes)), from,
                         FormatTime(loss.until));
    case store::LossCause::kGap:
      return fmt::format("connection {} lost {}{} between {} and {}: whole messages may be missing",
                         loss.connection.value_or(0), loss.exact ? "" : "up to ",
                         HumanBytes(loss.bytes), from, FormatTime(loss.until));
    default:
      break;
  }
  std::string amount;
  if (loss.packets > 0) {
    amount = CountOf(loss.packets, "packet");
  }
  if (loss.bytes > 0) {
    amount += (amount.empty() ? "" : ", ") + HumanBytes(loss.bytes);
  }
  if (amount.empty()) {
    amount = "an unknown amount";
  } else if (!loss.exact) {
    amount = "about " + amount;
  }
  std::string text = fmt::format("{}: {} between {} and {}", LossCauseName(loss.cause), amount,
                                 from, FormatTime(loss.until));
  if (loss.connection) {
    text += fmt::format(", connection {}", *loss.connection);
  }
  return text;
}

std::string CounterTree(const Counters& counters) {
  struct Line {
    std::string label;
    std::string value;
  };
  std::vector<Line> lines;
  const auto add = [&](const auto& self, const std::string& whole, size_t depth) -> void {
    for (const Counter& counter : counters) {
      if (counter.part_of != whole || (counter.value == 0 && depth > 0)) {
        continue;
      }
      if (counter.value > 0) {
        lines.push_back({std::string(2 * depth, ' ') + counter.name, WithCommas(counter.value)});
      }
      // A counter that names itself or a loop would never end.
      if (depth < 8 && counter.name != whole) {
        self(self, counter.name, depth + 1);
      }
    }
  };
  add(add, "", 0);
  size_t label_width = 0;
  size_t value_width = 0;
  for (const Line& line : lines) {
    label_width = std::max(label_width, line.label.size());
    value_width = std::max(value_width, line.value.size());
  }
  std::string out;
  for (const Line& line : lines) {
    fmt::format_to(std::back_inserter(out), "    {:<{}}  {:>{}}\n", line.label, label_width,
                   line.value, value_width);
  }
  return out;
}

}  // namespace trafrec::tools
