#include "tools/gor_writer.h"
#include "replay/recorded/request.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "store/reader/exchange_id.h"
#include "tools/exchange_words.h"
#include "tools/raw_message.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

constexpr std::string_view kSeparator = "\n🐵🙈🙉\n";
constexpr std::string_view kSeparatorLine = kSeparator.substr(1);

/// 24 hex digits, as GoReplay's own ids: equal for a request and its response, different for
/// different exchanges of a log. FNV-1a over recorder and attempt, then the number.
std::string GorId(const store::ExchangeId& id) {
  uint32_t hash = 2'166'136'261U;
  for (const char c : fmt::format("{}-{}", id.recorder, id.attempt)) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 16'777'619U;
  }
  return fmt::format("{:08x}{:016x}", hash, id.number);
}

}  // namespace

void GorWriter::PutMessage(char type, const std::string& id, const store::StoredMessage& message,
                           std::string& out) {
  if (!recorded::IsWhole(message)) {
    ++incomplete_;
    return;
  }
  const std::string payload = ReframedMessage(message);
  if (payload.find(kSeparatorLine) != std::string::npos) {
    ++with_separator_;
    return;
  }
  fmt::format_to(std::back_inserter(out), "{} {} {} {}\n", type, id, message.facts.first_byte_at,
                 message.facts.last_byte_at - message.facts.first_byte_at);
  out += payload;
  out += kSeparator;
}

Status GorWriter::Put(const store::StoredExchange& exchange, std::string& out) {
  const std::string id = GorId(exchange.row.id);
  if (exchange.request) {
    PutMessage('1', id, *exchange.request, out);
  }
  if (exchange.response) {
    PutMessage('2', id, *exchange.response, out);
  }
  return {};
}

std::vector<std::string> GorWriter::Notes() const {
  std::vector<std::string> notes;
  if (incomplete_ > 0) {
    notes.push_back(CountOf(incomplete_, "incomplete message") +
                    " left out: the format cannot say what is missing");
  }
  if (with_separator_ > 0) {
    notes.push_back(CountOf(with_separator_, "message") +
                    " left out: they hold the line that separates records in a .gor file");
  }
  return notes;
}

}  // namespace trafrec::tools
