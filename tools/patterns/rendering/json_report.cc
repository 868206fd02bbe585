#include "tools/patterns/rendering/json_report.h"

#include <fmt/format.h>

#include "tools/json_object.h"
#include "tools/patterns/analysis/limits.h"
#include "tools/patterns/rendering/words.h"
#include "tools/spread_json.h"

namespace trafrec::patterns {
namespace {

using tools::JsonAppender;

constexpr int64_t kMinuteNs = 60 * kNsPerSecond;
/// The worst holes of a log can be as many as its gaps.
constexpr size_t kHolesMax = 10'000;

void AppendKinds(JsonAppender& json, const std::array<uint64_t, kKinds>& kinds) {
  for (const Kind kind : {Kind::kMutation, Kind::kQuery, Kind::kUnknown}) {
    json.Number(KindName(kind), kinds[static_cast<size_t>(kind)]);
  }
}

void AppendHistogram(JsonAppender& json, std::string_view name, const Histogram& histogram) {
  json.Open(name, '{');
  json.Number("count", histogram.count());
  tools::AppendSpread(json, histogram);
  json.Open("bars", '[');
  for (const Histogram::Bar& bar : histogram.Bars()) {
    json.Open('{');
    json.Number("from", bar.from);
    json.Number("below", bar.below);
    json.Number("count", bar.count);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

void AppendCoverage(JsonAppender& json, const Report& report) {
  if (!report.coverage) {
    json.Null("recorded");
    return;
  }
  json.Open("recorded", '{');
  json.Time("from", report.coverage->from);
  json.Time("until", report.coverage->until);
  json.Number("hole_ns", report.coverage->hole_ns());
  json.Number("hole_count", report.coverage->holes.size());
  json.Open("holes", '[');
  for (size_t i = 0; i < report.coverage->holes.size() && i < kHolesMax; ++i) {
    const Hole& hole = report.coverage->holes[i];
    json.Open('{');
    json.Time("from", hole.from);
    json.Time("until", hole.until);
    json.Texts("causes", hole.causes);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

void AppendMinutes(JsonAppender& json, const Report& report) {
  const Timeline minutes = report.timeline.Coarser(limits::kMinutesMax, kMinuteNs);
  json.Open("by_minute", '{');
  json.Number("slot_s", minutes.width_ns() / kNsPerSecond);
  json.Open("slots", '[');
  for (size_t i = 0; i < minutes.size(); ++i) {
    const Slot& slot = minutes.slot(i);
    json.Open('{');
    json.Time("from", minutes.begin_of(i));
    AppendKinds(json, slot.exchanges);
    json.Number("writes", slot.operations);
    json.Number("failures", slot.failures);
    json.Number("in_flight_max", slot.in_flight_max);
    json.Bool("whole", slot.whole());
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

void AppendCell(JsonAppender& json, const Cell& cell) {
  AppendKinds(json, cell.whole);
  json.Number("whole_ns", cell.whole_ns);
  json.Number("all", cell.all);
  json.Number("hole_ns", cell.hole_ns);
}

void AppendCalendar(JsonAppender& json, const Report& report) {
  json.Open("by_hour", '[');
  for (size_t hour = 0; hour < report.hours.size(); ++hour) {
    json.Open('{');
    json.Number("hour", hour);
    AppendCell(json, report.hours[hour]);
    json.Close('}');
  }
  json.Close(']');
  json.Open("by_weekday", '[');
  for (size_t day = 0; day < report.weekdays.size(); ++day) {
    json.Open('{');
    json.Text("weekday", WeekdayName(static_cast<int>(day)));
    AppendCell(json, report.weekdays[day]);
    json.Open("hours", '[');
    for (const Cell& cell : report.week[day]) {
      json.Open('{');
      AppendCell(json, cell);
      json.Close('}');
    }
    json.Close(']');
    json.Close('}');
  }
  json.Close(']');
}

void AppendShapes(JsonAppender& json, const Report& report) {
  json.Open("shapes", '{');
  json.Number("others_at_most", report.shapes.floor);
  json.Open("top", '[');
  for (const auto& entry : report.shapes.entries) {
    const ShapeFacts& facts = entry.value;
    json.Open('{');
    json.Bytes("shape", entry.key);
    json.Bytes("api", facts.api);
    json.Number("count", entry.count);
    json.Number("count_missed_max", entry.missed);
    json.Number("mutations", facts.mutations);
    json.Number("writes", facts.operations);
    json.Number("client_errors", facts.client_errors);
    json.Number("failures", facts.failures);
    json.Number("request_bytes", facts.request_bytes);
    json.Number("response_bytes", facts.response_bytes);
    json.Number("latency_p50_ns", facts.latency.Quantile(0.5));
    json.Number("latency_p99_ns", facts.latency.Quantile(0.99));
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

void AppendNames(JsonAppender& json, std::string_view name,
                 const std::map<std::string, uint64_t>& names) {
  json.Open(name, '[');
  for (const auto& [key, count] : names) {
    json.Open('{');
    json.Bytes("name", key);
    json.Number("count", count);
    json.Close('}');
  }
  json.Close(']');
}

void AppendClients(JsonAppender& json, const Report& report) {
  json.Open("clients", '{');
  json.Number("others_at_most", report.clients.floor);
  json.Open("top", '[');
  for (const auto& entry : report.clients.entries) {
    const ClientFacts& facts = entry.value;
    const Agent agent = ParseAgent(facts.user_agent);
    json.Open('{');
    json.Text("address", facts.address);
    json.Bytes("user_agent", facts.user_agent);
    json.Bytes("library", agent.library);
    json.Bytes("version", agent.version);
    json.Bytes("runtime", agent.runtime);
    json.Number("count", entry.count);
    json.Number("count_missed_max", entry.missed);
    AppendKinds(json, facts.exchanges);
    json.Number("failures", facts.failures);
    json.Time("first_seen", facts.first_seen);
    json.Time("last_seen", facts.last_seen);
    AppendNames(json, "indices", facts.indices);
    AppendNames(json, "apis", facts.apis);
    json.Bool("more_names", facts.more_names);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

void AppendIndices(JsonAppender& json, const Report& report) {
  json.Open("indices", '{');
  json.Number("others_at_most", report.indices.floor);
  json.Open("top", '[');
  for (const auto& entry : report.indices.entries) {
    json.Open('{');
    json.Bytes("index", entry.key);
    json.Number("count", entry.count);
    json.Number("count_missed_max", entry.missed);
    AppendKinds(json, entry.value.exchanges);
    json.Number("writes", entry.value.operations);
    json.Time("last_seen", entry.value.last_seen);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

void AppendWrites(JsonAppender& json, const Writes& writes) {
  json.Number("mutations", writes.mutations);
  json.Number("writes", writes.operations);
  json.Number("others", writes.others);
  json.Number("unanswered", writes.unanswered);
  json.Number("in_flight_max", writes.in_flight_max);
  json.Number("in_flight_ns", writes.in_flight_ns);
  json.Number("slowest_ns", writes.slowest_ns);
}

void AppendAgain(JsonAppender& json, std::string_view name,
                 const std::optional<QuietAgain>& again) {
  if (!again) {
    json.Null(name);
    return;
  }
  json.Open(name, '{');
  if (again->weekday) {
    json.Text("weekday", WeekdayName(*again->weekday));
  } else {
    json.Null("weekday");
  }
  json.Text("at", ClockText(again->second_of_day));
  json.Number("windows", again->seen);
  json.Number("windows_with_holes", again->skipped);
  AppendWrites(json, again->sum);
  json.Number("mutations_max", again->mutations_max);
  json.Number("writes_max", again->operations_max);
  json.Time("worst_from", again->worst_from);
  json.Close('}');
}

void AppendQuiet(JsonAppender& json, const Quiet& quiet) {
  json.Open("quiet", '{');
  json.Number("window_ns", quiet.window_ns);
  json.Number("windows", quiet.windows);
  if (quiet.once) {
    json.Open("once", '{');
    json.Time("from", quiet.once->from);
    json.Time("until", quiet.once->from + quiet.window_ns);
    AppendWrites(json, quiet.once->writes);
    json.Close('}');
  } else {
    json.Null("once");
  }
  AppendAgain(json, "daily", quiet.daily);
  AppendAgain(json, "weekly", quiet.weekly);
  json.Close('}');
}

void AppendSums(JsonAppender& json, const Report& report) {
  json.Number("exchanges", report.exchanges);
  AppendKinds(json, report.kinds);
  json.Number("writes", report.operations);
  json.Number("incomplete", report.incomplete);
  json.Number("failures", report.failures);
  json.Number("unanswered_mutations", report.unanswered_mutations);
  json.TimeOrNull("first", report.first_at);
  json.TimeOrNull("last", report.last_at);
  json.Open("statuses", '{');
  for (const auto& [status, count] : report.statuses) {
    json.Number(status == 0 ? "none" : fmt::to_string(status), count);
  }
  json.Close('}');
  json.Open("latency_ns", '{');
  AppendHistogram(json, "all", report.latency_all);
  for (const Kind kind : {Kind::kMutation, Kind::kQuery, Kind::kUnknown}) {
    AppendHistogram(json, KindName(kind), report.latency[static_cast<size_t>(kind)]);
  }
  json.Close('}');
  AppendHistogram(json, "request_bytes", report.request_bytes);
  AppendHistogram(json, "response_bytes", report.response_bytes);
}

}  // namespace

std::string JsonReport(const Report& report, const ReportContext& context, Calendar& calendar) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Number("v", 1);
  json.Bytes("log", context.log);
  json.Text("timezone", calendar.zone());
  json.Bool("filtered", context.filtered);
  json.Texts("notes", context.notes);
  AppendCoverage(json, report);
  AppendSums(json, report);
  AppendQuiet(json, report.quiet);
  AppendCalendar(json, report);
  AppendShapes(json, report);
  AppendClients(json, report);
  AppendIndices(json, report);
  AppendMinutes(json, report);
  json.Close('}');
  return out + "\n";
}

}  // namespace trafrec::patterns
