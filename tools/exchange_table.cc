#include "tools/exchange_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/reader/exchange_id.h"
#include "tools/exchange_words.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

/// Enough rows for the columns to fit the rest; few enough to appear at once.
constexpr size_t kRowsHeld = 100;
constexpr size_t kMethodWidthMax = 12;
constexpr size_t kSizeWidth = 5;
constexpr size_t kStatusWidth = 4;
constexpr size_t kLatencyWidth = 7;
constexpr size_t kSeenWidth = 4;
/// A target is cut to make room for flags down to this.
constexpr size_t kTargetWidthMin = 12;
/// From these widths on, a terminal has room for milliseconds, and for the date.
constexpr size_t kWidthForMs = 100;
constexpr size_t kWidthForDate = 116;

std::string PadLeft(const std::string& text, size_t width) {
  const size_t has = DisplayWidth(text);
  return has >= width ? text : std::string(width - has, ' ') + text;
}

std::string PadRight(const std::string& text, size_t width) {
  const size_t has = DisplayWidth(text);
  return has >= width ? text : text + std::string(width - has, ' ');
}

Tone ToneOf(const store::ExchangeRow& row) {
  if (!row.has_response || row.status >= 500) {
    return Tone::kRed;
  }
  return row.status >= 400   ? Tone::kYellow
         : row.status >= 300 ? Tone::kCyan
         : row.status >= 200 ? Tone::kGreen
                             : Tone::kPlain;
}

}  // namespace

ExchangeTable::ExchangeTable(size_t width, Paint paint, bool sightings)
    : width_(width), paint_(paint), sightings_(sightings) {}

std::string ExchangeTable::TimeText(TimeNs time) const {
  std::string full = FormatTime(time);  // 2026-11-21T06:48:00.000000001Z
  if (width_ == 0) {
    return full;
  }
  const std::string clock = full.substr(11, width_ >= kWidthForMs ? 12 : 8);
  return width_ >= kWidthForDate ? full.substr(0, 10) + " " + clock : clock;
}

std::string ExchangeTable::TargetText(const store::ExchangeRow& row, size_t used) const {
  std::string target = row.has_request ? EscapeForTerminal(row.target) : "-";
  std::string flags = ShortFlags(row.flags);
  if (width_ > 0) {
    const size_t room = width_ > used ? width_ - used : 1;
    const size_t kept = std::min(DisplayWidth(target), kTargetWidthMin);
    const size_t for_flags = room > kept + 1 ? room - kept - 1 : 0;
    flags = ClipToWidth(flags, for_flags);
    const size_t taken = flags.empty() ? 0 : DisplayWidth(flags) + 1;
    target = ClipToWidth(target, room - std::min(room, taken));
  }
  return flags.empty() ? target : target + " " + paint_(Tone::kYellow, flags);
}

void ExchangeTable::AppendHeader(std::string& out) const {
  const std::string text = fmt::format(
      "{} {} {} {} {} {} {} {}TARGET", PadRight("TIME", TimeText(0).size()),
      PadRight("ID", id_width_), PadRight("METHOD", method_width_), PadRight("STAT", kStatusWidth),
      PadLeft("REQ", kSizeWidth), PadLeft("RESP", kSizeWidth), PadLeft("LATENCY", kLatencyWidth),
      sightings_ ? "SEEN " : "");
  out += paint_(Tone::kBold, width_ == 0 ? text : ClipToWidth(text, width_)) + "\n";
}

void ExchangeTable::AppendRow(const store::ExchangeRow& row, std::string& out) const {
  const std::string time = TimeText(row.began_at);
  const std::string id = PadRight(FormatExchangeId(row.id), id_width_);
  std::string method = row.has_request ? EscapeForTerminal(row.method) : "-";
  method = PadRight(width_ == 0 ? method : ClipToWidth(method, kMethodWidthMax), method_width_);
  const std::string status =
      PadRight(row.has_response ? std::to_string(row.status) : "-", kStatusWidth);
  const std::string request =
      PadLeft(row.has_request ? ShortBytes(row.request_body_bytes) : "-", kSizeWidth);
  const std::string response =
      PadLeft(row.has_response ? ShortBytes(row.response_body_bytes) : "-", kSizeWidth);
  const std::string latency =
      PadLeft(row.latency_ns < 0 ? "-" : ShortDuration(row.latency_ns), kLatencyWidth);
  const std::string seen =
      sightings_ ? PadLeft(std::to_string(row.sighting_count()), kSeenWidth) + " " : "";
  size_t used = 7;
  for (const std::string_view cell : std::initializer_list<std::string_view>{
           time, id, method, status, request, response, latency, seen}) {
    used += DisplayWidth(cell);
  }
  out += fmt::format("{} {} {} {} {} {} {} {}{}\n", paint_(Tone::kDim, time), id, method,
                     paint_(ToneOf(row), status), request, response, latency, seen,
                     TargetText(row, used));
}

void ExchangeTable::Put(const store::ExchangeRow& row, std::string& out) {
  if (!holding_) {
    AppendRow(row, out);
    return;
  }
  id_width_ = std::max(id_width_, FormatExchangeId(row.id).size());
  method_width_ = std::min(std::max(method_width_, row.method.size()), kMethodWidthMax);
  held_.push_back(row);
  if (held_.size() >= kRowsHeld) {
    Release(out);
  }
}

void ExchangeTable::Release(std::string& out) {
  if (!holding_) {
    return;
  }
  holding_ = false;
  AppendHeader(out);
  for (const store::ExchangeRow& row : held_) {
    AppendRow(row, out);
  }
  held_.clear();
}

}  // namespace trafrec::tools
