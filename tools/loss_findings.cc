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
std::string WorstInterval(const std::vector<store::LossRecord>& losses, uint64_t gap_bytes) {
  const store::LossRecord* worst = nullptr;
  size_t intervals = 0;
  for (const store::LossRecord& loss : losses) {
    if (loss.cause == store::LossCause::kGapShare) {
      ++intervals;
      worst = worst == nullptr || loss.bytes > worst->bytes ? &loss : worst;
    }
  }
  if (intervals < 2) {
    return {};
  }
  return fmt::format(", {} ({}) between {} and {}",
                     worst->bytes > gap_bytes / 2 ? "most of them" : "more than elsewhere",
                     HumanBytes(worst->bytes), FormatTime(worst->from), FormatTime(worst->until));
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

/// ", between … and …": what the rows of a cause span.
std::string SpanOf(const std::vector<store::LossRecord>& losses, store::LossCause cause) {
  const store::LossRecord* first = nullptr;
  TimeNs until = 0;
  for (const store::LossRecord& loss : losses) {
    if (loss.cause == cause) {
      first = first == nullptr || loss.from < first->from ? &loss : first;
      until = std::max(until, loss.until);
    }
  }
  return first == nullptr
             ? std::string()
             : fmt::format(", between {} and {}", FormatTime(first->from), FormatTime(until));
}

/// What is missing at the end of a recorder that died, nobody counted: only when it may have been.
void AddCrash(std::vector<Finding>& findings, const std::vector<store::LossRecord>& losses) {
  const auto crash = std::ranges::find(losses, store::LossCause::kCrash, &store::LossRecord::cause);
  if (crash == losses.end()) {
    return;
  }
  const std::string since =
      crash->from > 0 ? "between " + FormatTime(crash->from) + " and " : "from its start to ";
  findings.push_back({fmt::format("it was killed or died: what went by {}{}, when it was started "
                                  "again, may be missing, and nobody counted how much",
                                  since, FormatTime(crash->until)),
                      "a service that starts it again at once (systemd: Restart=on-failure); its "
                      "log of events, or the kernel's, may say why it died"});
}

void AddGaps(std::vector<Finding>& findings, const Counters& counters,
             const std::vector<store::LossRecord>& losses) {
  const uint64_t gap_bytes = ValueOf(counters, "gaps.bytes");
  if (gap_bytes == 0) {
    return;
  }
  const uint64_t acked = ValueOf(counters, "acked.bytes");
  findings.push_back(
      {fmt::format("{} of payload in {} {} not captured ({} of what was acknowledged; "
                   "connections that were missed whole are not in this figure){}{}",
                   HumanBytes(gap_bytes), CountOf(ValueOf(counters, "gaps.count"), "gap"),
                   Were(gap_bytes), Percent(gap_bytes, std::max(acked, gap_bytes)),
                   MostlySentBy(counters, gap_bytes), WorstInterval(losses, gap_bytes)),
       ""});
  for (const GapWords& gap : kGapWords) {
    const uint64_t bytes = ValueOf(counters, fmt::format("gaps.{}.bytes", gap.cause));
    if (bytes == gap_bytes) {
      findings.push_back({fmt::format("all of them {}", gap.words), gap.remedy});
    } else if (bytes > 0) {
      const uint64_t count = ValueOf(counters, fmt::format("gaps.{}.count", gap.cause));
      findings.push_back(
          {fmt::format("{} of them in {} {}", HumanBytes(bytes), CountOf(count, "gap"), gap.words),
           gap.remedy});
    }
  }
}

/// What our own limits cost.
void AddLimits(std::vector<Finding>& findings, const Counters& counters,
               const std::vector<store::LossRecord>& losses) {
  if (const uint64_t evicted = ValueOf(counters, "http.evictions"); evicted > 0) {
    const uint64_t exchanges = ValueOf(counters, "exchanges.flag.evicted");
    findings.push_back(
        {fmt::format("{} {} given up because the memory was full, with {} that {} not whole{}",
                     CountOf(evicted, "connection"), Were(evicted), CountOf(exchanges, "exchange"),
                     exchanges == 1 ? "is" : "are", SpanOf(losses, store::LossCause::kLimit)),
         "a larger --memory"});
  } else if (const uint64_t beyond = ValueOf(counters, "exchanges.flag.evicted"); beyond > 0) {
    findings.push_back({CountOf(beyond, "exchange") +
                            " went beyond a limit, of a head's length, of requests without "
                            "answers or of interim answers, and " +
                            (beyond == 1 ? "is" : "are") + " not whole",
                        "trafrec show --flag evicted LOG shows which"});
  }
  if (const uint64_t evicted = ValueOf(counters, "datagrams.fragmented.evicted"); evicted > 0) {
    findings.push_back({fmt::format("{} {} given up: too many others waited for their fragments",
                                    CountOf(evicted, "fragmented datagram"), Were(evicted)),
                        "leave out with --filter what sends so many that never become whole, and "
                        "see that the mirror shows all fragments"});
  }
  // At the end, when no connection is open any more, those that wait have no more to come.
  const uint64_t waiting = ValueOf(counters, "connections.open") > 0
                               ? 0
                               : ValueOf(counters, "datagrams.fragmented.waiting");
  if (const uint64_t late = ValueOf(counters, "datagrams.fragmented.timed_out") + waiting;
      late > 0) {
    findings.push_back(
        {fmt::format("{} {} never whole: fragments of {} were not captured",
                     CountOf(late, "fragmented datagram"), Were(late), late == 1 ? "it" : "them"),
         "a filter must let all fragments through (by host, not by port), and so "
         "must the mirror"});
  }
  if (const uint64_t begun = ValueOf(counters, "connections.half_open_evicted"); begun > 0) {
    findings.push_back({fmt::format("{} that had only begun {} forgotten: too many others began at "
                                    "the same time. What they carried is taken up in the middle",
                                    CountOf(begun, "connection"), Were(begun)),
                        "leave out with --filter who opens so many (a flood of SYNs, a scan)"});
  }
  if (const uint64_t unread = ValueOf(counters, "http.unread_bytes"); unread > 0) {
    findings.push_back({fmt::format("{} that {} captured became no message: what was before them "
                                    "is missing, or they are no HTTP",
                                    HumanBytes(unread), Were(unread)),
                        "the loss rows of cause gap say on which connections, and when"});
  }
}

void AddShed(std::vector<Finding>& findings, const Counters& counters,
             const std::vector<store::LossRecord>& losses) {
  const uint64_t mutations = ValueOf(counters, "messages.shed.mutations");
  const uint64_t messages = ValueOf(counters, "messages.shed.reads") + mutations;
  const uint64_t bodies = ValueOf(counters, "messages.bodies_shed");
  if (messages + bodies > 0) {
    const uint64_t for_space = ValueOf(counters, "messages.shed_for_space");
    std::string what = messages == 0 ? "" : CountOf(messages, "message");
    if (mutations > 0) {
      what += fmt::format(" ({} of mutations)", WithCommas(mutations));
    }
    if (bodies > 0) {
      what += (what.empty() ? "" : " and ") + CountOf(bodies, "body", "bodies");
    }
    what += fmt::format(" {} given up ", Were(messages + bodies));
    constexpr std::string_view kSpaceRemedy =
        "free space, --retain-bytes, or put the log on another disk";
    constexpr std::string_view kSpeedRemedy = "a faster disk, --level 1 or --compress none";
    const std::string span = SpanOf(losses, store::LossCause::kLoad);
    if (for_space == 0) {
      findings.push_back({what + "under load" + span, std::string(kSpeedRemedy)});
    } else if (for_space >= messages + bodies) {
      findings.push_back(
          {what + "because the disk was nearly full" + span, std::string(kSpaceRemedy)});
    } else {
      findings.push_back({fmt::format("{}under load, {} of them because the disk was nearly full{}",
                                      what, WithCommas(for_space), span),
                          fmt::format("{}; {}", kSpaceRemedy, kSpeedRemedy)});
    }
  }
  if (const uint64_t late = ValueOf(counters, "store.messages.shed.load"); late > 0) {
    findings.push_back({CountOf(late, "message") + " came faster than they could be stored",
                        "a faster disk, --level 1 or --compress none"});
  }
  const uint64_t unstored = ValueOf(counters, "store.messages.shed.disk_full");
  const LossTotals disk_full = TotalsOf(losses, store::LossCause::kDiskFull);
  if (unstored > 0 || disk_full.rows > 0) {
    const uint64_t bytes =
        std::max(ValueOf(counters, "store.records.shed.disk_full_bytes"), disk_full.bytes);
    findings.push_back(
        {fmt::format("the disk was full for a time: {} with {} could not be stored{}",
                     HumanBytes(bytes),
                     CountOf(ValueOf(counters, "store.exchanges.shed.disk_full"), "exchange"),
                     SpanOf(losses, store::LossCause::kDiskFull)),
         "free space, or put the log on another disk"});
  }
  const uint64_t cut = std::max<uint64_t>(ValueOf(counters, "capture.cut_files"),
                                          TotalsOf(losses, store::LossCause::kCutFile).rows);
  const bool imported = FindValue(counters, "import.files").has_value();
  if (cut > 0 && imported) {
    findings.push_back({CountOf(cut, "file") + " ended before its end", "import the whole file"});
  } else if (cut > 0) {
    findings.push_back({CountOf(cut, "capture file") + " ended in the middle of a packet",
                        "copy it again when its recorder has ended, if there is more of it"});
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
    findings.push_back(
        {fmt::format("{} with {} of payload had a wrong checksum: ignored, as {} would",
                     CountOf(bad, "packet"), HumanBytes(bytes),
                     bad == 1 ? "its receiver" : "their receivers"),
         "if they were right where they were received (a capture made on the "
         "sending host, or edited), --checksums ignore"});
  }
}

}  // namespace

std::vector<Finding> LossFindings(const Counters& counters,
                                  const std::vector<store::LossRecord>& losses) {
  std::vector<Finding> findings;
  AddCrash(findings, losses);
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
  AddLimits(findings, counters, losses);
  AddShed(findings, counters, losses);
  return findings;
}

}  // namespace trafrec::tools
