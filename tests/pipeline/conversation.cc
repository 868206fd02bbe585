#include "tests/pipeline/conversation.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/pipeline/body_text.h"

namespace trafrec::pipeline {
namespace {

using store::Framing;

/// Appends message after message to the two flows, and notes what it did.
class Speaker {
 public:
  Speaker(Conversation& conversation, uint64_t trial, Random& random)
      : conversation_(conversation), style_(conversation.style), trial_(trial), random_(random) {}

  void Exchange(uint32_t number);

 private:
  std::string& flow(Side side) { return conversation_.flow[Index(side)]; }
  bool last() const { return conversation_.exchanges.size() == style_.exchanges; }
  uint64_t BodyBytes();
  void Request(SentExchange& exchange);
  void Interims(SentExchange& exchange);
  void Response(SentExchange& exchange);
  void Upgrade(SentExchange& exchange);
  void Body(Side side, SentExchange& exchange, Framing framing);
  void Chunks(Side side, SentMessage& message, uint64_t bytes, BodyText text);
  void EndHead(Side side, SentMessage& message, Framing framing, uint64_t bytes);
  std::string_view Said(Side side) const;

  Conversation& conversation_;
  const TalkStyle& style_;
  const uint64_t trial_;
  Random& random_;
  std::string name_;
};

uint64_t Speaker::BodyBytes() {
  if (style_.quotes) {
    return random_.Percent(30) ? random_.Below(100) : random_.Below(12 * style_.segment_bytes);
  }
  const uint32_t dice = random_.Below(style_.small ? 700 : 1'000);
  return dice < 400   ? random_.Below(64)
         : dice < 750 ? random_.Below(style_.small ? 400 : 1'500)
         : dice < 980 ? random_.Below(5'000)
         : dice < 999 ? random_.Below(40'000)
                      : random_.Below(600'000);
}

/// An earlier message of the flow, to be quoted.
std::string_view Speaker::Said(Side side) const {
  if (conversation_.exchanges.size() < 2) {
    return {};
  }
  const auto before = static_cast<uint32_t>(conversation_.exchanges.size() - 1);
  const SentExchange& exchange = conversation_.exchanges[random_.Below(before)];
  return conversation_.Bytes(side,
                             (side == Side::kClient ? exchange.request : exchange.response).wire);
}

void Speaker::Exchange(uint32_t number) {
  SentExchange& exchange = conversation_.exchanges.emplace_back();
  name_ = fmt::format("t{:x}c{}e{}", trial_, conversation_.number, number);
  const bool upgrades = last() && style_.ending != Ending::kHalfClose && random_.Percent(3);
  if (upgrades) {
    return Upgrade(exchange);
  }
  Request(exchange);
  Interims(exchange);
  Response(exchange);
}

void Speaker::Request(SentExchange& exchange) {
  constexpr const char* kBare[] = {"GET", "GET", "GET", "HEAD", "OPTIONS", "DELETE", "PROPFIND"};
  constexpr const char* kFull[] = {"POST", "POST", "PUT", "PATCH", "SEARCH", "GET", "DELETE"};
  const bool full = random_.Percent(45);
  exchange.method = full ? kFull[random_.Below(7)] : kBare[random_.Below(7)];
  exchange.target = (random_.Percent(90) ? "/" : "http://es:9200/") + name_ + "?q=1";
  std::string& out = flow(Side::kClient);
  exchange.request.wire.begin = out.size();
  fmt::format_to(std::back_inserter(out), "{} {} HTTP/1.1\r\nHost: es:9200\r\nX-Exchange: {}\r\n",
                 exchange.method, exchange.target, name_);
  if (random_.Percent(20)) {
    fmt::format_to(std::back_inserter(out), "Cookie: {:c<{}}\r\n", "", random_.Skewed(1, 3'000));
  }
  exchange.waits_for_100 = full && style_.pipelining == Pipelining::kTurns && random_.Percent(6);
  if (exchange.waits_for_100) {
    out += "Expect: 100-continue\r\n";
  }
  Body(Side::kClient, exchange,
       !full                 ? Framing::kNone
       : random_.Percent(60) ? Framing::kContentLength
                             : Framing::kChunked);
  exchange.answered_early = !exchange.waits_for_100 && style_.pipelining == Pipelining::kTurns &&
                            exchange.request.body_bytes() > 4'000 && random_.Percent(10);
}

void Speaker::Interims(SentExchange& exchange) {
  std::string& out = flow(Side::kServer);
  const auto say = [&](std::string_view head) {
    exchange.interim.push_back({out.size(), out.size() + head.size()});
    out += head;
  };
  if (exchange.waits_for_100) {
    say("HTTP/1.1 100 Continue\r\n\r\n");
  }
  for (; random_.Percent(3);) {
    say(random_.Percent(50)
            ? std::string("HTTP/1.1 102 Processing\r\n\r\n")
            : fmt::format("HTTP/1.1 103 Early Hints\r\nLink: </{}.css>\r\n\r\n", name_));
  }
}

void Speaker::Response(SentExchange& exchange) {
  constexpr uint16_t kStatus[] = {200, 200, 200, 200, 201, 204, 304, 404, 500};
  exchange.status = kStatus[random_.Below(9)];
  std::string& out = flow(Side::kServer);
  exchange.response.wire.begin = out.size();
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} Said\r\nX-Exchange: {}\r\n", exchange.status,
                 name_);
  const bool bodyless =
      exchange.method == "HEAD" || exchange.status == 204 || exchange.status == 304;
  if (bodyless) {
    if (exchange.status != 204 && random_.Percent(70)) {
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", random_.Below(3'000));
    } else if (exchange.status != 204 && random_.Percent(50)) {
      out += "Transfer-Encoding: chunked\r\n";
    }
    return Body(Side::kServer, exchange, Framing::kNone);
  }
  const bool until_close = last() && style_.ending == Ending::kServerFin && random_.Percent(60);
  Body(Side::kServer, exchange,
       until_close           ? Framing::kUntilClose
       : random_.Percent(65) ? Framing::kContentLength
                             : Framing::kChunked);
}

void Speaker::Upgrade(SentExchange& exchange) {
  const bool connect = random_.Percent(40);
  exchange.method = connect ? "CONNECT" : "GET";
  exchange.target = connect ? name_ + ":443" : "/" + name_;
  exchange.status = connect ? 200 : 101;
  const std::string request =
      fmt::format("{} {} HTTP/1.1\r\nHost: es\r\n{}\r\n", exchange.method, exchange.target,
                  connect ? "" : "Connection: Upgrade\r\nUpgrade: other\r\n");
  const std::string response =
      fmt::format("HTTP/1.1 {} Said\r\nX-Exchange: {}\r\n{}\r\n", exchange.status, name_,
                  connect ? "" : "Connection: Upgrade\r\nUpgrade: other\r\n");
  const auto say = [&](Side side, SentMessage& message, const std::string& head) {
    std::string& out = flow(side);
    message.wire = {out.size(), out.size() + head.size()};
    message.head_end = message.wire.end;
    message.framing = Framing::kOpaque;
    message.trailers = {message.wire.end, message.wire.end};
    out += head;
    AppendBodyText(out, random_.Below(5'000), {.name = name_}, random_);
  };
  say(Side::kClient, exchange.request, request);
  say(Side::kServer, exchange.response, response);
}

void Speaker::EndHead(Side side, SentMessage& message, Framing framing, uint64_t bytes) {
  std::string& out = flow(side);
  if (framing == Framing::kContentLength) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", bytes);
  } else if (framing == Framing::kChunked) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  out += "\r\n";
  message.framing = framing;
  message.head_end = out.size();
}

void Speaker::Body(Side side, SentExchange& exchange, Framing framing) {
  SentMessage& message = side == Side::kClient ? exchange.request : exchange.response;
  const uint64_t bytes = framing == Framing::kNone ? 0 : BodyBytes();
  EndHead(side, message, framing, bytes);
  std::string& out = flow(side);
  const bool fresh = side == Side::kClient && exchange.waits_for_100;
  BodyText text{.name = name_,
                .segments_from = fresh ? message.head_end : message.wire.begin,
                .segment_bytes = style_.segment_bytes,
                .quotes = style_.quotes,
                .said = style_.quotes ? Said(side) : std::string_view()};
  // What is quoted lies in the flow that grows.
  const std::string said(text.said);
  text.said = said;
  if (framing == Framing::kChunked) {
    Chunks(side, message, bytes, text);
  } else {
    if (bytes > 0) {
      message.body.push_back({out.size(), out.size() + bytes});
      AppendBodyText(out, bytes, text, random_);
    }
    message.trailers = {out.size(), out.size()};
  }
  message.wire.end = out.size();
}

void Speaker::Chunks(Side side, SentMessage& message, uint64_t bytes, BodyText text) {
  std::string& out = flow(side);
  while (bytes > 0) {
    const uint64_t size = std::min<uint64_t>(
        bytes, text.quotes && random_.Percent(70) ? bytes : 1 + random_.Skewed(0, 20'000));
    fmt::format_to(std::back_inserter(out), "{:x}{}\r\n", size,
                   random_.Percent(5) ? ";name=value" : "");
    message.body.push_back({out.size(), out.size() + size});
    AppendBodyText(out, size, text, random_);
    out += "\r\n";
    bytes -= size;
  }
  out += "0\r\n";
  message.trailers.begin = out.size();
  if (random_.Percent(20)) {
    fmt::format_to(std::back_inserter(out), "X-Exchange: {}\r\nX-Sum: 1\r\n", name_);
  }
  message.trailers.end = out.size();
  out += "\r\n";
}

std::string AnyProxyHeader(Random& random) {
  using namespace std::string_literals;
  if (random.Percent(50)) {
    return random.Percent(20) ? "PROXY UNKNOWN\r\n"
                              : "PROXY TCP4 192.0.2.7 198.51.100.1 56324 9200\r\n";
  }
  const uint32_t bytes = 12 + (random.Percent(50) ? 0 : random.Below(6'000));
  return "\r\n\r\n\0\r\nQUIT\n\x21\x11"s + static_cast<char>(bytes >> 8) +
         static_cast<char>(bytes & 0xff) + std::string(bytes, '\n');
}

}  // namespace

uint64_t SentMessage::body_bytes() const {
  uint64_t bytes = 0;
  for (const Range& piece : body) {
    bytes += piece.size();
  }
  return bytes;
}

TalkStyle AnyStyle(Random& random) {
  constexpr uint32_t kSegmentBytes[] = {1'460, 1'460, 1'460, 1'448, 536, 100, 8'948, 60'000};
  TalkStyle style;
  style.segment_bytes = kSegmentBytes[random.Below(8)];
  style.any_size = random.Percent(20);
  style.coalesces = random.Percent(40);
  style.ending = static_cast<Ending>(random.Below(5));
  if (random.Percent(55)) {
    style.exchanges = random.Skewed(1, 64);
  } else {
    style.pipelining = static_cast<Pipelining>(1 + random.Below(3));
    style.depth = random.Skewed(2, 64);
    style.exchanges = style.depth * (1 + random.Below(3));
  }
  // Many messages, or long ones.
  style.quotes = style.exchanges <= 32 && random.Percent(15);
  if (style.quotes && style.segment_bytes > 1'460) {
    style.segment_bytes = 1'460;
  }
  style.small = style.segment_bytes <= 100 || random.Percent(30);
  return style;
}

void Converse(Conversation& conversation, uint64_t trial, Random& random) {
  if (conversation.style.proxied) {
    conversation.flow[Index(Side::kClient)] = AnyProxyHeader(random);
  }
  Speaker speaker(conversation, trial, random);
  conversation.exchanges.reserve(conversation.style.exchanges);
  for (uint32_t number = 0; number < conversation.style.exchanges; ++number) {
    speaker.Exchange(number);
  }
}

}  // namespace trafrec::pipeline
