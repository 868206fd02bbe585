#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/accounting.h"
#include "tools/units.h"

// How much was lost, where, why, and what to change.

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

/// Why bytes are missing, and what to change. In the order of the sentences.
struct GapWords {
  const char* cause;  ///< as in the counters' names
  const char* words;
  const char* remedy;
};

constexpr std::array kGapWords = {
    GapWords{"acknowledged", "went by unseen: their receivers acknowledged them",
             "if no drops are told above, look at what brought the packets here: the mirror and "
             "its MTU, a filter (it must let both directions and fragments through), or, of a "
             "file, the drops that its recorder told at its end"},
    GapWords{"snaplen", "were cut off their packets: by the capture's snaplen, or by the mirror",
             "capture with --snaplen 262144 (tcpdump -s 0), and let the mirror's MTU hold a whole "
             "packet and its tunnel"},
    GapWords{"stream_limit", "were waited for until too much had come behind them",
             "the capture loses packets, or shows them in another order: look at the mirror"},
    GapWords{"global_limit", "were given up because the memory was full", "a larger --memory"},
    GapWords{"timeout", "did not come within the time limit, nor an ACK of them",
             "let the capture see both directions"},
    GapWords{"closed", "had not come when their connections ended, nor an ACK of them", ""},
};

/// "most between … and …": the worst interval, where there are several.
std::string WorstInterval(const std::vector<store::LossRecord>& losses) {
  const store::LossRecord* worst = nullptr;
  size_t intervals = 0;
  for (const store::LossRecord& loss : losses) {
    if (loss.cause == store::LossCause::kGapShare) {
      ++intervals;
      worst = worst == nullptr || loss.bytes > worst->bytes ? &loss : worst;
    }
  }
  return intervals < 2
             ? std::string()
             : fmt::format(", most of them ({}) between {} and {}", HumanBytes(worst->bytes),
                           FormatTime(worst->from), FormatTime(worst->until));
}

/// ", all of them sent by servers": where one direction lost nearly all of what was lost. A mirror
/// often shows each direction through a port, or a queue, of its own.
std::string MostlySentBy(const Counters& counters, uint64_t gap_bytes) {
  for (const auto& [counter, who] : {std::pair{"gaps.sent_bytes.client", "clients"},
                                     std::pair{"gaps.sent_bytes.server", "servers"}}) {
    const uint64_t bytes = ValueOf(counters, counter);
    if (bytes >= gap_bytes - gap_bytes / 10) {
      return fmt::format(", {} of them sent by {}",
                         bytes == gap_bytes ? "all" : Percent(bytes, gap_bytes), who);
    }
  }
  return "";
}

void AddGaps(std::vector<Finding>& findings, const Counters& counters,
             const std::vector<store::LossRecord>& losses) {
  const uint64_t gap_bytes = ValueOf(counters, "gaps.bytes");
  if (gap_bytes == 0) {
    return;
  }
  const uint64_t acked = ValueOf(counters, "acked.bytes");
  findings.push_back(
      {fmt::format("{} of payload in {} were not captured ({} of what was acknowledged; "
                   "connections that were missed whole are not in this figure){}{}",
                   HumanBytes(gap_bytes), CountOf(ValueOf(counters, "gaps.count"), "gap"),
                   Percent(gap_bytes, std::max(acked, gap_bytes)),
                   MostlySentBy(counters, gap_bytes), WorstInterval(losses)),
       ""});
  for (const GapWords& gap : kGapWords) {
    const uint64_t bytes = ValueOf(counters, fmt::format("gaps.{}.bytes", gap.cause));
    if (bytes > 0) {
      const uint64_t count = ValueOf(counters, fmt::format("gaps.{}.count", gap.cause));
      findings.push_back(
          {fmt::format("{} of them in {} {}", HumanBytes(bytes), CountOf(count, "gap"), gap.words),
           gap.remedy});
    }
  }
}

void AddShed(std::vector<Finding>& findings, const Counters& counters,
             const std::vector<store::LossRecord>& losses) {
  const uint64_t messages =
      ValueOf(counters, "messages.shed.reads") + ValueOf(counters, "messages.shed.mutations");
  if (messages > 0) {
    findings.push_back({CountOf(messages, "message") + " were given up under load",
                        "a faster disk, --level 1 or --compress none"});
  }
  if (const uint64_t bodies = ValueOf(counters, "messages.bodies_shed"); bodies > 0) {
    findings.push_back({CountOf(bodies, "body", "bodies") + " were given up under load",
                        "a faster disk, --level 1 or --compress none"});
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
  const bool imported = FindValue(counters, "import.files").has_value();
  if (cut > 0 && imported) {
    findings.push_back({CountOf(cut, "file") + " ended before its end", "import the whole file"});
  } else if (cut > 0) {
    findings.push_back({CountOf(cut, "capture file") + " ended in the middle of a packet", ""});
  }
  if (const uint64_t places = ValueOf(counters, "import.damaged_places"); places > 0) {
    findings.push_back({fmt::format("{} of the files could not be read", CountOf(places, "place")),
                        "the loss rows say when, and import names the bytes"});
  }
  if (const uint64_t cut_packets = ValueOf(counters, "packets.ignored.truncated_header");
      cut_packets > 0) {
    findings.push_back({CountOf(cut_packets, "packet") +
                            " were cut within their headers, by the snaplen of the capture",
                        "capture with --snaplen 262144 (tcpdump -s 0)"});
  }
  if (const uint64_t bad = ValueOf(counters, "checksums.tcp.bad"); bad > 0) {
    const uint64_t bytes = ValueOf(counters, "payload.bad_checksum_bytes");
    findings.push_back({fmt::format("{} with {} of payload had a wrong checksum: ignored, as their "
                                    "receivers would",
                                    CountOf(bad, "packet"), HumanBytes(bytes)),
                        "if they were right where they were received (a capture made on the "
                        "sending host, or edited), --checksums ignore"});
  }
}

}  // namespace

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
  AddGaps(findings, counters, losses);
  AddShed(findings, counters, losses);
  return findings;
}

}  // namespace trafrec::tools
