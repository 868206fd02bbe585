#include "reassembly/http/proxy_header.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/endpoint_text.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

using Fit = ProxyHeader::Fit;

constexpr std::string_view kText = "PROXY ";
constexpr std::string_view kBinary("\0\r\nQUIT\n", 8);  // behind "\r\n\r\n"

bool IsAddress(std::string_view text, bool v6) {
  return (text.find(':') != std::string_view::npos) == v6 && ParseIpAddress(text).has_value();
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// What stands between "PROXY " and the line's end. A request in which PROXY is the method is none.
bool IsTextHeader(std::string_view text) {
  constexpr std::string_view kUnknown = "UNKNOWN";
  if (text.starts_with(kUnknown)) {
    text.remove_prefix(kUnknown.size());
    return text.empty() || (text.front() == ' ' && text.find(" HTTP/") == std::string_view::npos);
  }
  std::array<std::string_view, 5> words;
  for (std::string_view& word : words) {
    const size_t end = std::min(text.find(' '), text.size());
    word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto& [family, source, destination, source_port, destination_port] = words;
  const bool v6 = family == "TCP6";
  return text.empty() && (v6 || family == "TCP4") && IsAddress(source, v6) &&
         IsAddress(destination, v6) && IsPort(source_port) && IsPort(destination_port);
}

ProxyHeader FindText(std::string_view bytes) {
  if (!bytes.starts_with(kText)) {
    return {kText.starts_with(bytes) ? Fit::kPerhaps : Fit::kNone, 0};
  }
  bytes = bytes.substr(0, limits::kProxyLineBytes);
  const size_t end = bytes.find("\r\n");
  if (end == std::string_view::npos) {
    const bool goes_on =
        bytes.size() < limits::kProxyLineBytes && bytes.find('\n') == std::string_view::npos;
    return {goes_on ? Fit::kPerhaps : Fit::kNone, 0};
  }
  const bool fits = IsTextHeader(bytes.substr(kText.size(), end - kText.size()));
  return {fits ? Fit::kFits : Fit::kNone, end + 2};
}

ProxyHeader FindBinary(std::string_view bytes) {
  if (!bytes.starts_with(kBinary)) {
    return {kBinary.starts_with(bytes) ? Fit::kPerhaps : Fit::kNone, 0};
  }
  constexpr size_t kFixed = kBinary.size() + 4;
  if (bytes.size() < kFixed) {
    return {Fit::kPerhaps, 0};
  }
  // Version and command, address family and transport, length of what follows.
  const uint8_t* const p = AsBytes(bytes).data() + kBinary.size();
  const bool fits = p[0] >> 4 == 2 && (p[0] & 0x0f) <= 1 && p[1] >> 4 <= 3 && (p[1] & 0x0f) <= 2;
  return {fits ? Fit::kFits : Fit::kNone, kFixed + LoadBig<uint16_t>(p + 2)};
}

}  // namespace

ProxyHeader FindProxyHeader(uint64_t offset, std::string_view bytes) {
  return offset == kProxyHeaderTextAt ? FindText(bytes) : FindBinary(bytes);
}

}  // namespace trafrec::reassembly
