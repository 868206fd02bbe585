#include "import/har_entry.h"

#include <cmath>

#include "base/endpoint_text.h"
#include "import/har_message.h"
#include "import/head_text.h"
#include "import/message_facts.h"

namespace trafrec::import {
namespace {

using store::Flag;
using store::FlagBit;

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

/// A time of a HAR file; not one of the other forms that our own options take.
std::optional<TimeNs> TimeOf(std::string_view text) {
  if (text.find('T') == std::string_view::npos) {
    return std::nullopt;
  }
  const Result<TimeNs> time = ParseTime(text, 0);
  return time ? std::optional(*time) : std::nullopt;
}

/// Milliseconds as nanoseconds; 0 for -1, which says that there was no such phase.
int64_t PhaseNs(const JsonValue& timings, std::string_view name) {
  constexpr double kLongestMs = 1e10;
  const double ms = timings[name].Decimal().value_or(-1);
  return ms > 0 && ms < kLongestMs ? std::llround(ms * 1e6) : 0;
}

void SetTimings(ImportedExchange& exchange, TimeNs started, const JsonValue& timings) {
  exchange.began_at =
      started + PhaseNs(timings, "blocked") + PhaseNs(timings, "dns") + PhaseNs(timings, "connect");
  const TimeNs sent = exchange.began_at + PhaseNs(timings, "send");
  SetTimes(*exchange.request, exchange.began_at, sent);
  if (exchange.response) {
    exchange.latency_ns = PhaseNs(timings, "wait");
    const TimeNs answered = sent + exchange.latency_ns;
    SetTimes(*exchange.response, answered, answered + PhaseNs(timings, "receive"));
  }
}

/// What our own exports say of an exchange. Nothing of an import is open.
store::Flags FlagsOf(const JsonValue& names) {
  store::Flags flags = 0;
  names.ForEach([&](const JsonValue& name) {
    if (const Result<Flag> flag = store::FlagOfName(std::string(name.TextOr("")))) {
      flags |= FlagBit(*flag);
    }
  });
  return flags & ~FlagBit(Flag::kOpen);
}

uint16_t StatusOf(const JsonValue& response) {
  const int64_t status = response["status"].Integer().value_or(0);
  return status >= 100 && status <= 999 ? static_cast<uint16_t>(status) : 0;
}

bool IsHttp(std::string_view url) {
  const std::string_view scheme = url.substr(0, url.find(':'));
  return SameName(scheme, "http") || SameName(scheme, "https") || SameName(scheme, "ws") ||
         SameName(scheme, "wss");
}

}  // namespace

bool HarEntryReader::LooksLikeEntry(const JsonValue& value) {
  return value["startedDateTime"].exists() && value["request"].is_object();
}

HarEntry HarEntryReader::Read(const JsonValue& entry) {
  if (entry["_fromCache"].exists()) {
    return {.left_out = "cached_entries"};
  }
  const JsonValue request = entry["request"];
  const std::optional<TimeNs> started = TimeOf(entry["startedDateTime"].TextOr(""));
  const std::string_view method = request["method"].TextOr("");
  const std::string_view url = request["url"].TextOr("");
  if (!started || method.empty() || url.empty()) {
    return {.broken = "an entry without a time, a method or a URL"};
  }
  const std::optional<Url> parts = SplitUrl(url);
  if (!parts || !IsHttp(url)) {
    return {.left_out = "other_schemes"};
  }
  HarHead head = HeadOf(request);
  std::string target = head.path.empty() ? std::string(parts->target) : head.path;
  target.insert(0, target.starts_with('/') || target == "*" ? "" : "/");
  const std::string_view reason = entry["response"]["statusText"].TextOr("");
  if (head.broken || HasLineBreak(method) || HasLineBreak(target) || HasLineBreak(reason)) {
    return {.broken = "an entry with line breaks where HTTP has none"};
  }

  HarEntry result;
  ImportedExchange& exchange = result.exchange.emplace();
  exchange.flags = FlagsOf(entry["_flags"]);
  const std::string* const host = ValueOf(head.fields, "Host");
  exchange.host = host != nullptr          ? *host
                  : head.authority.empty() ? std::string(parts->authority)
                                           : head.authority;
  exchange.method = method;
  exchange.target = target;
  SetConnection(exchange, entry, parts->authority, parts->tls);
  if (host == nullptr && exchange.host == exchange.connection.server.ToString()) {
    exchange.host.clear();  // the URL had to name somebody
  }
  bool text_lost = false;
  exchange.request = HarRequest(request, std::move(head), target, exchange.flags, text_lost);
  if (const uint16_t status = StatusOf(entry["response"]); status != 0) {
    exchange.response = HarResponse(entry["response"], method, status, exchange.flags, text_lost);
  }
  exchange.flags |= FlagBit(Flag::kHeadRebuilt);
  SetTimings(exchange, *started, entry["timings"]);
  exchange.connection.opened_at = exchange.began_at;
  result.noted = text_lost ? "bodies_not_base64" : nullptr;
  return result;
}

void HarEntryReader::SetConnection(ImportedExchange& exchange, const JsonValue& entry,
                                   std::string_view authority, bool tls) {
  exchange.wire_unknown = true;
  store::ConnectionRecord& connection = exchange.connection;
  connection.protocol = tls ? store::Protocol::kTls : store::Protocol::kHttp1;
  const uint16_t port = PortOfAuthority(authority, tls ? kHttpsPort : kHttpPort);
  connection.server.port = port;
  if (const auto address = ParseIpAddress(entry["serverIPAddress"].TextOr(""))) {
    connection.server.address = *address;
  } else if (const auto server = EndpointOfAuthority(authority, port)) {
    connection.server = *server;
  }
  const std::string_view name = entry["connection"].TextOr("");
  const std::optional<uint64_t> number = DecimalOf(name);
  exchange.connection_goes_on = !name.empty();
  if (number && *number > 0 && *number < limits::kConnectionNumbers) {
    connection.number = NumberOf(*number, decimal_source_);
  } else {
    connection.number =
        NumberOf(name.empty() ? named_.Next() : named_.Of(std::string(name)), named_source_);
  }
}

store::ConnectionNumber HarEntryReader::NumberOf(uint64_t number, std::optional<uint64_t>& source) {
  if (!source) {
    // Two a file, of limits::kFiles: there are always some left.
    source = numbers_.NewSource();
  }
  return ConnectionNumbers::NumberOf(source.value_or(limits::kSources), number);
}

}  // namespace trafrec::import
