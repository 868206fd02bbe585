// Problem: for each operation, find those that must have ended before it is sent, among all that
// the log had before, in bounded memory, and with few edges where one search follows a thousand
// writes.
//
// Approach: operations are remembered by what they touch (access_map.h), at each place in the order
// of their answers (chain.h). A new operation asks each place that its keys meet for all that was
// answered before it began, and gets one node that stands for them (graph.h). What is found depends
// on the log alone; what has ended meanwhile costs nothing. A place that nobody touched for a whole
// window is forgotten: whatever happened there has ended, because no operation is further ahead of
// the oldest open one than the window.
//
// Sequence numbers may say that an operation waits for one that began later. So what has one is
// held back until all operations are known that began before its answer: what committed before it
// must have begun by then (document_order.h). The same holds for what bears a label.
//
// Rejected: edges between operations only. A search over an index would have as many as the index
// has writes in the window, and the next search the same again.

#include "replay/order/scheduler.h"

#include <algorithm>

#include "base/check.h"

namespace trafrec::order {

using dialect::Key;
using dialect::Scope;

namespace {

bool IsDocument(const Key& key) { return key.scope == Scope::kDocument && !key.id.empty(); }

/// Of a document whose id is known.
bool IsWrittenDocument(const Key& key) { return key.write && IsDocument(key); }

std::string PlaceOf(const Key& key) { return key.name + '\0' + key.id; }

/// Answers that a place keeps one by one, before it takes together those that nobody can tell apart
/// any more.
constexpr size_t kFoldAt = 1'024;

/// Of those that bear a label, so many are let wait for what comes before them: as many as large
/// bulks of many clients hold.
constexpr size_t kLabelled = 65'536;
/// And so many are tried, until one may go before what comes after them.
constexpr size_t kTried = 4;

}  // namespace

uint64_t Scheduler::Add(const SourceOperation& operation) {
  CHECK(HasRoom());
  CHECK(!options_.one_clock || operation.clock == 0);
  OpenGates(operation.began_at);
  std::vector<NodeRef>& earlier = earlier_;
  earlier.clear();
  FindEarlier(operation, earlier);

  Committed* const committed = CommittedOf(operation);
  const Times times{operation.began_at, operation.answered_at, operation.clock};
  later_.clear();
  if (committed != nullptr) {
    committed->order.Find(*operation.commit, times, options_.clock_error_ns, earlier, later_);
  }
  FindAfter(operation, earlier);

  const uint64_t number = next_++;
  const bool may_come_late = committed != nullptr || !operation.labels.empty();
  const bool gated = may_come_late && operation.answered_at.has_value();
  const NodeRef node = graph_.AddOperation(number, earlier, gated);
  digest_ = Mixed(digest_, node.digest);
  ended_.push_back(false);
  ++held_;
  if (gated) {
    gates_.push({*operation.answered_at + options_.clock_error_ns, number});
  }
  for (const uint64_t later : later_) {
    digest_ = Mixed(digest_, later);
    unordered_ += graph_.AddEdge(number, later) ? 0 : 1;
  }
  LetWait(operation, times, node);
  if (committed != nullptr) {
    committed->order.Add(*operation.commit, times, node, options_.clock_error_ns, graph_);
    committed->order.Forget(number - std::min(number, options_.window));
    committed->touched = number;
  }
  RememberInRequest(operation, node);
  Remember(operation, node);
  Forget();
  return number;
}

void Scheduler::FindEarlier(const SourceOperation& operation, std::vector<NodeRef>& earlier) {
  const TimeNs near = operation.began_at;
  const TimeNs far = operation.began_at - options_.clock_error_ns - 1;
  const auto find_at = [&](Accesses& place, bool write) {
    std::vector<Accesses::ByClock>& clocks = place.All(write);
    for (uint32_t clock = 0; clock < clocks.size(); ++clock) {
      const auto node = clock == operation.clock ? clocks[clock].near.Through(near, graph_)
                        : clocks[clock].far      ? clocks[clock].far->Through(far, graph_)
                                                 : std::nullopt;
      if (node) {
        earlier.push_back(*node);
      }
    }
  };
  own_.clear();
  for (const Key& key : operation.keys) {
    met_.clear();
    // Nobody can have known of what was not answered.
    accesses_.Look(key, next_, met_, operation.answered_at ? &own_ : nullptr);
    for (Accesses* const place : met_) {
      find_at(*place, true);
      if (key.write) {
        find_at(*place, false);
      }
    }
  }
  FindEarlierInRequest(operation, earlier);
  if (earlier.size() < 2) {
    return;
  }
  std::ranges::sort(earlier, {}, &NodeRef::id);
  const auto twice = std::ranges::unique(earlier, {}, &NodeRef::id);
  earlier.erase(twice.begin(), twice.end());
}

/// At the places that FindEarlier came by.
void Scheduler::Remember(const SourceOperation& operation, NodeRef node) {
  const auto add_to = [&](Chain& chain, TimeNs told) {
    chain.Add(*operation.answered_at, node);
    if (chain.waiting() > kFoldAt) {
      chain.Through(told, graph_);
    }
  };
  for (const AccessMap::Own& own : own_) {
    Accesses::ByClock& chains = own.place->Of(own.write, operation.clock);
    add_to(chains.near, operation.began_at);
    if (options_.one_clock) {
      continue;
    }
    if (chains.far == nullptr) {
      chains.far = std::make_unique<Chain>();
    }
    add_to(*chains.far, operation.began_at - options_.clock_error_ns - 1);
  }
}

/// Also of what nobody answered: the source carries a request's operations out one by one.
void Scheduler::FindEarlierInRequest(const SourceOperation& operation,
                                     std::vector<NodeRef>& earlier) {
  if (operation.request != request_) {
    request_ = operation.request;
    in_request_ = {};
  }
  if (in_request_.empty()) {
    return;  // most operations: they are alone, or the first of their request
  }
  for (const Key& key : operation.keys) {
    const auto found = IsWrittenDocument(key) ? in_request_.find(PlaceOf(key)) : in_request_.end();
    if (found != in_request_.end()) {
      earlier.push_back(found->second);
    }
  }
}

void Scheduler::RememberInRequest(const SourceOperation& operation, NodeRef node) {
  if (operation.request == 0) {
    return;
  }
  for (const Key& key : operation.keys) {
    if (IsWrittenDocument(key)) {
      in_request_.insert_or_assign(PlaceOf(key), node);
    }
  }
}

/// One of those that it is said to come after: the first that does not wait for it by its number.
void Scheduler::FindAfter(const SourceOperation& operation, std::vector<NodeRef>& earlier) const {
  for (const uint64_t label : operation.after) {
    const auto found = labels_.find(label);
    if (found == labels_.end()) {
      continue;  // behind the window, so that they have ended
    }
    const std::vector<Labelled::Member>& members = found->second.members;
    const auto first = std::ranges::find_if(
        members.begin(), members.begin() + static_cast<ptrdiff_t>(std::min(members.size(), kTried)),
        [&](const Labelled::Member& each) { return !graph_.Reaches(later_, each.node.id); });
    if (first != members.end()) {
      earlier.push_back(first->node);
    }
  }
}

/// Lets those wait that it is said to come before, unless it waits for them.
void Scheduler::LetWait(const SourceOperation& operation, const Times& times, NodeRef node) {
  for (const uint64_t label : operation.before) {
    const auto found = labels_.find(label);
    if (found == labels_.end()) {
      continue;
    }
    for (const Labelled::Member& each : found->second.members) {
      if (!Precedes(each.times, times, options_.clock_error_ns) &&
          !graph_.Reaches({&each.node.id, 1}, node.id)) {
        digest_ = Mixed(digest_, each.node.id);
        unordered_ += graph_.AddEdge(node.id, each.node.id) ? 0 : 1;
      }
    }
  }
  for (const uint64_t label : operation.labels) {
    const auto [found, is_new] = labels_.try_emplace(label);
    if (is_new) {
      label_ages_.Add(node.id, label);
    }
    found->second.touched = node.id;
    if (found->second.members.size() < kLabelled) {
      found->second.members.push_back({node, times});
    }
  }
}

/// Null: nothing is known of its commit.
Scheduler::Committed* Scheduler::CommittedOf(const SourceOperation& operation) {
  if (!operation.commit) {
    return nullptr;
  }
  const bool reads = operation.commit->what == Commit::What::kRead;
  const auto key = std::ranges::find_if(operation.keys, reads ? IsDocument : IsWrittenDocument);
  if (key == operation.keys.end()) {
    return nullptr;
  }
  const auto [found, is_new] =
      committed_.try_emplace(std::to_string(operation.commit->generation) + '\0' + PlaceOf(*key));
  if (is_new) {
    committed_ages_.Add(next_, &found->first);
  }
  return &found->second;
}

void Scheduler::OpenGates(TimeNs began_at) {
  while (!gates_.empty() && gates_.top().until < began_at) {
    graph_.Open(gates_.top().number);
    gates_.pop();
  }
}

void Scheduler::Close() {
  for (; !gates_.empty(); gates_.pop()) {
    graph_.Open(gates_.top().number);
  }
}

std::optional<uint64_t> Scheduler::Take() {
  const std::optional<uint64_t> number = TakeFree();
  return !number && in_flight_ == 0 ? TakeOldest(HasRoom()) : number;
}

std::optional<uint64_t> Scheduler::TakeFree() {
  const std::optional<uint64_t> number = graph_.Take();
  in_flight_ += number ? 1 : 0;
  return number;
}

std::optional<uint64_t> Scheduler::TakeOldest(bool more) {
  if (held_ == 0 || (more && !gates_.empty())) {
    return std::nullopt;
  }
  // All wait, for each other or for what the window does not reach.
  for (uint64_t number = first_open(); number < next_; ++number) {
    if (graph_.Force(number)) {
      ++unordered_;
      ++in_flight_;
      return graph_.Take();
    }
  }
  return std::nullopt;
}

void Scheduler::End(uint64_t number) {
  CHECK(number >= first_open() && number < next_);
  graph_.End(number);
  ended_[number - first_open()] = true;
  --held_;
  --in_flight_;
  while (!ended_.empty() && ended_.front()) {
    ended_.pop_front();
  }
}

/// A little, of what lies further back than the window.
void Scheduler::Forget() {
  if (next_ < options_.window) {
    return;
  }
  accesses_.Forget(next_, options_.window);
  label_ages_.Look(next_, options_.window, [this](uint64_t label) {
    const auto found = labels_.find(label);
    if (found->second.touched > next_ - options_.window) {
      return false;
    }
    labels_.erase(found);
    return true;
  });
  committed_ages_.Look(next_, options_.window, [this](const std::string* place) {
    const auto found = committed_.find(*place);
    if (found->second.touched > next_ - options_.window) {
      return false;
    }
    committed_.erase(found);
    return true;
  });
}

}  // namespace trafrec::order
