#include "tools/patterns/analysis/analysis.h"

#include <algorithm>
#include <utility>

#include "tools/patterns/analysis/limits.h"

namespace trafrec::patterns {
namespace {

bool HasFailed(const Observation& seen) {
  return (seen.status == 0 && !seen.open) || seen.status >= 500;
}

size_t IndexOf(Kind kind) { return static_cast<size_t>(kind); }

/// Counts a name of a client, if there is room for it.
void Count(std::map<std::string, uint64_t>& names, const std::string& name, bool& more) {
  if (name.empty()) {
    return;
  }
  const auto found = names.find(name);
  if (found != names.end()) {
    ++found->second;
  } else if (names.size() < limits::kNamesOfClientMax) {
    names.emplace(name, 1);
  } else {
    more = true;
  }
}

std::string Clipped(const std::string& text) { return text.substr(0, limits::kKeyBytesMax); }

}  // namespace

void Cell::Add(const Slot& slot, int64_t width_ns) {
  all += slot.all();
  if (slot.hole) {
    hole_ns += width_ns;
    return;
  }
  whole_ns += width_ns - slot.outside_ns;
  for (size_t kind = 0; kind < kKinds; ++kind) {
    whole[kind] += slot.exchanges[kind];
  }
}

Analysis::Analysis()
    : shapes_(limits::kShapesMax), clients_(limits::kClientsMax), indices_(limits::kIndicesMax) {}

void Analysis::Add(const Observation& seen) {
  if (report_.exchanges == 0) {
    report_.first_at = report_.last_at = seen.began_at;
  }
  report_.first_at = std::min(report_.first_at, seen.began_at);
  report_.last_at = std::max(report_.last_at, seen.began_at);
  ++report_.exchanges;
  ++report_.kinds[IndexOf(seen.kind)];
  ++report_.statuses[seen.status];
  report_.incomplete += seen.incomplete ? 1 : 0;
  report_.failures += HasFailed(seen) ? 1 : 0;
  if (seen.kind == Kind::kMutation) {
    report_.operations += seen.operations;
    report_.unanswered_mutations += seen.status == 0 && !seen.open ? 1 : 0;
  }
  if (seen.latency_ns) {
    report_.latency[IndexOf(seen.kind)].Add(*seen.latency_ns);
    report_.latency_all.Add(*seen.latency_ns);
  }
  report_.request_bytes.Add(static_cast<int64_t>(seen.request_bytes));
  if (seen.status != 0) {
    report_.response_bytes.Add(static_cast<int64_t>(seen.response_bytes));
  }
  AddToTimeline(seen);
  AddShape(seen);
  AddClient(seen);
  AddIndices(seen);
}

void Analysis::AddToTimeline(const Observation& seen) {
  Timeline& timeline = report_.timeline;
  Slot& slot = timeline.At(seen.began_at);
  ++slot.exchanges[IndexOf(seen.kind)];
  slot.failures += HasFailed(seen) ? 1 : 0;
  if (seen.kind != Kind::kMutation) {
    return;
  }
  slot.operations += seen.operations;
  if (seen.duration_ns) {
    slot.slowest_ns = std::max(slot.slowest_ns, *seen.duration_ns);
    in_flight_.Add(seen.began_at, seen.began_at + *seen.duration_ns, timeline);
  } else if (seen.open) {
    in_flight_.Add(seen.began_at, InFlight::kForEver, timeline);
  } else {
    ++slot.unanswered_mutations;
  }
}

void Analysis::AddShape(const Observation& seen) {
  if (seen.shape.empty()) {
    return;
  }
  ShapeFacts& facts = shapes_.Add(seen.shape);
  if (seen.kind == Kind::kMutation) {
    ++facts.mutations;
    facts.operations += seen.operations;
  }
  facts.client_errors += seen.status >= 400 && seen.status < 500 ? 1 : 0;
  facts.failures += HasFailed(seen) ? 1 : 0;
  facts.request_bytes += seen.request_bytes;
  facts.response_bytes += seen.response_bytes;
  facts.api = seen.api;
  if (seen.latency_ns) {
    facts.latency.Add(*seen.latency_ns);
  }
}

void Analysis::AddClient(const Observation& seen) {
  if (seen.client.empty() && seen.user_agent.empty()) {
    return;
  }
  const std::string agent = Clipped(seen.user_agent);
  ClientFacts& facts = clients_.Add(seen.client + '\n' + agent);
  if (facts.first_seen == 0) {
    facts.address = seen.client;
    facts.user_agent = agent;
    facts.first_seen = seen.began_at;
  }
  ++facts.exchanges[IndexOf(seen.kind)];
  facts.failures += HasFailed(seen) ? 1 : 0;
  facts.last_seen = std::max(facts.last_seen, seen.began_at);
  Count(facts.apis, seen.api, facts.more_names);
  for (const std::string& index : seen.indices) {
    Count(facts.indices, Clipped(index), facts.more_names);
  }
}

void Analysis::AddIndices(const Observation& seen) {
  for (const std::string& index : seen.indices) {
    IndexFacts& facts = indices_.Add(Clipped(index));
    ++facts.exchanges[IndexOf(seen.kind)];
    // Of a bulk over several indices nobody counted which item goes where.
    facts.operations +=
        seen.kind == Kind::kMutation && seen.indices.size() == 1 ? seen.operations : 0;
    facts.last_seen = std::max(facts.last_seen, seen.began_at);
  }
}

void Analysis::FillCalendar(Calendar& calendar) {
  const Timeline& timeline = report_.timeline;
  for (size_t i = 0; i < timeline.size(); ++i) {
    const LocalTime local = calendar.At(timeline.begin_of(i));
    const auto weekday = static_cast<size_t>(local.weekday);
    const auto hour = static_cast<size_t>(local.hour());
    report_.hours[hour].Add(timeline.slot(i), timeline.width_ns());
    report_.weekdays[weekday].Add(timeline.slot(i), timeline.width_ns());
    report_.week[weekday][hour].Add(timeline.slot(i), timeline.width_ns());
  }
}

Report Analysis::Finish(Frame frame, Calendar& calendar) {
  Timeline& timeline = report_.timeline;
  if (frame.coverage) {
    MarkHoles(*frame.coverage, timeline);
    in_flight_.AdvanceTo(frame.coverage->until, timeline);
  }
  for (size_t i = 0; !frame.coverage && i < timeline.size(); ++i) {
    timeline.slot(i).hole = true;
  }
  report_.coverage = std::move(frame.coverage);
  report_.in_flight_left_out = in_flight_.left_out();
  FillCalendar(calendar);
  report_.quiet = FindQuiet(timeline, frame.window_ns, calendar);
  report_.shapes = {.entries = shapes_.Take(), .floor = shapes_.floor()};
  report_.clients = {.entries = clients_.Take(), .floor = clients_.floor()};
  report_.indices = {.entries = indices_.Take(), .floor = indices_.floor()};
  return std::move(report_);
}

}  // namespace trafrec::patterns
