#include "import/ndjson_reader.h"

#include <fmt/format.h>

#include "import/ndjson_record.h"

namespace trafrec::import {
namespace {

constexpr uint64_t kContractVersion = 1;

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

Result<bool> NdjsonReader::ReadOne(TimeWindow& window) {
  const uint64_t offset = context_.source.offset();
  TRY_ASSIGN(const std::optional<size_t> size, FindLine());
  ++lines_;
  if (!size) {
    context_.LeaveOut(offset, context_.source.offset() - offset, "a line larger than 128 MiB");
    return true;
  }
  TRY_ASSIGN(const std::string_view text, context_.source.Want(*size + 1));
  const bool ended = text.size() > *size;
  if (!ended && *size == 0) {
    return false;
  }
  if (const std::string_view line = text.substr(0, *size); !IsBlank(line)) {
    TRY(TakeLine(line, ended, window));
  }
  context_.source.Skip(*size + (ended ? 1 : 0));
  return true;
}

Result<std::optional<size_t>> NdjsonReader::FindLine() {
  size_t searched = 0;
  bool too_long = false;
  while (true) {
    TRY_ASSIGN(const std::string_view text, context_.source.Want(searched + 1));
    const size_t end = text.find('\n', searched);
    if (end != std::string_view::npos || text.size() == searched) {
      const size_t size = end != std::string_view::npos ? end : searched;
      if (!too_long) {
        return size;
      }
      context_.source.Skip(size + (end != std::string_view::npos ? 1 : 0));
      return std::nullopt;
    }
    searched = text.size();
    if (searched > limits::kRecordBytes) {
      too_long = true;
      context_.source.Skip(searched);
      searched = 0;
    }
  }
}

Status NdjsonReader::TakeLine(std::string_view line, bool ended, TimeWindow& window) {
  const uint64_t offset = context_.source.offset();
  const JsonValue json = parser_.Parse(line);
  if (!json.is_object()) {
    context_.LeaveOut(offset, line.size(),
                      ended ? "a line that is no JSON object" : "a line without its end", !ended);
    return {};
  }
  const std::optional<uint64_t> version = json["v"].Number();
  if (version && *version > kContractVersion) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{}, line {}: version {} of NDJSON, and this trafrec reads version {}",
                            context_.source.name(), lines_, *version, kContractVersion),
                "import it with a newer trafrec");
  }
  if (!version) {
    context_.LeaveOut(offset, line.size(), "a line that is not of trafrec's NDJSON (it has no v)");
    return {};
  }
  NdjsonRecord record = ReadNdjsonRecord(json);
  if (!record.exchange) {
    context_.LeaveOut(offset, line.size(), record.broken);
  } else if (!SetConnection(record.recorder, record.attempt, record.connection, *record.exchange)) {
    context_.LeaveOut(offset, line.size(), "a line of one recorder too many");
  } else {
    window.Add(std::move(*record.exchange));
  }
  return {};
}

bool NdjsonReader::SetConnection(const std::string& recorder, const std::string& attempt,
                                 uint64_t number, ImportedExchange& exchange) {
  if (number == 0 || number >= limits::kConnectionNumbers) {
    unnamed_source_ = unnamed_source_ ? unnamed_source_ : context_.numbers.NewSource();
    exchange.connection.number =
        ConnectionNumbers::NumberOf(unnamed_source_.value_or(limits::kSources), unnamed_.Next());
    return unnamed_source_.has_value();
  }
  const auto [found, is_new] = sources_.try_emplace({recorder, attempt}, 0);
  if (is_new) {
    const std::optional<uint64_t> source = context_.numbers.NewSource();
    if (!source) {
      sources_.erase(found);
      return false;
    }
    found->second = *source;
  }
  exchange.connection.number = ConnectionNumbers::NumberOf(found->second, number);
  exchange.connection_goes_on = exchange.wire_unknown;
  return true;
}

}  // namespace trafrec::import
