// What each operation touches, and where it stands among the writes of its shard.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "replay/plan/limits.h"
#include "replay/plan/overlay_request.h"
#include "replay/plan/planner.h"
#include "store/reader/exchange_id.h"

namespace trafrec::plan {

using dialect::Fate;
using dialect::Key;
using dialect::Kind;
using dialect::Scope;

namespace {

/// The document that an operation writes, as the request has it; "" where there is none.
std::string_view SourceOf(const PlannedExchange& exchange, const dialect::Operation& operation) {
  return exchange.meaning.kind == Kind::kBulk ? operation.source.In(exchange.request.body)
                                              : std::string_view(exchange.request.body);
}

/// The key that an exchange shares with what the overlay puts beside it.
Key AnchorOf(const store::ExchangeId& id) {
  return {.scope = Scope::kPath, .write = true, .name = "beside:" + store::FormatExchangeId(id)};
}

/// The scroll or point in time that it opened at the source: whoever uses it needs the target's own
/// one, which only this answer tells.
Key OpenedBy(const PlannedExchange& exchange) {
  return {.scope = Scope::kContext, .write = true, .name = exchange.context};
}

/// What the number of an answer says of its document; nothing if there is none.
std::optional<order::Commit::What> WhatOf(const message::Request& request,
                                          const dialect::Operation& operation,
                                          const dialect::Outcome* outcome) {
  using What = order::Commit::What;
  if (outcome == nullptr || !outcome->seq_no) {
    return std::nullopt;
  }
  if (operation.kind == Kind::kGet && outcome->fate == Fate::kFound) {
    // What it was asked not to look up may be as old as the last refresh.
    return request.target.find("realtime=false") == std::string::npos ? std::optional(What::kRead)
                                                                      : std::nullopt;
  }
  if (!dialect::WritesDocument(operation.kind)) {
    return std::nullopt;
  }
  if (outcome->TookSeqNo()) {
    return What::kWrite;
  }
  return outcome->fate == Fate::kNoop ? std::optional(What::kNoop) : std::nullopt;
}

/// Nothing: it was not answered.
std::optional<MappingWrite> AsMappingWrite(const PlannedOperation& planned) {
  const order::SourceOperation& order = planned.order;
  if (!order.answered_at) {
    return std::nullopt;
  }
  MappingWrite write{.times = {order.began_at, order.answered_at, order.clock},
                     .fate = MappingWrite::Fate::kUnknown};
  const Fate fate = planned.source ? planned.source->fate : Fate::kUnknown;
  if (order.commit && order.commit->what == order::Commit::What::kWrite) {
    write.seq_no = order.commit->seq_no;
    write.fate = MappingWrite::Fate::kTaken;
  } else if (fate == Fate::kCreated || fate == Fate::kUpdated) {
    write.fate = MappingWrite::Fate::kTaken;
  } else if (fate == Fate::kRefused) {
    write.fate = MappingWrite::Fate::kRefused;
  }
  return write;
}

}  // namespace

/// What each operation touches, and what it must come after.
void Planner::PutInOrder(Draft& draft) {
  PlannedExchange& exchange = draft.exchange;
  const dialect::Meaning& as_recorded = draft.as_recorded();
  TimeNs began_on_connection = 0;
  if (options_.order == Order::kConnection) {
    if (last_on_connection_.size() >= limits::kConnections) {
      last_on_connection_.clear();
    }
    // Pipelined requests may have come in one packet.
    TimeNs& last = last_on_connection_[exchange.connection];
    began_on_connection = last = std::max(exchange.began_at, last + 2);
  }
  // Others go as one request, and in its order.
  const uint64_t request = exchange.meaning.goes_in_parts() ? ++bulks_ : 0;
  for (size_t i = 0; i < exchange.operations.size(); ++i) {
    const dialect::Operation& operation = exchange.meaning.operations[i];
    PlannedOperation& planned = exchange.operations[i];
    if (planned.omission == Omission::kPassedOver) {
      continue;  // it has its place when it is known
    }
    order::SourceOperation& order = planned.order;
    order.began_at = std::max(exchange.began_at, draft.not_before);
    order.answered_at = draft.answered_at;
    order.clock = ClockOf(exchange.id.recorder);
    order.request = request;
    if (options_.order != Order::kCausal) {
      AddContextKeys(draft, order);
    }
    if (options_.order == Order::kNone) {
      continue;
    }
    if (options_.order == Order::kConnection) {
      // As if each were answered at once: the next of its connection always waits.
      order.began_at = began_on_connection;
      order.answered_at = began_on_connection + 1;
      order.keys.push_back({.scope = Scope::kPath,
                            .write = true,
                            .name = fmt::format("connection:{}", exchange.connection)});
      continue;
    }
    const dialect::Outcome* outcome = planned.source ? &*planned.source : nullptr;
    if (const auto place = draft.PlaceOf(i)) {
      order.keys = naming_.Resolve(as_recorded, as_recorded.operations[*place], outcome);
    } else {
      for (const dialect::Operation& recorded : as_recorded.operations) {
        order.keys.insert(order.keys.end(), recorded.keys.begin(), recorded.keys.end());
      }
    }
    const size_t recorded_keys = order.keys.size();
    if (exchange.edited) {
      order.keys.insert(order.keys.end(), operation.keys.begin(), operation.keys.end());
    }
    if (!exchange.context.empty()) {
      order.keys.push_back(OpenedBy(exchange));
    }
    WatchByQueries(exchange, planned, operation);
    AddTaskKeys(exchange, planned, operation);
    SetCommit(draft, i, recorded_keys);
    AddMappingKeys(exchange, planned, operation);
  }
}

/// Who was told that a task has ended may have gone on with what it wrote. So that answer stands
/// for the task in the order, and not the one that said that it has begun.
void Planner::AddTaskKeys(const PlannedExchange& exchange, PlannedOperation& planned,
                          const dialect::Operation& operation) {
  std::vector<Key>& keys = planned.order.keys;
  if (operation.kind == Kind::kByQuery || operation.kind == Kind::kReindex) {
    if (!exchange.context.empty()) {
      if (tasks_.size() >= limits::kTasks) {
        tasks_.clear();
      }
      std::vector<Key>& writes = tasks_[exchange.context];
      std::ranges::copy_if(keys, std::back_inserter(writes),
                           [](const Key& key) { return key.scope == Scope::kIndex && key.write; });
    }
    return;
  }
  if (operation.kind != Kind::kUseContext || !planned.source || planned.source->running ||
      planned.source->fate != Fate::kDone) {
    return;
  }
  for (size_t i = 0, count = keys.size(); i < count; ++i) {
    const auto task = keys[i].scope == Scope::kContext ? tasks_.find(keys[i].name) : tasks_.end();
    if (task != tasks_.end()) {
      keys.insert(keys.end(), task->second.begin(), task->second.end());
    }
  }
}

/// Whoever goes on with a scroll or a point in time comes after what opened it, in any order.
void Planner::AddContextKeys(const Draft& draft, order::SourceOperation& order) {
  if (!draft.exchange.context.empty()) {
    order.keys.push_back(OpenedBy(draft.exchange));
  }
  for (const dialect::Operation& recorded : draft.as_recorded().operations) {
    std::ranges::copy_if(recorded.keys, std::back_inserter(order.keys),
                         [](const Key& key) { return key.scope == Scope::kContext; });
  }
}

/// A place beside which the overlay puts something: whoever is put there shares a key with it.
void Planner::AddAnchor(PlannedExchange& exchange, const PlannedExchange& beside) {
  for (PlannedOperation& each : exchange.operations) {
    each.order.keys.push_back(AnchorOf(beside.id));
    // Also those that were never answered are waited for.
    each.order.answered_at = each.order.answered_at.value_or(each.order.began_at);
  }
}

/// What is put before it is waited for; what is put after it waits.
void Planner::PutBeside(PlannedExchange& exchange, const PlannedExchange& beside, bool after) {
  TimeNs at = beside.began_at;
  if (after) {
    for (const PlannedOperation& each : beside.operations) {
      at = std::max(at, each.order.answered_at.value_or(at));
    }
  }
  for (PlannedOperation& each : exchange.operations) {
    each.order.keys.push_back(AnchorOf(beside.id));
    each.order.began_at = at;
    each.order.answered_at = at;
    each.order.clock = ClockOf(beside.id.recorder);
  }
  exchange.began_at = beside.began_at;
}

/// Numbers are the source's, so they belong to the document as it was recorded, whatever an edit
/// makes of it: to one of the first `recorded_keys` keys.
void Planner::SetCommit(Draft& draft, size_t place, size_t recorded_keys) {
  PlannedOperation& planned = draft.exchange.operations[place];
  const dialect::Operation& operation = draft.exchange.meaning.operations[place];
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
  const auto* position = FindEntry<store::CommitPosition>(draft.entries, ItemOf(draft, place));
  const auto what = WhatOf(draft.exchange.request, operation, outcome);
  if (!what && (position == nullptr || !dialect::WritesDocument(operation.kind))) {
    return;
  }
  const bool reads = what == order::Commit::What::kRead;
  const Key* document = nullptr;
  for (const Key& key : std::span(planned.order.keys).first(recorded_keys)) {
    if (key.scope == Scope::kDocument && (key.write || reads)) {
      if (document != nullptr) {
        return;  // nobody knows which of them
      }
      document = &key;
    }
  }
  if (document != nullptr) {
    const auto generation = generations_.find(document->name);
    if (position != nullptr && !planned.order.answered_at && !outcome) {
      // One that comes before it in the document's history may have begun later than its request.
      planned.order.answered_at = planned.order.began_at + limits::kSettleNs;
    }
    planned.order.commit =
        order::Commit{.seq_no = position != nullptr ? position->seq_no : *outcome->seq_no,
                      .generation = generation == generations_.end() ? 0 : generation->second,
                      .what = position != nullptr ? order::Commit::What::kWrite : *what};
  }
}

/// A write that brings a field comes after those that were answered before it, and before those
/// that began after its answer: the first one makes the mapping. Of those that were under way
/// together mapping_memory.h says which goes first.
void Planner::AddMappingKeys(const PlannedExchange& exchange, PlannedOperation& planned,
                             const dialect::Operation& operation) {
  if (planned.omission != Omission::kNone || !dialect::WritesDocument(operation.kind) ||
      operation.kind == Kind::kDelete) {
    return;
  }
  order::SourceOperation& order = planned.order;
  const Key* key = dialect::FindDocument(order.keys);
  if (key == nullptr) {
    return;
  }
  const std::optional<MappingWrite> write = AsMappingWrite(planned);
  MappingPlace place = mappings_.Find(key->name, operation, SourceOf(exchange, operation),
                                      write ? &*write : nullptr);
  order.keys.push_back(
      {.scope = Scope::kPath, .write = place.adds, .name = "mapping:" + key->name});
  order.labels = std::move(place.labels);
  order.after = std::move(place.after);
  order.before = std::move(place.before);
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
  if (dialect::WritesDocument(operation.kind)) {
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

}  // namespace trafrec::plan
