#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/accounting.h"
#include "tools/units.h"

// What was captured and is in no exchange, or not as it was, beside what was lost.

namespace trafrec::tools {
namespace {

/// Numbers of unknown headers that are named one by one, the most frequent ones.
constexpr size_t kNumbersNamed = 3;

struct ProtocolWords {
  const char* counter;
  const char* words;
  const char* remedy;
};

constexpr std::array kProtocolWords = {
    ProtocolWords{"http.connections.tls", "carried TLS",
                  "record behind the proxy that takes the TLS off"},
    ProtocolWords{"http.connections.http2", "carried HTTP/2", "only HTTP/1 is recorded"},
    ProtocolWords{"http.connections.es_transport",
                  "carried the transport protocol of Elasticsearch",
                  "record the HTTP port (9200), not the transport port (9300)"},
    ProtocolWords{"http.connections.other", "carried another protocol", ""},
};

/// Packets that were ignored, but may have held TCP.
struct UnreadWords {
  const char* reason;
  const char* words;
  const char* remedy;
};

constexpr const char* kEncapsulationRemedy =
    "if the service's traffic is in them, let the mirror send it as Ethernet, or in VXLAN, GRE or "
    "ERSPAN";

constexpr std::array kUnreadWords = {
    UnreadWords{"unknown_link_type", "of a kind of capture that trafrec does not know",
                "capture with tcpdump, or as Ethernet"},
    UnreadWords{"unknown_encapsulation", "in an encapsulation that trafrec does not know",
                kEncapsulationRemedy},
    UnreadWords{"nesting", "in more encapsulations than trafrec takes off", kEncapsulationRemedy},
    UnreadWords{"encrypted", "encrypted (ESP, MACsec or 802.11)",
                "record where the encryption ends"},
    UnreadWords{"bad_length", "shorter than their own headers say",
                "look at what brought the packets here, if they are many"},
};

/// " (ethertype_0x9999 12, ppp_0x0057 3, others 1)".
std::string NumbersOf(const Counters& counters, const std::string& counter) {
  std::vector<std::pair<uint64_t, std::string>> numbers;
  for (const Counter& part : counters) {
    if (part.part_of == counter && part.value > 0) {
      numbers.emplace_back(part.value, part.name.substr(counter.size() + 1));
    }
  }
  std::ranges::stable_sort(numbers, std::greater(), [](const auto& entry) { return entry.first; });
  std::string text;
  for (size_t i = 0; i < numbers.size() && i < kNumbersNamed; ++i) {
    text += fmt::format("{}{} {}", i == 0 ? " (" : ", ", numbers[i].second,
                        WithCommas(numbers[i].first));
  }
  return text.empty() ? text : text + (numbers.size() > kNumbersNamed ? ", …)" : ")");
}

void AddProtocols(std::vector<Finding>& findings, const Counters& counters) {
  const bool beside = ValueOf(counters, "exchanges") > 0;
  for (const ProtocolWords& protocol : kProtocolWords) {
    if (const uint64_t count = ValueOf(counters, protocol.counter); count > 0) {
      const char* const missing =
          count == 1 ? ": nothing of it is in the log" : ": nothing of them is in the log";
      findings.push_back({fmt::format("{} {}{}", CountOf(count, "connection"), protocol.words,
                                      beside ? missing : ""),
                          protocol.remedy});
    }
  }
}

void AddUnread(std::vector<Finding>& findings, const Counters& counters) {
  for (const UnreadWords& unread : kUnreadWords) {
    const std::string counter = fmt::format("packets.ignored.{}", unread.reason);
    if (const uint64_t packets = ValueOf(counters, counter); packets > 0) {
      findings.push_back({fmt::format("{} {} not read: {}{}", CountOf(packets, "packet"),
                                      Were(packets), unread.words, NumbersOf(counters, counter)),
                          unread.remedy});
    }
  }
  const uint64_t bad = ValueOf(counters, "packets.ignored.bad_checksum");
  const uint64_t tcp = ValueOf(counters, "checksums.tcp.bad");
  if (bad > tcp) {
    findings.push_back({fmt::format("{} had a wrong checksum before TCP's: of the IPv4 header, or "
                                    "of the 802.11 frame",
                                    CountOf(bad - tcp, "packet")),
                        "if they were right where they were received, --checksums ignore"});
  }
}

/// "2 KiB of captured payload, sent by clients,", or with the bytes of each sender; "": none.
std::string PayloadOf(const Counters& counters, std::string_view part) {
  constexpr std::array kSenders = {std::pair{"client", "sent by clients"},
                                   std::pair{"server", "sent by servers"},
                                   std::pair{"unknown", "on connections without a beginning"}};
  uint64_t total = 0;
  std::vector<std::pair<uint64_t, const char*>> senders;
  for (const auto& [role, words] : kSenders) {
    const uint64_t bytes = ValueOf(counters, fmt::format("payload.{}.{}", role, part));
    total += bytes;
    if (bytes > 0) {
      senders.emplace_back(bytes, words);
    }
  }
  if (senders.empty()) {
    return {};
  }
  std::string text = HumanBytes(total) + " of captured payload, ";
  for (const auto& [bytes, words] : senders) {
    text += senders.size() == 1 ? fmt::format("{}, ", words)
                                : fmt::format("{} of them {}, ", HumanBytes(bytes), words);
  }
  text.pop_back();
  return text;
}

void AddPayload(std::vector<Finding>& findings, const Counters& counters) {
  const auto add = [&](const char* part, const char* words, const char* remedy) {
    if (const std::string payload = PayloadOf(counters, part); !payload.empty()) {
      findings.push_back({payload + " " + words, remedy});
    }
  };
  add("out_of_window_bytes",
      "lay outside of their flows, and are in no exchange: before the first byte (keep-alive "
      "probes, late packets of an earlier connection), or farther ahead than a sender may be",
      "if gaps are told, mend what loses packets first; if one capture shows two networks with the "
      "same addresses, record each by itself");
  add("conflict_bytes",
      "came again with other bytes: the first copy was kept, the exchanges have the flag "
      "overlap_conflict",
      "trafrec show --flag overlap_conflict LOG shows which; look at who injects packets, or "
      "changes them on the way past the mirror");
  add("after_close_bytes",
      "came after the end of their connections, and are in no exchange: mostly sent again by who "
      "had not heard of it",
      "");
  add("rejected_bytes",
      "were on packets that no receiver takes payload from: resets, and flags that no stack sends",
      "");
}

void AddLeftOut(std::vector<Finding>& findings, const Counters& counters) {
  if (const uint64_t conflicts = ValueOf(counters, "datagrams.conflicted"); conflicts > 0) {
    findings.push_back({fmt::format("fragments of {} overlapped with other bytes: the first copy "
                                    "was kept",
                                    CountOf(conflicts, "datagram")),
                        ""});
  }
  if (const uint64_t interim = ValueOf(counters, "messages.interim_left_out"); interim > 0) {
    findings.push_back(
        {fmt::format("{} {} left out: beyond the first hundred of an exchange, or its final answer "
                     "was not seen",
                     CountOf(interim, "interim answer"), Were(interim)),
         ""});
  }
  if (const uint64_t upgraded = ValueOf(counters, "exchanges.flag.upgraded"); upgraded > 0) {
    findings.push_back({fmt::format("{} left HTTP/1 (Upgrade, CONNECT): what {} carried then is "
                                    "counted, and not in the log",
                                    CountOf(upgraded, "connection"), upgraded == 1 ? "it" : "they"),
                        ""});
  }
  if (const uint64_t headers = ValueOf(counters, "http.proxy_headers"); headers > 0) {
    findings.push_back({fmt::format("{} began with a load balancer's PROXY header: the log has its "
                                    "address for the client's",
                                    CountOf(headers, "connection")),
                        ""});
  }
  if (const uint64_t records = ValueOf(counters, "import.left_out"); records > 0) {
    findings.push_back({fmt::format("{} of the files {} no exchange, and {} left out{}",
                                    CountOf(records, "record"), Were(records), Were(records),
                                    NumbersOf(counters, "import.left_out")),
                        "docs/import.md says what each reason means"});
  }
  constexpr std::string_view kNoted = "import.noted.";
  for (const Counter& counter : counters) {
    if (counter.value > 0 && counter.name.starts_with(kNoted)) {
      findings.push_back(
          {fmt::format("a part of {} could not be taken: {}", CountOf(counter.value, "record"),
                       counter.name.substr(kNoted.size())),
           "docs/import.md says what it means"});
    }
  }
}

}  // namespace

std::vector<Finding> AsideFindings(const Counters& counters) {
  std::vector<Finding> findings;
  if (ValueOf(counters, "exchanges") > 0) {  // else NothingSeenFindings tells
    AddProtocols(findings, counters);
  }
  if (const uint64_t count = ValueOf(counters, "http.connections.unknown"); count > 0) {
    findings.push_back({CountOf(count, "connection") +
                            " had data from which no protocol could be told, or none but a "
                            "load balancer's header",
                        ""});
  }
  AddUnread(findings, counters);
  AddPayload(findings, counters);
  AddLeftOut(findings, counters);
  return findings;
}

std::vector<Finding> NothingSeenFindings(const Counters& counters) {
  std::vector<Finding> findings;
  if (ValueOf(counters, "exchanges") > 0) {
    return findings;
  }
  if (FindValue(counters, "import.files")) {
    findings.push_back({"the files held no exchange that could be taken", ""});
    return findings;
  }
  const std::optional<uint64_t> counted = FindValue(counters, "packets.received");
  if (!counted) {
    return findings;  // a replay's answers, or a recorder that died before its first commit
  }
  const uint64_t received = *counted;
  if (received == 0) {
    findings.push_back(
        {"no packet came: the capture is empty, or the filter lets nothing through",
         "check --port, --host and --filter, and the interface; of a tunnel (VXLAN, GRE …) "
         "--host and --filter see the outer packet alone, --port looks inside"});
    return findings;
  }
  AddProtocols(findings, counters);
  const uint64_t other_ports = ValueOf(counters, "packets.ignored.other_port");
  if (ValueOf(counters, "packets.tcp") == 0 && other_ports > 0) {
    findings.push_back({fmt::format("{} came, their TCP ({}) of other ports than those of --port",
                                    CountOf(received, "packet"), CountOf(other_ports, "packet")),
                        "check --port"});
  } else if (ValueOf(counters, "packets.tcp") == 0) {
    findings.push_back({CountOf(received, "packet") + " came, none of them TCP",
                        "trafrec stats LOG says what they were"});
  }
  if (findings.empty()) {
    findings.push_back({CountOf(received, "packet") + " came, and no HTTP in them",
                        "trafrec stats LOG says what they were"});
  }
  return findings;
}

}  // namespace trafrec::tools
