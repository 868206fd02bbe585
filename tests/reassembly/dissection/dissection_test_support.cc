#include "tests/reassembly/dissection/dissection_test_support.h"

#include <fmt/format.h>

#include <array>
#include <map>

namespace trafrec::reassembly {
namespace {

using test_support::Ip;
using test_support::IpTcp;

std::map<std::string, uint64_t> Values(const Dissector& dissector) {
  Counters counters;
  dissector.AddCounters(counters);
  std::map<std::string, uint64_t> values;
  for (const Counter& counter : counters) {
    values[counter.name] = counter.value;
  }
  EXPECT_THAT(BrokenSums(counters), testing::IsEmpty());
  return values;
}

}  // namespace

std::string Dissected::Path() const {
  static constexpr std::array<const char*, 11> kNames = {
      "", "vlan", "mpls", "pppoe", "gre", "vxlan", "geneve", "erspan", "gtp", "ip-in-ip", "teredo"};
  std::string text;
  for (const store::EncapsulationId& id : segment->encapsulation.ids()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        kNames.at(static_cast<size_t>(id.kind)), id.id);
  }
  return text;
}

Dissected Feed::operator()(const ByteVector& bytes) { return Cut(bytes, bytes.size()); }

Dissected Feed::Cut(const ByteVector& bytes, size_t snaplen) {
  raw_ = test_support::Snapped({now_, bytes, 0, 0}, snaplen);
  packet_ = AsPacket(raw_, link_type_);
  return (*this)(packet_);
}

Dissected Feed::operator()(const Packet& packet) {
  return Look([&] { return dissector_.Dissect(packet); });
}

Dissected Feed::More() {
  return Look([&] { return dissector_.DissectMore(); });
}

template <typename Next>
Dissected Feed::Look(Next next) {
  const auto before = Values(dissector_);
  Dissected result;
  if (const TcpSegment* segment = next(); segment != nullptr) {
    result.segment = *segment;
    result.payload = AsText(segment->payload);
  }
  for (const auto& [name, value] : Values(dissector_)) {
    constexpr std::string_view kPrefix = "packets.ignored.";
    const auto old = before.find(name);
    if (value > (old == before.end() ? 0 : old->second) && name.starts_with(kPrefix)) {
      result.ignored = std::max(result.ignored, name.substr(kPrefix.size()));
    }
  }
  return result;
}

uint64_t Feed::Counter(const std::string& name) const {
  const auto values = Values(dissector_);
  const auto found = values.find(name);
  return found == values.end() ? 0 : found->second;
}

ByteVector Hello() { return IpTcp({.payload = "hello"}); }

ByteVector HelloV6() {
  return IpTcp({.source = Ip("2001:db8::1", 40'000),
                .destination = Ip("2001:db8::2", 9'200),
                .payload = "hello"});
}

}  // namespace trafrec::reassembly
