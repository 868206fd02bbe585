#include "reconcile/model/index_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "replay/dialect/key.h"
#include "store/reader/exchange_id.h"

namespace trafrec::reconcile {
namespace {

constexpr int32_t kAny = FlowNetwork::kUnbounded;

}  // namespace

IndexModel::IndexModel(const History& history, const IndexHistory& index,
                       const Assumptions& assumptions)
    : history_(history),
      index_(index),
      rules_(history, index, assumptions),
      assumptions_(assumptions) {
  source_ = network_.AddNode();
  sink_ = network_.AddNode();
  others_ = network_.AddNode();
  network_.AddEdge(sink_, source_, 0, kAny);
  network_.AddEdge(source_, others_, 0, kAny);
  AddShards();
  AddSlots();
  AddQuestions();
  AddByQuery();
  AddRefused();
  AddLoose();
  for (const LostTraffic& lost : history_.lost) {
    // What was sent before the index was there made it, or was refused at once.
    if (!index_.made_in_log || lost.sent_by >= index_.made_at) {
      AddLost(lost.ran, lost.most, std::nullopt);
    }
  }
  for (uint32_t shard = 0; shard < index_.shards.size(); ++shard) {
    for (const Span& term : index_.shards[shard].new_terms) {
      AddLost(term, std::nullopt, shard);
    }
  }
}

void IndexModel::AddShards() {
  for (const Shard& shard : index_.shards) {
    ShardNodes& nodes = shards_.emplace_back();
    for (const Hole& hole : shard.holes) {
      nodes.holes.push_back({.hole = hole, .node = network_.AddNode()});
      network_.AddEdge(nodes.holes.back().node, sink_, 1, 1);
    }
    nodes.above = network_.AddNode();
    nodes.above_from = shard.above_from;
    network_.AddEdge(nodes.above, sink_, 0, kAny);
  }
}

/// Stretches that hold something for certain, and all of the documents in question.
void IndexModel::AddSlots() {
  slots_.resize(index_.shards.size());
  for (const Document& document : index_.documents) {
    for (const Slot& slot : document.slots) {
      if (slot.least > 0 || !document.questions.empty()) {
        const Node node = network_.AddNode();
        network_.AddEdge(source_, node, slot.least, slot.most);
        slots_[document.shard].push_back({&slot, node});
      }
    }
  }
}

/// Edges from an operation to the numbers that it may have taken.
void IndexModel::AddNumbers(Node from, uint32_t number, const Span& ran, int64_t above,
                            int64_t below, int32_t above_most, Asked* asked, bool known) {
  ShardNodes& shard = shards_[number];
  const auto first = std::ranges::upper_bound(
      shard.holes, above, {}, [](const HoleNode& node) { return node.hole.seq_no; });
  for (auto at = first; at != shard.holes.end() && at->hole.seq_no < below; ++at) {
    if (!at->hole.ran.Meets(ran)) {
      continue;
    }
    const Edge edge = network_.AddEdge(from, at->node, 0, 1);
    if (known) {
      at->known.push_back(edge);
    }
    if (asked != nullptr) {
      asked->numbers.push_back({edge, {number, at->hole.seq_no}});
    }
  }
  if (ran.until >= shard.above_from && below == std::numeric_limits<int64_t>::max()) {
    network_.AddEdge(from, shard.above, 0, above_most);
  }
}

void IndexModel::AddQuestions() {
  for (const Document& document : index_.documents) {
    for (const size_t number : document.questions) {
      const Question& question = history_.questions[number];
      const OpenRequest& request = history_.requests[question.request];
      Asked& asked = asked_[number];
      const Node in = network_.AddNode();
      const Node out = network_.AddNode();
      asked.question = number;
      asked.edge = network_.AddEdge(in, out, question.status_seen ? 1 : 0, 1);
      int64_t above = std::numeric_limits<int64_t>::max();
      int64_t below = -1;
      for (const SlotNode& slot : slots_[document.shard]) {
        if (&index_.documents[slot.slot->document] == &document &&
            rules_.MayRun(number, *slot.slot)) {
          network_.AddEdge(slot.node, in, 0, 1);
          above = std::min(above, slot.slot->above);
          below = std::max(below, slot.slot->below);
        }
      }
      AddNumbers(out, document.shard, request.runs, above, below, 1, &asked, true);
    }
  }
  for (const size_t number : index_.questions) {
    const Question& question = history_.questions[number];
    if (!asked_.contains(number)) {
      Asked& asked = asked_[number];
      asked.question = number;
      const Node in = network_.AddNode();
      const Node out = network_.AddNode();
      asked.edge = network_.AddEdge(in, out, question.status_seen ? 1 : 0, 1);
      AddAutomatic(asked, in);
      for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
        AddNumbers(out, shard, history_.requests[question.request].runs, -1,
                   std::numeric_limits<int64_t>::max(), 1, &asked, true);
      }
    }
  }
}

/// A document whose id nobody saw being given may be one that only reads show.
void IndexModel::AddAutomatic(Asked& asked, Node in) {
  const Question& question = history_.questions[asked.question];
  const OpenRequest& request = history_.requests[question.request];
  network_.AddEdge(source_, in, 0, 1);
  for (const std::vector<SlotNode>& slots : slots_) {
    for (const SlotNode& node : slots) {
      const Slot& slot = *node.slot;
      const bool first = slot.above < 0 || slot.before == Presence::kAbsent;
      const bool same = !slot.leaves || question.change.how != Change::How::kReplaces ||
                        Includes(*slot.leaves, question.change.fields);
      if (first && same && slot.least > 0 && slot.ran.Meets(request.runs) &&
          index_.documents[slot.document].questions.empty()) {
        network_.AddEdge(node.node, in, 0, 1);
      }
    }
  }
}

bool IndexModel::Covers(const ByQueryRun& run) const {
  return run.indices.empty() || std::ranges::any_of(run.indices, [&](const std::string& name) {
           return dialect::NamesMeet(history_.IndexBehind(name), index_.name) || name == "_all";
         });
}

/// How many documents that have no node in the network it may have found: those that answers name,
/// and those that nobody saw being made.
int32_t IndexModel::OthersFoundBy(const ByQueryRun& run) const {
  if (!index_.made_in_log || run.makes) {
    return kAny;
  }
  int64_t found = 0;
  for (const LostTraffic& lost : history_.lost) {
    if (lost.ran.from <= run.ran.until && lost.sent_by >= index_.made_at) {
      if (!lost.most) {
        return kAny;
      }
      found += *lost.most;
    }
  }
  for (const ByQueryRun& other : history_.by_query) {
    if (other.makes && other.ran.from <= run.ran.until) {
      return kAny;
    }
  }
  for (const size_t question : index_.questions) {
    found += history_.questions[question].automatic_id ? 1 : 0;
  }
  for (const Document& document : index_.documents) {
    const bool has_node = !document.questions.empty();
    for (const Slot& slot : document.slots) {
      if (!has_node && slot.least == 0 && rules_.MayRun(run, slot)) {
        ++found;
        break;
      }
    }
  }
  return static_cast<int32_t>(std::min<int64_t>(found, kAny));
}

void IndexModel::AddByQuery() {
  for (const ByQueryRun& run : history_.by_query) {
    const bool refused = run.request && history_.requests[*run.request].wire != WireProof::kNone;
    if (!Covers(run) || run.writes == 0 || refused) {
      continue;
    }
    const int32_t others = OthersFoundBy(run);
    const int32_t most =
        run.writes ? static_cast<int32_t>(std::min<int64_t>(*run.writes, kAny)) : kAny;
    // All of its numbers are this index's, if it names no other.
    const bool whole = run.writes && run.indices.size() == 1 &&
                       history_.IndexBehind(run.indices.front()) == index_.name;
    const Node in = network_.AddNode();
    const Node out = network_.AddNode();
    network_.AddEdge(in, out, whole ? most : 0, most);
    network_.AddEdge(others_, in, 0, others);
    for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
      for (const SlotNode& slot : slots_[shard]) {
        if (rules_.MayRun(run, *slot.slot)) {
          network_.AddEdge(slot.node, in, 0, 1);
        }
      }
      AddNumbers(out, shard, run.ran, -1, std::numeric_limits<int64_t>::max(), kAny, nullptr, true);
    }
  }
}

void IndexModel::AddRefused() {
  for (const Write& refused : history_.refused) {
    const auto shard = ShardOf(index_.routing, refused.document.id, refused.document.routing);
    if (history_.IndexBehind(refused.document.index) == index_.name && shard) {
      const Node node = network_.AddNode();
      network_.AddEdge(source_, node, 0, 1);
      AddNumbers(node, *shard, refused.ran, -1, std::numeric_limits<int64_t>::max(), 1, nullptr,
                 true);
    }
  }
}

/// An answer without its request names a number; only in which shard it lies is not known.
void IndexModel::AddLoose() {
  for (const Write& write : history_.loose) {
    if (history_.IndexBehind(write.document.index) != index_.name) {
      continue;
    }
    const Node node = network_.AddNode();
    network_.AddEdge(source_, node, 0, 1);
    for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
      AddNumbers(node, shard, write.ran, write.seq_no - 1, write.seq_no + 1, 1, nullptr, true);
    }
    for (const std::vector<SlotNode>& slots : slots_) {
      for (const SlotNode& slot : slots) {
        if (index_.documents[slot.slot->document].id == write.document.id &&
            slot.slot->above < write.seq_no && write.seq_no < slot.slot->below) {
          network_.AddEdge(slot.node, node, 0, 1);
        }
      }
    }
  }
}

void IndexModel::AddLost(const Span& ran, std::optional<int32_t> most,
                         std::optional<uint32_t> only) {
  const Node in = network_.AddNode();
  const Node out = network_.AddNode();
  network_.AddEdge(in, out, 0, most.value_or(kAny));
  network_.AddEdge(others_, in, 0, kAny);
  for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
    if (only && *only != shard) {
      continue;
    }
    for (const SlotNode& slot : slots_[shard]) {
      if (slot.slot->ran.Meets(ran)) {
        network_.AddEdge(slot.node, in, 0, kAny);
      }
    }
    AddNumbers(out, shard, ran, -1, std::numeric_limits<int64_t>::max(), kAny, nullptr, false);
  }
}

bool IndexModel::Decide() {
  for (auto& [number, asked] : asked_) {
    const Question& question = history_.questions[number];
    const OpenRequest& request = history_.requests[question.request];
    if (request.wire != WireProof::kNone) {
      Set(asked, Decision::kNotCommitted, request.wire_words);
    } else if (question.fit == Fit::kRefused) {
      Set(asked, Decision::kNotCommitted, "the index's mapping does not take its source");
    } else if (question.status_seen) {
      Set(asked, Decision::kCommitted, "its answer's status says so");
    } else if (question.shown_by) {
      Set(asked, Decision::kCommitted,
          fmt::format("{} shows a text that no other operation wrote",
                      store::FormatExchangeId(*question.shown_by)));
    }
  }
  if (!network_.Solve()) {
    unrecorded_ = true;
    AddLost({}, std::nullopt, std::nullopt);
    if (!network_.Solve()) {
      return false;
    }
  }
  return Settle();
}

/// Until nothing follows any more.
bool IndexModel::Settle() {
  bool changed = true;
  while (changed) {
    changed = TakeDecided();
    changed = TakeFates() || changed;
    if (!network_.Solve()) {
      return false;
    }
  }
  return true;
}

bool IndexModel::Set(Asked& asked, Decision decision, std::string words) {
  if (asked.decision != Decision::kOpen) {
    return false;
  }
  asked.decision = decision;
  asked.words = std::move(words);
  const int32_t value = decision == Decision::kCommitted ? 1 : 0;
  network_.SetBounds(asked.edge, value, value);
  return true;
}

bool IndexModel::TakeDecided() {
  if (!network_.Solve()) {
    return false;
  }
  const std::vector<uint32_t> components = network_.Components();
  bool changed = false;
  for (auto& [number, asked] : asked_) {
    if (asked.decision == Decision::kOpen && network_.IsFixed(asked.edge, components)) {
      const bool committed = network_.flow(asked.edge) == 1;
      changed |= Set(asked, committed ? Decision::kCommitted : Decision::kNotCommitted,
                     committed ? "every history that fits the versions and numbers has it"
                               : "no history that fits the versions and numbers has it");
    }
  }
  return changed;
}

std::vector<IndexModel::Asked*> IndexModel::AskedOf(const OpenRequest& request) {
  std::vector<Asked*> result;
  for (const size_t question : request.questions) {
    if (const auto found = asked_.find(question); found != asked_.end()) {
      result.push_back(&found->second);
    }
  }
  return result;
}

bool IndexModel::MustCommit(const Asked& asked) const {
  const Question& question = history_.questions[asked.question];
  const auto document = std::ranges::find_if(index_.documents, [&](const Document& each) {
    return std::ranges::find(each.questions, asked.question) != each.questions.end();
  });
  static const Document kNew;
  return rules_.MustCommit(asked.question, document == index_.documents.end() ? kNew : *document) &&
         (document != index_.documents.end() || question.automatic_id);
}

/// One request, one fate: what of it must have been committed was, or nothing was.
bool IndexModel::TakeFates() {
  bool changed = false;
  for (const OpenRequest& request : history_.requests) {
    if (request.wire == WireProof::kNone) {
      changed = Probe(request) || changed;
    }
  }
  return changed;
}

bool IndexModel::Probe(const OpenRequest& request) {
  std::vector<Asked*> open;
  std::vector<Asked*> must;
  bool carried_out = assumptions_.carried_out;
  bool left_out = false;
  for (Asked* asked : AskedOf(request)) {
    carried_out = carried_out || asked->decision == Decision::kCommitted;
    const bool needed = MustCommit(*asked);
    left_out = left_out || (needed && asked->decision == Decision::kNotCommitted);
    if (asked->decision == Decision::kOpen) {
      open.push_back(asked);
      if (needed) {
        must.push_back(asked);
      }
    }
  }
  if (open.empty()) {
    return false;
  }
  const auto bounds = [](const std::vector<Asked*>& which, int32_t value) {
    std::vector<std::pair<Edge, int32_t>> fixed;
    for (const Asked* asked : which) {
      fixed.emplace_back(asked->edge, value);
    }
    return fixed;
  };
  const bool can_be_carried_out = !left_out && IsFeasible(bounds(must, 1));
  const bool can_be_left_out = !carried_out && IsFeasible(bounds(open, 0));
  bool changed = false;
  if (!can_be_carried_out && can_be_left_out) {
    for (Asked* asked : open) {
      changed |= Set(*asked, Decision::kNotCommitted,
                     "its request was not carried out: no history that fits has all of it");
    }
  } else if (can_be_carried_out && !can_be_left_out) {
    for (Asked* asked : must) {
      changed |= Set(*asked, Decision::kCommitted,
                     assumptions_.carried_out
                         ? "its request reached the source whole"
                         : "its request was carried out: every history that fits has a part of it");
    }
  }
  return changed && network_.Solve();
}

bool IndexModel::IsFeasible(const std::vector<std::pair<Edge, int32_t>>& fixed) {
  if (fixed.empty()) {
    return true;
  }
  const std::vector<int32_t> flows = network_.Flows();
  std::vector<std::pair<int32_t, int32_t>> bounds;
  for (const auto& [edge, value] : fixed) {
    bounds.emplace_back(network_.lower(edge), network_.upper(edge));
    network_.SetBounds(edge, value, value);
  }
  const bool feasible = network_.Solve();
  for (size_t i = 0; i < fixed.size(); ++i) {
    network_.SetBounds(fixed[i].first, bounds[i].first, bounds[i].second);
  }
  network_.SetFlows(flows);
  return feasible;
}

Decision IndexModel::DecisionOf(size_t question) const {
  const auto found = asked_.find(question);
  return found == asked_.end() ? Decision::kOpen : found->second.decision;
}

std::string IndexModel::WordsFor(size_t question) const {
  const auto found = asked_.find(question);
  return found == asked_.end() ? "" : found->second.words;
}

std::optional<std::pair<uint32_t, int64_t>> IndexModel::NumberOf(size_t question) const {
  const auto found = asked_.find(question);
  if (found != asked_.end()) {
    for (const auto& [edge, number] : found->second.numbers) {
      if (network_.flow(edge) == 1) {
        return number;
      }
    }
  }
  return std::nullopt;
}

std::vector<Hole> IndexModel::Unexplained(uint32_t shard) const {
  const std::vector<uint32_t> components = network_.Components();
  std::vector<Hole> holes;
  for (const HoleNode& node : shards_[shard].holes) {
    const bool explained = std::ranges::any_of(node.known, [&](Edge edge) {
      return network_.flow(edge) > 0 || !network_.IsFixed(edge, components);
    });
    if (!explained) {
      holes.push_back(node.hole);
    }
  }
  return holes;
}

}  // namespace trafrec::reconcile
