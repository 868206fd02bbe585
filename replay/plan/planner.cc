// From the rows of a log to what is to be sent.
//
// What an operation touches is said three times: by the request as it was recorded, by its answer
// (which knows the real index and the id that the service gave), and by the request as it is sent
// after edits. All of it counts: two operations that touch the same thing under any of these names
// keep their order.

#include "replay/plan/planner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "replay/plan/limits.h"
#include "replay/recorded/exchange_view.h"
#include "replay/recorded/request.h"
#include "store/reader/exchange_id.h"
#include "store/sentinel/sentinel_token.h"

namespace trafrec::plan {

using dialect::Fate;
using dialect::Key;
using dialect::Kind;
using dialect::Scope;

namespace {

/// The field by which a request says that a run sent it.
constexpr std::string_view kRunField = "Trafrec-Run";

/// A request as a dialect looks at it.
class View {
 public:
  explicit View(const message::Request& request) {
    for (const message::Field& field : request.fields) {
      headers_.push_back({field.name, field.value});
    }
    view_ = {request.method, request.target, headers_, request.body};
  }
  const dialect::RequestView& get() const { return view_; }

 private:
  std::vector<dialect::HeaderView> headers_;
  dialect::RequestView view_;
};

bool IsDocumentWrite(Kind kind) {
  return kind == Kind::kIndex || kind == Kind::kCreate || kind == Kind::kUpdate ||
         kind == Kind::kDelete;
}

const Key* DocumentKey(const std::vector<Key>& keys) {
  const auto key = std::ranges::find(keys, Scope::kDocument, &Key::scope);
  return key == keys.end() ? nullptr : &*key;
}

bool HasFate(const std::optional<dialect::Outcome>& outcome) {
  return outcome && outcome->fate != Fate::kUnknown;
}

bool IsSentinel(const message::Request& request) {
  const message::Field* agent = message::FindField(request.fields, "User-Agent");
  return agent != nullptr && agent->value.starts_with(store::kSentinelMark);
}

/// The document that an operation writes, as the request has it; "" where there is none.
std::string_view SourceOf(const PlannedExchange& exchange, const dialect::Operation& operation) {
  return exchange.meaning.kind == Kind::kBulk ? operation.source.In(exchange.request.body)
                                              : std::string_view(exchange.request.body);
}

Error PhantomError(const std::string& which, size_t count) {
  return {ErrorCode::kUsage,
          fmt::format("the log does not show what became of {}: {}",
                      count == 1 ? "a mutation" : fmt::format("{} mutations", count), which),
          "let trafrec reconcile decide them (--overlay), or say --phantoms send or drop"};
}

}  // namespace

Planner::Planner(store::LogReader& log, const dialect::Dialect& dialect, edit::Editor& editor,
                 PlanOptions options)
    : log_(log), dialect_(dialect), editor_(editor), options_(std::move(options)) {}

Status Planner::LookForPhantoms() {
  if (options_.phantoms != Phantoms::kStop ||
      options_.selection.only == edit::Selection::Only::kQueries) {
    return {};
  }
  std::vector<std::string> first;
  size_t count = 0;
  TRY(log_.Visit(options_.filter, [&](const store::ExchangeRow& row) {
    const bool answered = row.has_response && row.status != 408 && row.status != 502 &&
                          row.status != 504 && !HasFlag(row.flags, store::Flag::kResponseTruncated);
    if (!row.has_request || answered) {
      return true;
    }
    const dialect::Meaning meaning = dialect_.Understand(
        {.method = row.method, .target = row.target, .headers = {}, .body = {}});
    // Without its body a bulk has no items.
    const bool bulk = meaning.kind == Kind::kBulk;
    if ((!meaning.mutation && !bulk) || (!bulk && !options_.selection.Takes(meaning))) {
      return true;
    }
    const std::string id = store::FormatExchangeId(row.id);
    if (++count <= 3) {
      first.push_back(fmt::format("{} ({} {})", id, row.method, row.target));
    }
    return true;
  }));
  if (count > 0) {
    return std::unexpected(
        PhantomError(fmt::format("{}{}", fmt::join(first, ", "), count > 3 ? ", …" : ""), count));
  }
  return {};
}

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
  Status failed;
  TRY(log_.Visit(filter, [&](const store::ExchangeRow& row) {
    Result<std::optional<PlannedExchange>> planned = PlanRow(row);
    if (!planned) {
      failed = std::unexpected(std::move(planned).error());
      return false;
    }
    if (!*planned) {
      return true;
    }
    const Result<bool> go_on = Hand(std::move(**planned), take);
    if (!go_on) {
      failed = std::unexpected(go_on.error());
      return false;
    }
    return *go_on;
  }));
  return failed;
}

Result<bool> Planner::Hand(PlannedExchange exchange, const Take& take) {
  Count(exchange);
  const bool sent = std::ranges::any_of(exchange.operations, [](const PlannedOperation& each) {
    return each.omission == Omission::kNone;
  });
  if (!sent) {
    return true;
  }
  ++counts_.planned;
  return take(std::move(exchange));
}

Result<std::optional<PlannedExchange>> Planner::PlanRow(const store::ExchangeRow& row) {
  ++counts_.read;
  if (!row.has_request) {
    ++counts_.no_request;
    return std::nullopt;
  }
  TRY_ASSIGN(const store::StoredExchange stored, log_.Load(row));
  auto recorded =
      stored.request ? recorded::RequestOf(*stored.request, limits::kBodyBytes) : std::nullopt;
  PlannedExchange exchange{.id = row.id, .began_at = row.began_at};
  exchange.connection = (uint64_t{ClockOf(row.id.recorder)} << 48) |
                        (uint64_t{row.id.attempt} << 32) | row.connection;
  if (!recorded) {
    exchange.request = {.method = row.method, .target = row.target};
  } else {
    exchange.request = std::move(recorded->request);
    exchange.coding = std::move(recorded->coding);
    exchange.coded_body = std::move(recorded->coded_body);
    counts_.withheld_fields += recorded->withheld ? 1 : 0;
  }
  if (message::FindField(exchange.request.fields, kRunField) != nullptr && !options_.allow_marked) {
    return Fail(ErrorCode::kUsage,
                fmt::format("exchange {} was sent by a replay: the log was recorded at a run's "
                            "target, and would be sent round and round",
                            store::FormatExchangeId(row.id)),
                "--where \"…\" leaves such exchanges out; --allow-source sends them again");
  }

  exchange.meaning = dialect_.Understand(View(exchange.request).get());
  if (!options_.selection.Takes(exchange.meaning) || !IsSampled(exchange)) {
    ++counts_.not_selected;
    return std::nullopt;
  }
  std::optional<dialect::Answer> answer;
  std::optional<TimeNs> answered_at;
  if (stored.response) {
    const recorded::MessageView view(*stored.response);
    answer = dialect_.ReadAnswer(exchange.meaning, {row.status, view.headers, view.content.bytes});
    exchange.context = answer->context;
    exchange.source_status = row.status;
    answered_at = stored.response->facts.first_byte_at;
  }
  const dialect::Meaning as_recorded = exchange.meaning;
  TRY_ASSIGN(const bool kept, Edit(exchange, as_recorded));
  TRY(Judge(exchange, stored, as_recorded, answer));
  if (!kept) {
    OmitAll(exchange, Omission::kRule);
  }
  PutInOrder(exchange, as_recorded, answered_at);
  return exchange;
}

Result<bool> Planner::Edit(PlannedExchange& exchange, const dialect::Meaning& as_recorded) {
  TRY_ASSIGN(edit::Edited edited,
             editor_.Apply({.meaning = &as_recorded}, std::move(exchange.request)));
  exchange.request = std::move(edited.request);
  exchange.target = edited.target;
  if (edited.changed_body) {
    exchange.coded_body.clear();
  }
  if (edited.changed_meaning() && !edited.dropped) {
    exchange.meaning = dialect_.Understand(View(exchange.request).get());
    exchange.edited = true;
  }
  return !edited.dropped;
}

bool Planner::IsSampled(const PlannedExchange& exchange) const {
  if (options_.sampler == nullptr) {
    return true;
  }
  switch (options_.sampler->by()) {
    case edit::SampleBy::kConnection:
      return options_.sampler->Takes(fmt::format("{}-{}-{}", exchange.id.recorder,
                                                 exchange.id.attempt,
                                                 exchange.connection & 0xffff'ffff));
    case edit::SampleBy::kTarget:
      return options_.sampler->TakesTarget(exchange.request.target);
    case edit::SampleBy::kDocument:
      break;
  }
  return true;  // by operation
}

bool Planner::IsTaken(const dialect::Operation& operation, const PlannedOperation& planned) const {
  if (!options_.selection.Takes(operation)) {
    return false;
  }
  return options_.sampler == nullptr || options_.sampler->by() != edit::SampleBy::kDocument ||
         options_.sampler->TakesOperation(operation, planned.source ? &*planned.source : nullptr);
}

/// Which operations are sent, by what the source answered.
Status Planner::Judge(PlannedExchange& exchange, const store::StoredExchange& stored,
                      const dialect::Meaning& as_recorded,
                      const std::optional<dialect::Answer>& answer) {
  const dialect::Meaning& meaning = exchange.meaning;
  exchange.operations.resize(meaning.operations.size());
  // An edit that changes how many operations there are leaves nobody to tell which is which.
  const bool same = meaning.operations.size() == as_recorded.operations.size();
  const bool whole = stored.request && recorded::IsWhole(*stored.request);
  for (size_t i = 0; i < meaning.operations.size(); ++i) {
    PlannedOperation& planned = exchange.operations[i];
    const dialect::Operation& operation = meaning.operations[i];
    if (answer && same && HasFate(answer->outcomes[i])) {
      planned.source = answer->outcomes[i];
    }
    if (const Key* key = DocumentKey(operation.keys)) {
      planned.id = key->id.empty() && planned.source ? planned.source->id : key->id;
    }
    if (!IsTaken(operation, planned)) {
      planned.omission = Omission::kNotSelected;
    } else if (!whole && !options_.send_incomplete) {
      planned.omission = Omission::kIncomplete;
    } else if (operation.mutation && planned.source &&
               (planned.source->fate == Fate::kRejected || planned.source->fate == Fate::kFailed)) {
      planned.omission = Omission::kNotCarriedOut;
    } else if (operation.mutation && !planned.source && same) {
      TRY_ASSIGN(planned.omission, JudgePhantom(exchange, operation));
    }
  }
  if (IsSentinel(exchange.request)) {
    OmitAll(exchange, Omission::kSentinel);
  } else if (exchange.request.method == "CONNECT" ||
             HasFlag(stored.row.flags, store::Flag::kUpgraded)) {
    OmitAll(exchange, Omission::kNotHttp);
  }
  return {};
}

Result<Omission> Planner::JudgePhantom(const PlannedExchange& exchange,
                                       const dialect::Operation& operation) {
  switch (options_.phantoms) {
    case Phantoms::kSend:
      return Omission::kNone;
    case Phantoms::kDrop:
      return Omission::kPhantom;
    case Phantoms::kStop:
      break;
  }
  return std::unexpected(
      PhantomError(fmt::format("{}, item {} ({} {})", store::FormatExchangeId(exchange.id),
                               operation.item, exchange.request.method, exchange.request.target),
                   1));
}

void Planner::OmitAll(PlannedExchange& exchange, Omission omission) {
  for (PlannedOperation& each : exchange.operations) {
    each.omission = omission;
  }
}

/// What each operation touches, and what it must come after.
void Planner::PutInOrder(PlannedExchange& exchange, const dialect::Meaning& as_recorded,
                         std::optional<TimeNs> answered_at) {
  const bool same = as_recorded.operations.size() == exchange.meaning.operations.size();
  for (size_t i = 0; i < exchange.operations.size(); ++i) {
    const dialect::Operation& operation = exchange.meaning.operations[i];
    PlannedOperation& planned = exchange.operations[i];
    order::SourceOperation& order = planned.order;
    order.began_at = exchange.began_at;
    order.answered_at = answered_at;
    order.clock = ClockOf(exchange.id.recorder);
    if (options_.order == Order::kNone) {
      continue;
    }
    if (options_.order == Order::kConnection) {
      // As if each were answered at once: the next of its connection always waits.
      order.answered_at = exchange.began_at;
      order.keys.push_back({.scope = Scope::kPath,
                            .write = true,
                            .name = fmt::format("connection:{}", exchange.connection)});
      continue;
    }
    const dialect::Outcome* outcome = planned.source ? &*planned.source : nullptr;
    if (same) {
      order.keys = naming_.Resolve(as_recorded, as_recorded.operations[i], outcome);
    } else {
      for (const dialect::Operation& recorded : as_recorded.operations) {
        order.keys.insert(order.keys.end(), recorded.keys.begin(), recorded.keys.end());
      }
    }
    if (exchange.edited) {
      order.keys.insert(order.keys.end(), operation.keys.begin(), operation.keys.end());
    }
    WatchByQueries(exchange, planned, operation);
    AddMappingKeys(exchange, planned, operation);
    SetCommit(planned, operation);
  }
}

void Planner::SetCommit(PlannedOperation& planned, const dialect::Operation& operation) {
  const dialect::Outcome* outcome = planned.source ? &*planned.source : nullptr;
  if (operation.kind == Kind::kIndexAdmin && outcome != nullptr && operation.mutation) {
    for (const Key& key : planned.order.keys) {
      if (key.scope == Scope::kIndex && key.write) {
        mappings_.Forget(key.name);
        ++generations_[key.name];
      }
    }
    return;
  }
  if (!IsDocumentWrite(operation.kind) || outcome == nullptr || !outcome->TookSeqNo()) {
    return;
  }
  const auto documents = std::ranges::count_if(planned.order.keys, [](const Key& key) {
    return key.scope == Scope::kDocument && key.write;
  });
  if (documents == 1) {
    const auto generation = generations_.find(outcome->index);
    planned.order.commit =
        order::Commit{.seq_no = *outcome->seq_no,
                      .generation = generation == generations_.end() ? 0 : generation->second};
  }
}

/// A write that brings a field comes after those that were answered before it, and before those
/// that began after its answer: the first one makes the mapping.
void Planner::AddMappingKeys(const PlannedExchange& exchange, PlannedOperation& planned,
                             const dialect::Operation& operation) {
  if (!IsDocumentWrite(operation.kind) || operation.kind == Kind::kDelete) {
    return;
  }
  const Key* key = DocumentKey(planned.order.keys);
  if (key == nullptr) {
    return;
  }
  const bool adds = mappings_.Adds(key->name, operation, SourceOf(exchange, operation));
  planned.order.keys.push_back(
      {.scope = Scope::kPath, .write = adds, .name = "mapping:" + key->name});
}

void Planner::WatchByQueries(const PlannedExchange& exchange, const PlannedOperation& planned,
                             const dialect::Operation& operation) {
  const auto each_index = [&](Scope scope, auto&& visit) {
    for (const Key& key : planned.order.keys) {
      if (key.scope == scope && key.write) {
        visit(key.name);
      }
    }
  };
  const TimeNs began = exchange.began_at;
  const std::optional<TimeNs> answered = planned.order.answered_at;
  if (IsDocumentWrite(operation.kind)) {
    const std::string& refresh = exchange.meaning.refresh;
    const bool visible = !refresh.empty() && refresh != "false";
    each_index(Scope::kDocument, [&](const std::string& index) {
      by_queries_.Write(index, began, answered, visible && answered.has_value());
    });
  } else if (operation.kind == Kind::kRefresh) {
    each_index(Scope::kIndex,
               [&](const std::string& index) { by_queries_.Refresh(index, began, answered); });
  } else if (operation.kind == Kind::kByQuery || operation.kind == Kind::kReindex) {
    // Of a reindex the read index matters, of the others the one that is read and written.
    const bool wants_write = operation.kind == Kind::kByQuery;
    for (const Key& key : planned.order.keys) {
      if (key.scope == Scope::kIndex && key.write == wants_write) {
        by_queries_.ByQuery(key.name, store::FormatExchangeId(exchange.id), began, answered);
        break;
      }
    }
  }
}

void Planner::Count(const PlannedExchange& exchange) {
  for (const PlannedOperation& each : exchange.operations) {
    counts_.operations += each.omission == Omission::kNotSelected ? 0 : 1;
    ++counts_.omitted[static_cast<size_t>(each.omission)];
  }
  if (!exchange.operations.empty()) {
    const Omission first = exchange.operations.front().omission;
    std::vector<std::string>& ids = examples_[first];
    if (first != Omission::kNone && ids.size() < limits::kNamedExamples) {
      ids.push_back(store::FormatExchangeId(exchange.id));
    }
  }
  if (!exchange.meaning.known()) {
    ++counts_.unknown_paths;
    if (unknown_paths_.size() < limits::kNamedExamples ||
        unknown_paths_.contains(exchange.meaning.path)) {
      ++unknown_paths_[exchange.meaning.path];
    }
  }
}

PlanCounts Planner::counts() const {
  PlanCounts counts = counts_;
  counts.by_queries = by_queries_.seen();
  counts.doubtful_by_queries = by_queries_.doubtful();
  return counts;
}

uint32_t Planner::ClockOf(const std::string& recorder) {
  return clocks_.try_emplace(recorder, static_cast<uint32_t>(clocks_.size())).first->second;
}

}  // namespace trafrec::plan
