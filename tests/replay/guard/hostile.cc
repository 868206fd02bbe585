#include "tests/replay/guard/hostile.h"

#include <fmt/format.h>

#include <algorithm>

namespace trafrec::guard {
namespace {

message::Answer Bare(int status) {
  message::Answer answer;
  answer.status = status;
  answer.body = "<html>";
  return answer;
}

/// Whether a second copy, of which nobody knows, would do it again: the target gives the id.
bool GivesId(const message::Request& request) {
  return request.target == "/a/_doc" || request.body.find("\"index\":{}") != std::string::npos;
}

}  // namespace

Reply HostileNetwork::Send(const message::Request& request) {
  const Reply nothing{.failure = "connection reset"};
  switch (calm_ ? 99 : random_() % 32) {
    case 0:
    case 1:
      return nothing;
    case 2:
      return {.sent = false, .failure = "connection refused"};
    case 3:
    case 4:
      target_.Handle(request);
      return nothing;
    case 5:
    case 6:
      kept_.push_back(request);
      return nothing;
    case 7:
      return Answered(Bare(random_() % 2 == 0 ? 429 : 503));
    case 8:
      target_.Handle(request);
      return Answered(Bare(503));
    case 9:
      target_.Handle(request);
      return Answered(Bare(502));
    case 10:
      kept_.push_back(request);
      return Answered(Bare(504));
    case 11: {
      message::Answer cut = target_.Handle(request);
      cut.body.resize(cut.body.size() / 2);
      return Answered(std::move(cut));
    }
    case 12: {
      // Doubled on the way: two copies of one request, of which one is answered.
      message::Answer answer = target_.Handle(request);
      if (!GivesId(request) && answer.body.find("\"status\":429") == std::string::npos) {
        kept_.push_back(request);
      }
      return Answered(std::move(answer));
    }
    default:
      break;
  }
  return Answered(target_.Handle(request));
}

void HostileNetwork::DeliverLate() {
  if (!kept_.empty()) {
    std::swap(kept_[random_() % kept_.size()], kept_.back());
    target_.Handle(kept_.back());
    kept_.pop_back();
  }
}

void HostileNetwork::DeliverAll() {
  while (!kept_.empty()) {
    DeliverLate();
  }
}

Replayer::Replayer(std::mt19937_64& random, const History& history, ModelTarget& target,
                   HostileNetwork& network)
    : random_(random), history_(history), target_(target), network_(network) {
  for (size_t e = 0; e < history.exchanges.size(); ++e) {
    const Recorded& recorded = history.exchanges[e];
    const auto& operations = recorded.meaning->operations;
    items_.emplace_back(operations.size());
    started_.emplace_back(operations.size(), false);
    for (size_t i = 0; i < operations.size(); ++i) {
      Item& item = items_[e][i];
      item.operation = static_cast<uint32_t>(i);
      item.source = recorded.answered ? &recorded.outcomes[i] : nullptr;
      item.id = operations[i].keys[0].id;
      if (item.id.empty() && item.source != nullptr) {
        item.id = item.source->id;
      } else if (item.id.empty() && random_() % 2 == 0) {
        item.id = fmt::format("made-{}", recorded.numbers[i]);
      }
      chains_[NameOf(e, i)].emplace_back(e, i);
    }
  }
}

ModelTarget::Name Replayer::NameOf(size_t exchange, size_t place) const {
  const Item& item = items_[exchange][place];
  const int number = history_.exchanges[exchange].numbers[place];
  return {"a", item.id.empty() ? fmt::format("unknown-{}", number) : item.id};
}

SourceNumbers Replayer::Numbers(size_t exchange) const {
  return
      [this, exchange](const Item& item, int64_t seq_no, int64_t) -> std::optional<DocumentState> {
        const auto found = numbers_.find({NameOf(exchange, item.operation), seq_no});
        return found == numbers_.end() ? std::nullopt : std::optional(found->second);
      };
}

bool Replayer::IsReady(size_t exchange, size_t place) const {
  for (const auto& [e, i] : chains_.at(NameOf(exchange, place))) {
    if (e == exchange && i == place) {
      return true;
    }
    if (items_[e][i].open()) {
      return false;
    }
  }
  return true;
}

bool Replayer::Start(size_t exchange) {
  Active active{.exchange = exchange, .parcel = {}};
  const Recorded& recorded = history_.exchanges[exchange];
  active.parcel.request = recorded.request.get();
  active.parcel.meaning = recorded.meaning.get();
  active.parcel.source_numbers = Numbers(exchange);
  for (size_t i = 0; i < items_[exchange].size(); ++i) {
    if (started_[exchange][i] || !IsReady(exchange, i)) {
      continue;
    }
    started_[exchange][i] = true;
    Item item = items_[exchange][i];
    if (const auto found = known_.find(NameOf(exchange, i)); found != known_.end()) {
      item.known = found->second;
    }
    active.parcel.items.push_back(std::move(item));
  }
  if (active.parcel.items.empty()) {
    return false;
  }
  active_.push_back(std::move(active));
  return true;
}

void Replayer::End(size_t exchange, Item item) {
  const ModelTarget::Name name = NameOf(exchange, item.operation);
  if (item.known) {
    known_[name] = *item.known;
  } else {
    known_.erase(name);
  }
  if (item.source != nullptr && item.source->seq_no && item.known && item.known->exists) {
    numbers_[{name, *item.source->seq_no}] = *item.known;
  }
  items_[exchange][item.operation] = std::move(item);
}

void Replayer::Advance(size_t place) {
  Active& active = active_[place];
  const Guard& guard = SearchGuard();
  if (const auto read = guard.ReadRequest(active.parcel)) {
    guard.TakeReading(active.parcel, network_.Send(*read));
  } else {
    const message::Request request = guard.WriteRequest(active.parcel);
    guard.TakeReply(active.parcel, network_.Send(request));
  }
  std::erase_if(active.parcel.items, [&](Item& item) {
    if (!item.open()) {
      End(active.exchange, item);
      return true;
    }
    return false;
  });
  if (active.parcel.items.empty()) {
    active_.erase(active_.begin() + static_cast<ptrdiff_t>(place));
  }
}

void Replayer::Crash() {
  for (auto& [name, state] : known_) {
    state.version = 0;  // the ledger keeps the numbers only
  }
  for (Active& active : active_) {
    for (Item& item : active.parcel.items) {
      Item anew{.operation = item.operation, .source = item.source};
      anew.id = item.id;
      anew.tries = item.tries;
      anew.stage = item.tries > 0 ? Stage::kInDoubt : Stage::kFresh;
      anew.condition = item.condition;
      if (anew.condition && !anew.condition->exists) {
        anew.condition->version = 0;
      }
      const auto found = known_.find(NameOf(active.exchange, item.operation));
      if (found != known_.end()) {
        anew.known = found->second;
      }
      item = std::move(anew);
    }
  }
}

void Replayer::Run() {
  constexpr size_t kWindow = 6;
  for (size_t step = 0; first_open_ < items_.size(); ++step) {
    if (step > 40 * items_.size()) {
      network_.Calm();
    }
    const auto dice = random_() % 100;
    if (dice < 8) {
      network_.DeliverLate();
    } else if (dice < 9) {
      target_.Restart();
    } else if (dice < 11) {
      Crash();
    } else if (dice < 50 || active_.empty()) {
      Start(std::min(first_open_ + random_() % kWindow, items_.size() - 1));
    } else {
      Advance(random_() % active_.size());
    }
    while (first_open_ < items_.size() && std::ranges::none_of(items_[first_open_], &Item::open)) {
      ++first_open_;
    }
  }
}

}  // namespace trafrec::guard
