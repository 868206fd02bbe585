// From the rows of a log to what is to be sent.
//
// What an operation touches is said three times: by the request as it was recorded, by its answer
// (which knows the real index and the id that the service gave), and by the request as it is sent
// after edits. All of it counts: two operations that touch the same thing under any of these names
// keep their order.

#include "replay/plan/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/ascii.h"
#include "replay/edit/views.h"
#include "replay/plan/limits.h"
#include "replay/recorded/exchange_view.h"
#include "replay/recorded/request.h"
#include "store/reader/exchange_id.h"

namespace trafrec::plan {

using dialect::Kind;

namespace {

/// WebDAV names the other resource with the server it is on (RFC 4918, section 10.3): the source's
/// own name would be refused elsewhere, the path alone is taken by all.
void PointAtTarget(message::Request& request) {
  const message::Field* host = message::FindField(request.fields, "Host");
  const message::Field* other = message::FindField(request.fields, "Destination");
  if (host == nullptr || other == nullptr) {
    return;
  }
  for (const char* scheme : {"http://", "https://"}) {
    const std::string own = scheme + host->value + "/";
    if (other->value.starts_with(own)) {
      message::SetField(request.fields, "Destination", other->value.substr(own.size() - 1));
      return;
    }
  }
}

/// How many items of a bulk have all their lines among the first bytes of its body.
size_t WholeItems(const PlannedExchange& bulk, size_t bytes) {
  const size_t lines = std::string_view(bulk.request.body).substr(0, bytes).rfind('\n') + 1;
  const auto is_cut = [lines](const dialect::Operation& item) {
    const dialect::ByteRange last = item.source.length > 0 ? item.source : item.action;
    return last.length == 0 || last.offset + last.length > lines;
  };
  const std::vector<dialect::Operation>& items = bulk.meaning.operations;
  return static_cast<size_t>(std::ranges::find_if(items, is_cut) - items.begin());
}

}  // namespace

Planner::Planner(store::LogReader& log, const dialect::Dialect& dialect, edit::Editor& editor,
                 PlanOptions options)
    : log_(log),
      dialect_(dialect),
      editor_(editor),
      options_(std::move(options)),
      mappings_(options_.clock_error_ns) {}

Status Planner::Plan(std::optional<TimeNs> since, std::optional<TimeNs> until, const Take& take) {
  store::ExchangeFilter filter = options_.filter;
  const auto later = [](std::optional<TimeNs> a, std::optional<TimeNs> b) {
    return a && b ? std::max(a, b) : (a ? a : b);
  };
  const auto earlier = [](std::optional<TimeNs> a, std::optional<TimeNs> b) {
    return a && b ? std::min(a, b) : (a ? a : b);
  };
  filter.since = later(filter.since, since);
  filter.until = earlier(filter.until, until);
  TRY_ASSIGN(const bool wanted, CatchUp(since.value_or(0), take));
  if (!wanted) {
    return {};
  }
  TRY_ASSIGN(std::deque<store::ExchangeRow> left_out, AnchorsLeftOut(filter));
  Status failed;
  bool enough = false;
  TRY(log_.Visit(filter, [&](const store::ExchangeRow& row) {
    Result<bool> go_on = PlanBesideLeftOut(left_out, &row, take);
    if (go_on && *go_on) {
      go_on = PlanWithOverlay(row, true, take);
    }
    if (!go_on) {
      failed = std::unexpected(go_on.error());
      return false;
    }
    enough = !*go_on;
    return *go_on;
  }));
  TRY(failed);
  if (options_.overlay == nullptr || enough) {
    return {};
  }
  if (!filter.limit) {
    TRY_ASSIGN(const bool go_on, PlanBesideLeftOut(left_out, nullptr, take));
    if (!go_on) {
      return {};
    }
  }
  // Those at a time after the last exchange.
  const TimeNs end = filter.until.value_or(std::numeric_limits<TimeNs>::max());
  TRY(PlanInsertionsBefore(end, take));
  return {};
}

Result<bool> Planner::Hand(std::unique_ptr<PlannedExchange> planned, const Take& take) {
  const PlannedExchange& exchange = *planned;
  Count(exchange);
  PutTally(*planned);
  const bool sent = IsSent(exchange);
  const bool passed = std::ranges::any_of(exchange.operations, [](const PlannedOperation& each) {
    return each.omission == Omission::kPassedOver;
  });
  if (!sent && !passed && !exchange.caught_up) {
    return true;
  }
  counts_.planned += sent ? 1 : 0;
  if (sent) {
    NoteWithheld(exchange);
  }
  return take(std::move(planned));
}

Result<std::unique_ptr<PlannedExchange>> Planner::PlanRow(
    const store::ExchangeRow& row, const std::vector<store::OverlayEntry>& entries, Share share,
    const Late* late) {
  counts_.read += share == Share::kStaying && late == nullptr ? 1 : 0;
  if (!row.has_request) {
    if (share == Share::kStaying && late == nullptr) {
      CountLost(row);
    }
    return nullptr;
  }
  TRY(LookAtServer(row.server));
  const PassedOverList::Entry* passed = passed_over_.Find(row.began_at, row.id);
  if (passed != nullptr && passed->what.items.empty()) {
    return nullptr;  // an earlier life of the run came by here
  }
  TRY_ASSIGN(auto draft, DraftOf(row, entries));
  if (!draft) {
    ++counts_.not_selected;
    return nullptr;
  }
  if (late == nullptr && PassesOver(*draft, row)) {
    PassOver(*draft, true);
    return std::move(draft->owned);
  }
  TRY_ASSIGN(const bool kept, Edit(*draft));
  TRY(Judge(*draft, share));
  if (!kept) {
    OmitAll(draft->exchange, Omission::kRule);
  }
  if (late != nullptr) {
    TakeUp(*late, *draft);
  } else {
    HoldBack(*draft);
  }
  PutInOrder(*draft);
  return std::move(draft->owned);
}

Status Planner::LookAtServer(const Endpoint& server) {
  if (options_.look_at_server && !servers_.contains(server)) {
    TRY(options_.look_at_server(server));
    servers_.insert(server);
  }
  return {};
}

/// The log does not hold what they were. What an edit or the target gives anew is not missing.
void Planner::NoteWithheld(const PlannedExchange& exchange) {
  bool any = false;
  for (const std::string& field : exchange.withheld) {
    const auto same = [&](const std::string& given) { return message::SameName(given, field); };
    const bool given = exchange.target < options_.given_fields.size() &&
                       std::ranges::any_of(options_.given_fields[exchange.target], same);
    if (given || message::FindField(exchange.request.fields, field) != nullptr) {
      continue;
    }
    any = true;
    const std::string name = LowerCase(field);
    if (withheld_fields_.size() < limits::kNamedExamples || withheld_fields_.contains(name)) {
      ++withheld_fields_[name];
    }
  }
  counts_.withheld_fields += any ? 1 : 0;
}

/// The request, rewritten as the overlay says, and what the source answered. Nothing: it was not
/// selected.
Result<std::optional<Planner::Draft>> Planner::DraftOf(
    const store::ExchangeRow& row, const std::vector<store::OverlayEntry>& entries) {
  TRY_ASSIGN(const store::StoredExchange stored, log_.Load(row));
  auto recorded =
      stored.request ? recorded::RequestOf(*stored.request, limits::kBodyBytes) : std::nullopt;
  Draft draft;
  draft.entries = entries;
  PlannedExchange& exchange = draft.exchange;
  exchange.id = row.id;
  exchange.began_at = row.began_at;
  const uint32_t clock = ClockOf(row.id.recorder);
  if (options_.one_clock && clock != 0) {
    return Fail(ErrorCode::kInUse,
                "recorder '" + row.id.recorder + "' began in the log after the replay did",
                "--resume goes on, and takes its exchanges, too");
  }
  exchange.connection = (uint64_t{clock} << 48) | (uint64_t{row.id.attempt} << 32) | row.connection;
  if (!recorded) {
    exchange.request = {.method = row.method, .target = row.target};
  } else {
    exchange.request = std::move(recorded->request);
    exchange.coding = std::move(recorded->coding);
    exchange.coded_body = std::move(recorded->coded_body);
    exchange.withheld = std::move(recorded->withheld);
  }
  if (message::FindField(exchange.request.fields, kRunField) != nullptr && !options_.allow_marked) {
    return Fail(ErrorCode::kUsage,
                fmt::format("exchange {} was sent by a replay: the log was recorded at a run's "
                            "target, and would be sent round and round",
                            store::FormatExchangeId(row.id)),
                "--where \"…\" leaves such exchanges out; --allow-source sends them again");
  }
  PointAtTarget(exchange.request);
  draft.whole = stored.request && recorded::IsWhole(*stored.request);
  draft.upgraded =
      exchange.request.method == "CONNECT" || HasFlag(stored.row.flags, store::Flag::kUpgraded);

  exchange.meaning = Understand(exchange.request);
  if (!options_.selection.Takes(exchange.meaning) || !IsSampled(exchange)) {
    return std::nullopt;
  }
  const bool bulk_with_hole =
      stored.request && !draft.whole && exchange.meaning.kind == Kind::kBulk;
  if (bulk_with_hole && exchange.coding.empty()) {
    draft.whole_items = WholeItems(exchange, recorded::UnbrokenBytes(*stored.request));
  }
  if (stored.response) {
    const recorded::MessageView view(*stored.response);
    dialect::AnswerView answer{row.status, view.headers, view.content.bytes};
    if (bulk_with_hole) {
      answer.told = draft.whole_items;
    }
    draft.answer = dialect_.ReadAnswer(exchange.meaning, answer);
    exchange.context = draft.answer->context;
    exchange.source_status = row.status;
    draft.answered_at = stored.response->facts.first_byte_at;
    if (options_.echo && draft.whole && row.status / 100 == 2 &&
        recorded::IsWhole(*stored.response) && IsSentinel(exchange.request)) {
      exchange.mark = ReadMark(
          exchange.request, exchange.coding.empty() ? exchange.request.body : exchange.coded_body,
          *options_.echo);
      if (exchange.mark) {
        exchange.mark->answered_at = *draft.answered_at;
        // The source's token goes nowhere: neither with the echo nor with what is read for it.
        message::SetField(exchange.request.fields, "User-Agent", "trafrec");
      }
    }
  }
  TRY(Rewrite(draft));
  return draft;
}

/// What cannot be taken apart (a bulk in ?source=, an empty list) is one operation on anything.
dialect::Meaning Planner::Understand(const message::Request& request) const {
  const auto headers = edit::HeaderViews(request.fields);
  dialect::Meaning meaning =
      dialect_.Understand({request.method, request.target, headers, request.body});
  if (meaning.operations.empty()) {
    dialect::Operation& whole = meaning.operations.emplace_back();
    whole.mutation = meaning.mutation || meaning.kind == Kind::kBulk;
    whole.repeat = whole.mutation ? dialect::Repeat::kAdds : dialect::Repeat::kSafe;
    whole.keys.push_back({.scope = dialect::Scope::kCluster, .write = whole.mutation});
    meaning.mutation = whole.mutation;
  }
  return meaning;
}

Result<bool> Planner::Edit(Draft& draft) {
  PlannedExchange& exchange = draft.exchange;
  if (editor_.changes_nothing()) {
    draft.in_place = exchange.meaning.operations.size() == draft.as_recorded().operations.size();
    return true;
  }
  TRY_ASSIGN(edit::Edited edited, editor_.Apply({.id = store::FormatExchangeId(exchange.id),
                                                 .meaning = &draft.as_recorded()},
                                                std::move(exchange.request)));
  exchange.request = std::move(edited.request);
  exchange.request.keeps_host = edited.keeps_host;
  exchange.target = edited.target;
  if (edited.changed_body) {
    exchange.coded_body.clear();
  }
  if (edited.changed_meaning() && !edited.dropped) {
    draft.ChangeMeaning(Understand(exchange.request));
  }
  const size_t operations = exchange.meaning.operations.size();
  if (edited.operations && edited.operations->size() == operations) {
    draft.places = std::move(edited.operations);
  } else {
    draft.in_place = operations == draft.as_recorded().operations.size();
  }
  return !edited.dropped;
}

void Planner::Draft::ChangeMeaning(dialect::Meaning meaning) {
  if (!first_meaning) {
    first_meaning = std::move(exchange.meaning);
  }
  exchange.meaning = std::move(meaning);
  exchange.edited = true;
}

std::optional<uint32_t> Planner::Draft::PlaceOf(size_t operation) const {
  if (in_place) {
    return static_cast<uint32_t>(operation);
  }
  return places ? std::optional((*places)[operation]) : std::nullopt;
}

void Planner::OmitAll(PlannedExchange& exchange, Omission omission) {
  for (PlannedOperation& each : exchange.operations) {
    each.omission = omission;
  }
}

uint32_t Planner::ClockOf(const std::string& recorder) {
  return clocks_.try_emplace(recorder, static_cast<uint32_t>(clocks_.size())).first->second;
}

}  // namespace trafrec::plan
