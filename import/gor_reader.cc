#include "import/gor_reader.h"

#include <algorithm>

#include "import/head_text.h"
#include "import/http_payload.h"
#include "import/message_facts.h"

namespace trafrec::import {
namespace {

using store::Flag;
using store::FlagBit;
using store::Side;

constexpr std::string_view kSeparator = "\n🐵🙈🙉\n";
constexpr uint16_t kHttpPort = 80;

/// Takes the next word of a line.
std::string_view TakeWord(std::string_view& line) {
  const size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of("\r\n") == std::string_view::npos;
}

std::string_view HostOf(const PayloadHead& head) {
  const std::string_view text = head.message.head;
  if (head.fields.host && head.fields.host->size > 0) {
    return head.fields.host->In(text);
  }
  const std::optional<Url> url = SplitUrl(head.line.target.In(text));
  return url ? url->authority : std::string_view();
}

}  // namespace

Result<bool> GorReader::ReadOne(TimeWindow& window) {
  TRY_ASSIGN(const std::optional<size_t> size, FindRecord());
  if (!size) {
    return false;
  }
  TRY_ASSIGN(const std::string_view text, context_.source.Want(*size));
  TakeRecord(text.substr(0, *size), window);
  context_.source.Skip(*size + kSeparator.size());
  return true;
}

Result<std::optional<size_t>> GorReader::FindRecord() {
  size_t searched = 0;
  const uint64_t begin = context_.source.offset();
  while (true) {
    TRY_ASSIGN(const std::string_view text, context_.source.Want(searched + kSeparator.size()));
    const size_t end = text.find(kSeparator, searched);
    if (end != std::string_view::npos) {
      if (context_.source.offset() != begin) {
        // The rest of a record that was too large to be held.
        context_.LeaveOut(begin, context_.source.offset() + end - begin,
                          "a record larger than 128 MiB");
        context_.source.Skip(end + kSeparator.size());
        return FindRecord();
      }
      return end;
    }
    if (text.size() < searched + kSeparator.size()) {
      const uint64_t bytes = context_.source.offset() + text.size() - begin;
      if (bytes > 0 && !(bytes == text.size() && IsBlank(text))) {
        context_.LeaveOut(begin, bytes, "a record without its end", true);
      }
      context_.source.Skip(text.size());
      return std::nullopt;
    }
    searched = text.size() - kSeparator.size() + 1;
    if (searched > limits::kRecordBytes) {
      context_.source.Skip(searched);
      searched = 0;
    }
  }
}

std::optional<GorReader::Header> GorReader::ParseHeader(std::string_view line) {
  Header header;
  const std::string_view type = TakeWord(line);
  header.id = TakeWord(line);
  const std::optional<uint64_t> time = DecimalOf(TakeWord(line));
  if (type.size() != 1 || type < "1" || type > "3" || header.id.empty() || !time ||
      *time > INT64_MAX / 2) {
    return std::nullopt;
  }
  header.type = type.front();
  header.time = static_cast<TimeNs>(*time);
  // Older versions leave it out, or write -1.
  const uint64_t duration = DecimalOf(TakeWord(line)).value_or(0);
  header.duration_ns = duration < INT64_MAX / 4 ? static_cast<int64_t>(duration) : 0;
  return header;
}

void GorReader::TakeRecord(std::string_view record, TimeWindow& window) {
  const size_t blanks = std::min(record.find_first_not_of("\r\n"), record.size());
  const std::string_view text = record.substr(blanks);
  const size_t line_end = std::min(text.find('\n'), text.size());
  const std::optional<Header> header = ParseHeader(text.substr(0, line_end));
  const std::string_view payload = text.substr(std::min(line_end + 1, text.size()));
  const uint64_t offset = context_.source.offset() + blanks;
  if (!header) {
    context_.LeaveOut(offset, text.size(), "a record without a header that says what it is");
    return;
  }
  const char wanted = responses_ == GorResponses::kRecorded ? '2' : '3';
  if (header->type != '1' && header->type != wanted) {
    ++context_.report.left_out[wanted == '2' ? "replayed_responses" : "recorded_responses"];
  } else if (!(header->type == '1' ? TakeRequest(*header, payload, window)
                                   : TakeResponse(*header, payload, window))) {
    context_.LeaveOut(offset, text.size(), "a record that holds no HTTP");
  }
}

bool GorReader::TakeRequest(const Header& header, std::string_view payload, TimeWindow& window) {
  std::optional<PayloadHead> head = ReadPayloadHead(payload, Side::kClient);
  if (!head) {
    return false;
  }
  ImportedExchange exchange = TakeHeld(header, window);
  if (exchange.request) {
    ++context_.report.left_out["repeated_ids"];
    Hold(header, std::move(exchange), window);
    return true;
  }
  const FramedBody body = TakeFraming(*head, Side::kClient, true);
  if (body.surplus_bytes > 0) {
    ++context_.report.noted["bytes_behind_a_message"];
  }
  head->message.facts.flags |= body.cut ? FlagBit(Flag::kRequestTruncated) : 0;
  const std::string_view text = head->message.head;
  exchange.method = head->line.method.In(text);
  exchange.target = head->line.target.In(text);
  exchange.host = HostOf(*head);
  if (const auto server = EndpointOfAuthority(exchange.host, kHttpPort)) {
    exchange.connection.server = *server;
  } else {
    exchange.connection.server.port = PortOfAuthority(exchange.host, kHttpPort);
  }
  const bool sent_again = responses_ == GorResponses::kReplayed && exchange.response;
  if (sent_again) {
    SetTimes(head->message, exchange.began_at, exchange.began_at);
  } else {
    SetTimes(head->message, header.time, header.time + header.duration_ns);
    exchange.began_at = header.time;
  }
  exchange.request = std::move(head->message);
  Hold(header, std::move(exchange), window);
  return true;
}

/// Its framing is judged when it leaves: only then is it known to what it answers.
bool GorReader::TakeResponse(const Header& header, std::string_view payload, TimeWindow& window) {
  std::optional<PayloadHead> head = ReadPayloadHead(payload, Side::kServer);
  if (!head) {
    return false;
  }
  ImportedExchange exchange = TakeHeld(header, window);
  const uint16_t status = head->line.status;
  if (status < 200 && status != 101) {
    exchange.interim.push_back({header.time, status, head->message.head});
  } else if (exchange.response) {
    ++context_.report.left_out["repeated_ids"];
  } else {
    const TimeNs end = header.time + header.duration_ns;
    const bool replayed = header.type == '3';
    // A replayed one has the time at which its request was sent, and how long all of it took.
    SetTimes(head->message, replayed ? end : header.time, end);
    head->message.body.insert(0, head->message.head);
    exchange.response = std::move(head->message);
    if (replayed && exchange.request) {
      SetTimes(*exchange.request, header.time, header.time);
      exchange.began_at = header.time;
    }
  }
  if (!exchange.request) {
    exchange.began_at =
        exchange.interim.empty() ? header.time : std::min(header.time, exchange.interim[0].at);
  }
  Hold(header, std::move(exchange), window);
  return true;
}

ImportedExchange GorReader::TakeHeld(const Header& header, TimeWindow& window) {
  const auto found = held_.find(std::string(header.id));
  if (found == held_.end()) {
    ImportedExchange exchange;
    exchange.pair = header.id;
    exchange.wire_unknown = true;
    exchange.connection.protocol = store::Protocol::kHttp1;
    return exchange;
  }
  ImportedExchange exchange = window.Take(found->second);
  held_.erase(found);
  return exchange;
}

void GorReader::Hold(const Header& header, ImportedExchange exchange, TimeWindow& window) {
  held_[std::string(header.id)] = window.Add(std::move(exchange));
}

void GorReader::Leaving(ImportedExchange& exchange) {
  held_.erase(exchange.pair);
  source_ = source_ ? source_ : context_.numbers.NewSource();
  exchange.connection.number =
      ConnectionNumbers::NumberOf(source_.value_or(limits::kSources), connections_.Next());
  exchange.connection.opened_at = exchange.began_at;
  if (!exchange.response) {
    return;
  }
  // The payload as it was, to be read again.
  std::optional<PayloadHead> head = ReadPayloadHead(exchange.response->body, Side::kServer);
  const store::MessageFacts& times = exchange.response->facts;
  SetTimes(head->message, times.first_byte_at, times.last_byte_at);
  const bool may_have_body = MayHaveBody(exchange.method, head->line.status);
  const FramedBody body = TakeFraming(*head, Side::kServer, may_have_body);
  if (body.surplus_bytes > 0) {
    ++context_.report.noted["bytes_behind_a_message"];
  }
  head->message.facts.flags |= body.cut ? FlagBit(Flag::kResponseTruncated) : 0;
  exchange.response = std::move(head->message);
  if (exchange.request) {
    exchange.latency_ns = std::max<int64_t>(
        -1, exchange.response->facts.first_byte_at - exchange.request->facts.last_byte_at);
  }
}

}  // namespace trafrec::import
