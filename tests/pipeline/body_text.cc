// Bodies that provoke.
//
// A reader of a lossy flow looks for the next message at the first byte of a packet. So quoted
// messages are put exactly there, in chains of which each ends where the next one begins, again at
// a packet's first byte: whatever looks like proof without the other flow's word is there to be
// believed. Some quote the conversation itself.

#include "tests/pipeline/body_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace trafrec::pipeline {
namespace {

constexpr size_t kPoolBytes = size_t{1} << 20;

const std::string& Pool() {
  static const std::string pool = [] {
    Random random(20'261'121);
    std::string bytes(kPoolBytes, 0);
    for (char& byte : bytes) {
      byte = static_cast<char>(random.Next());
    }
    return bytes;
  }();
  return pool;
}

/// A whole message whose bytes are a multiple of `segment_bytes`, so that another can follow at a
/// segment start.
std::string QuotedMessage(const BodyText& text, Random& random) {
  const bool request = random.Percent(40);
  const std::string start =
      request
          ? fmt::format("{} /quoted/{} HTTP/1.1\r\nHost: quoted\r\n",
                        random.Percent(50) ? "POST" : "PUT", random.Below(1000))
          : fmt::format("HTTP/1.1 {} Quoted\r\nServer: quoted\r\n", random.Percent(80) ? 200 : 404);
  if (random.Percent(20)) {
    return request
               ? fmt::format("GET /quoted/{} HTTP/1.1\r\nHost: quoted\r\n\r\n", random.Below(1000))
               : "HTTP/1.1 204 Quoted\r\n\r\n";
  }
  constexpr size_t kLengthField = 24;  // "Content-Length: 123456\r\n"
  const size_t head = start.size() + kLengthField + 2;
  const size_t whole = (head / text.segment_bytes + 1 + random.Below(2)) * text.segment_bytes;
  return fmt::format("{}Content-Length: {:06}\r\n\r\n{}", start, whole - head,
                     RandomBytes(whole - head, random));
}

void AppendQuotes(std::string& flow, uint64_t until, const BodyText& text, Random& random) {
  while (flow.size() < until) {
    const uint64_t beyond = (flow.size() - text.segments_from) % text.segment_bytes;
    const uint64_t pad =
        random.Percent(80) ? (text.segment_bytes - beyond) % text.segment_bytes : random.Below(200);
    flow += RandomBytes(std::min(pad, until - flow.size()), random);
    for (uint32_t chain = 1 + random.Below(4); chain > 0 && flow.size() < until; --chain) {
      const bool own = random.Percent(25) && !text.said.empty();
      const std::string quoted =
          own ? std::string(text.said.substr(0, 4000)) : QuotedMessage(text, random);
      flow.append(quoted, 0, until - flow.size());
    }
  }
}

}  // namespace

std::string_view RandomBytes(uint64_t bytes, Random& random) {
  const std::string& pool = Pool();
  const uint64_t taken = std::min<uint64_t>(bytes, pool.size() / 2);
  return std::string_view(pool).substr(random.Below(static_cast<uint32_t>(pool.size() - taken)),
                                       taken);
}

void AppendBodyText(std::string& flow, uint64_t bytes, const BodyText& text, Random& random) {
  const uint64_t until = flow.size() + bytes;
  if (random.Percent(20)) {
    flow.append(std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10).substr(0, bytes));
  }
  flow.append(text.name, 0, until - flow.size());
  if (text.quotes && random.Percent(80)) {
    AppendQuotes(flow, until, text, random);
  }
  while (flow.size() < until) {
    constexpr std::string_view kTraps[] = {"\r\n\r\n", "0\r\n\r\n", "\n", "HTTP/1.1 200 OK\r\n",
                                           "GET / HTTP/1.1\r\n\r\n"};
    flow += RandomBytes(std::min<uint64_t>(until - flow.size(), 1 + random.Below(60'000)), random);
    flow.append(kTraps[random.Below(5)], 0, until - flow.size());
    flow.append(text.name, 0, until - flow.size());
  }
}

}  // namespace trafrec::pipeline
