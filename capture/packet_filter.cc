// libpcap says what is wrong with an expression, but not where. The place is found by asking it
// again: a token is wrong if nothing that could follow makes the text up to it an expression, while
// that was possible up to the token before. What could follow is tried from a short list of
// endings. Where libpcap names the word itself ("unknown host 'x'"), the word is looked up.

#include "capture/packet_filter.h"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/check.h"
#include "capture/limits.h"
#include "capture/pcap_handle.h"

namespace trafrec::capture {
namespace {

constexpr uint16_t kEthernet = 1;

/// A handle on nothing, of that link type. libpcap's own numbers (DLT) differ from those in files
/// (LINKTYPE); only its file reader translates them, so it is given a file that ends after its
/// header.
PcapHandle HandleOf(uint16_t link_type) {
  std::array<uint32_t, 6> header{0xa1b2c3d4, 2 | 4U << 16, 0, 0, 262'144, link_type};
  FILE* const file = fmemopen(header.data(), sizeof(header), "rb");
  CHECK(file != nullptr);
  std::array<char, PCAP_ERRBUF_SIZE> words{};
  PcapHandle handle(pcap_fopen_offline(file, words.data()));
  if (handle == nullptr) {
    fclose(file);
  }
  return handle;
}

class Compiled {
 public:
  Compiled() = default;
  ~Compiled() { pcap_freecode(&program_); }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  /// libpcap's words if it refuses.
  std::optional<std::string> Compile(pcap_t* handle, const std::string& expression) {
    if (pcap_compile(handle, &program_, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0) {
      return std::nullopt;
    }
    program_ = {};
    return pcap_geterr(handle);
  }
  bool Matches(const reassembly::Packet& packet) const {
    const pcap_pkthdr header{.ts = {},
                             .caplen = static_cast<bpf_u_int32>(packet.bytes.size()),
                             .len = packet.wire_bytes};
    return pcap_offline_filter(&program_, &header, packet.bytes.data()) != 0;
  }

 private:
  bpf_program program_{};
};

bool Compiles(pcap_t* handle, const std::string& expression) {
  return !Compiled().Compile(handle, expression);
}

/// Where each word, number or sign of the expression ends.
std::vector<size_t> TokenEnds(std::string_view text) {
  const auto in_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
  };
  std::vector<size_t> ends;
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    if (std::isspace(static_cast<unsigned char>(text[i])) != 0) {
      ++i;
      continue;
    }
    while (i < text.size() && in_word(text[i])) {
      ++i;
    }
    i += i == begin ? 1 : 0;
    ends.push_back(i);
  }
  return ends;
}

/// Can the text still become an expression?
bool HasContinuation(pcap_t* handle, const std::string& text) {
  static constexpr std::array<const char*, 13> kEndings = {
      "",        " 1",      " tcp",  " ip",      " port 1",     " host 1.1.1.1", " = 1",
      "[0] = 1", " 0] = 1", "] = 1", " 1.1.1.1", " 1.1.1.0/24", " 1:1:1:1:1:1"};
  size_t open = 0;
  for (const char c : text) {
    open += c == '(' ? 1 : 0;
    open -= c == ')' && open > 0 ? 1 : 0;
  }
  return std::ranges::any_of(kEndings, [&](const char* ending) {
    return Compiles(handle, text + ending + std::string(open, ')'));
  });
}

std::optional<size_t> PlaceOf(const std::string& text, const std::string& words) {
  const size_t quote = words.find_first_of("'\"");
  if (quote != std::string::npos) {
    const size_t end = words.find(words[quote], quote + 1);
    const size_t place = text.find(words.substr(quote + 1, end - quote - 1));
    if (end != std::string::npos && place != std::string::npos) {
      return place;
    }
  }
  const PcapHandle handle = HandleOf(kEthernet);
  size_t begin = 0;
  for (const size_t end : TokenEnds(text)) {
    if (!HasContinuation(handle.get(), text.substr(0, end))) {
      return text.find_first_not_of(" \t\r\n", begin);
    }
    begin = end;
  }
  return text.size();  // every beginning was good: it ends too early
}

/// A recorder that runs is refused the sockets of a look-up by its filter of system calls; libpcap
/// then knows no more than that it found nothing.
std::string RemedyOf(const std::string& words) {
  return words.starts_with("unknown host")
             ? "give the host's address: a recorder that is running asks no name server, and knows "
               "names of /etc/hosts only"
             : "the language is described in: man pcap-filter";
}

}  // namespace

Error BadFilter(const CaptureFilter& filter, const std::string& words) {
  // Where the user's own text is at fault it is shown alone, as he typed it.
  const PcapHandle handle = HandleOf(kEthernet);
  const bool own = !filter.bpf.empty() && !Compiles(handle.get(), filter.bpf);
  const std::string text = own ? filter.bpf : filter.Plain();
  std::string what = fmt::format("bad capture filter: {}\n  {}", words, text);
  if (const auto place = PlaceOf(text, words); place && text.find('\n') == std::string::npos) {
    what += fmt::format("\n  {}^", std::string(*place, ' '));
  }
  return {ErrorCode::kUsage, std::move(what), RemedyOf(words)};
}

struct PacketFilter::Program {
  uint16_t link_type = 0;
  bool usable = false;
  Compiled compiled;
};

PacketFilter::PacketFilter(const CaptureFilter& filter)
    : filter_(filter), empty_(filter.Plain().empty()) {}

PacketFilter::~PacketFilter() = default;

Result<std::unique_ptr<PacketFilter>> PacketFilter::Make(const CaptureFilter& filter) {
  std::unique_ptr<PacketFilter> made(new PacketFilter(filter));
  if (!made->empty_) {
    const PcapHandle handle = HandleOf(kEthernet);
    if (const auto words = Compiled().Compile(handle.get(), filter.WithoutTags())) {
      return std::unexpected(BadFilter(filter, *words));
    }
  }
  return made;
}

bool PacketFilter::MatchesProgram(const reassembly::Packet& packet) {
  const Program& program = ProgramOf(packet.link_type);
  return program.usable && program.compiled.Matches(packet);
}

PacketFilter::Program& PacketFilter::ProgramOf(uint16_t link_type) {
  const auto known = std::ranges::find(programs_, link_type,
                                       [](const auto& program) { return program->link_type; });
  if (known != programs_.end()) {
    return **known;
  }
  auto program = std::make_unique<Program>();
  program->link_type = link_type;
  std::string words = "unknown link type";
  if (const PcapHandle handle = HandleOf(link_type)) {
    for (const std::string& expression : {filter_.Expression(), filter_.WithoutTags()}) {
      const auto refused = program->compiled.Compile(handle.get(), expression);
      program->usable = !refused;
      if (program->usable) {
        break;
      }
      words = *refused;
    }
  }
  if (!program->usable) {
    warnings_.push_back({.what = fmt::format("the filter cannot judge packets of link type {}, "
                                             "which are left out: {}",
                                             link_type, words)});
  }
  return *programs_.emplace_back(std::move(program));
}

std::vector<SourceWarning> PacketFilter::TakeWarnings() { return std::exchange(warnings_, {}); }

}  // namespace trafrec::capture
