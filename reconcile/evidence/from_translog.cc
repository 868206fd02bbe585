#include "reconcile/evidence/from_translog.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "reconcile/evidence/shard_journal.h"
#include "reconcile/evidence/stored_state.h"
#include "reconcile/translog/index_state.h"
#include "reconcile/translog/node_state.h"
#include "reconcile/translog/shard_folders.h"

namespace trafrec::reconcile {
namespace {

/// What answers name of each number: in several indices, it may be several documents.
class NamedNumbers {
 public:
  explicit NamedNumbers(const History& history)
      : history_(history), strays_(history.StrayWrites()) {
    for (const Write& write : history.writes) {
      writes_.emplace(write.seq_no, &write);
    }
  }

  /// How many of a shard's numbers answers name, by index.
  std::map<std::string, uint64_t> VotesFor(const ShardJournal& journal) const {
    std::map<std::string, uint64_t> votes;
    for (const auto& [seq_no, entry] : journal.entries()) {
      Each(seq_no, [&](const Write& write) {
        if (write.document.id == entry.id && write.primary_term == entry.term) {
          ++votes[history_.IndexBehind(write.document.index)];
        }
      });
    }
    return votes;
  }

  /// The numbers of a shard that answers name. Nothing: they contradict it, so that it is of
  /// another index. Where they name a later term, the copy was left behind, and is cut.
  std::optional<std::set<int64_t>> Among(const std::string& index, const IndexSettings& settings,
                                         ShardJournal& journal) const {
    std::set<int64_t> named;
    std::optional<int64_t> left_behind;
    bool contradicted = false;
    const uint32_t shard = journal.folder().shard;
    for (const auto& [seq_no, entry] : journal.entries()) {
      Each(seq_no, [&](const Write& write) {
        if (history_.IndexBehind(write.document.index) != index) {
          return;
        }
        if (write.document.id == entry.id && write.primary_term == entry.term) {
          // What a stray answer names may have to be written as the journal has it.
          if (!strays_.contains(write.at)) {
            named.insert(seq_no);
          }
        } else if (IsIn(write.document, settings, shard)) {
          contradicted = contradicted || write.primary_term <= entry.term;
          left_behind = left_behind ? left_behind : seq_no;
        }
      });
    }
    if (contradicted) {
      return std::nullopt;
    }
    AddRuns(index, journal, named);
    if (left_behind) {
      journal.CutAt(*left_behind);
    }
    return named;
  }

  /// Whether answers name numbers of a shard behind all that its copies have.
  bool GoBeyond(const std::string& index, const IndexSettings& settings,
                const ShardJournal& journal) const {
    const int64_t last = journal.entries().empty() ? -1 : journal.entries().rbegin()->first;
    return std::ranges::any_of(history_.writes, [&](const Write& write) {
      return write.seq_no > last && history_.IndexBehind(write.document.index) == index &&
             IsIn(write.document, settings, journal.folder().shard);
    });
  }

 private:
  /// Of a long log, which does not keep all writes.
  void AddRuns(const std::string& index, const ShardJournal& journal,
               std::set<int64_t>& named) const {
    for (const IndexNumbers& numbers : history_.numbers) {
      const uint32_t shard = journal.folder().shard;
      if (numbers.index == index && shard < numbers.shards.size()) {
        for (const auto& [seq_no, entry] : journal.entries()) {
          if (numbers.shards[shard].Has(seq_no)) {
            named.insert(seq_no);
          }
        }
      }
    }
  }

  template <typename Visit>
  void Each(int64_t seq_no, const Visit& visit) const {
    const auto [begin, end] = writes_.equal_range(seq_no);
    for (auto at = begin; at != end; ++at) {
      visit(*at->second);
    }
  }

  bool IsIn(const DocumentName& document, const IndexSettings& settings, uint32_t shard) const {
    const auto routing = RoutingOf(settings, history_.product);
    return routing && ShardOf(routing->routing, document.id, document.routing) == shard;
  }

  const History& history_;
  const std::set<store::OperationAddress> strays_;
  std::unordered_multimap<int64_t, const Write*> writes_;
};

/// The index that most of a shard's named numbers belong to; "" if none does.
std::string NameByVotes(const std::map<std::string, uint64_t>& votes) {
  const auto most =
      std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return most == votes.end() ? "" : most->first;
}

class TranslogAdder {
 public:
  explicit TranslogAdder(History& history) : history_(history), named_(history) {
    for (const Question& question : history.questions) {
      asked_.insert(history.IndexBehind(question.document.index));
    }
    for (const Write& write : history.writes) {
      asked_.insert(history.IndexBehind(write.document.index));
    }
    for (const IndexEvent& event : history.events) {
      asked_.insert(event.name);  // all that wrote to it may have been lost
    }
    for (const ByQueryRun& run : history.by_query) {
      for (const std::string& name : run.indices) {
        asked_.insert(history.IndexBehind(name));
      }
    }
  }

  Status Add(std::vector<ShardFolder> copies) {
    TRY_ASSIGN(ShardJournal journal, ShardJournal::Read(std::move(copies)));
    TRY_ASSIGN(const IndexSettings settings, SettingsOf(journal));
    const std::string& index = settings.name;
    if (index.empty()) {
      return {};  // not one of the log's
    }
    const auto named = named_.Among(index, settings, journal);
    if (!named) {
      if (LivedTwice(index)) {
        made_anew_ = true;
      } else {
        strange_.insert(journal.folder().node());
      }
      AddNote(index, fmt::format("{}: answers name other operations of {}: it is of an index that "
                                 "was there before or later under that name, and was not read",
                                 journal.folder().translog.string(), index));
      return {};
    }
    ++evidence_.shards;
    early_ = early_ || named_.GoBeyond(index, settings, journal);
    added_.push_back(settings);
    history_.names.IsIndex(index);
    if (const TimeNs at = journal.copied_at(); at > 0 && settings.made_at) {
      history_.index_lives.sights.push_back({index, true, {at, at}, settings.made_at});
    }
    for (const auto& [seq_no, entry] : journal.entries()) {
      if (entry.kind == TranslogKind::kNoOp) {
        history_.fillers.push_back({index, journal.folder().shard, seq_no});
      }
    }
    TRY_ASSIGN(std::vector<Sight> sights, journal.Sights(*named));
    evidence_.operations += sights.size();
    for (Sight& sight : sights) {
      sight.document.index = index;
      sights_.push_back(std::move(sight));
    }
    if (auto span = journal.Span()) {
      span->index = index;
      history_.journals.push_back(std::move(*span));
    }
    for (const std::string& note : journal.notes()) {
      AddNote(index, note);
    }
    return {};
  }

  /// Answers name numbers that a shard's copies do not have yet.
  bool early() const { return early_; }

  /// One was of an index that the log shows to have been made anew.
  bool made_anew() const { return made_anew_; }

  /// Leaves out the copies of which answers contradict a journal though the log does not show that
  /// its index was made anew: they are of another cluster or another time, and so is the state
  /// beside.
  void LeaveOutStrange(std::vector<ShardFolder>& folders) const {
    std::erase_if(folders,
                  [&](const ShardFolder& folder) { return strange_.contains(folder.node()); });
  }

  TranslogEvidence Finish() {
    std::ranges::move(sights_, std::back_inserter(history_.sights));
    std::ranges::move(added_, std::back_inserter(history_.settings));
    // Others may have written after the log's end.
    history_.lost.push_back({.ran = {history_.until, std::numeric_limits<TimeNs>::max()},
                             .answered = true,
                             .after_log = true});
    return std::move(evidence_);
  }

 private:
  bool LivedTwice(const std::string& index) const {
    return std::ranges::any_of(history_.events, [&](const IndexEvent& event) {
      return event.what == IndexEvent::What::kRemoved &&
             (event.name == index || event.name.find('*') != std::string::npos);
    });
  }

  void AddNote(const std::string& index, std::string words) {
    evidence_.notes.push_back(
        {.about = Note::About::kJournal, .index = index, .words = std::move(words)});
  }

  /// With the name that the log gives that index; "": it is none of the log's.
  Result<IndexSettings> SettingsOf(const ShardJournal& journal) const {
    const ShardFolder& folder = journal.folder();
    IndexSettings settings{.uuid = folder.index_uuid};
    auto stated = ReadIndexFolder(folder.translog.parent_path().parent_path());
    if (stated && stated->uuid == folder.index_uuid) {
      settings = std::move(*stated);
    }
    for (const IndexSettings& known : history_.settings) {
      if (known.uuid == folder.index_uuid) {
        settings.name = known.name;
      }
    }
    if (settings.name.empty()) {
      settings.name = NameByVotes(named_.VotesFor(journal));
    }
    for (const IndexSettings& known : history_.settings) {
      if (known.name == settings.name && (known.uuid.empty() || known.uuid == settings.uuid)) {
        settings.shards = settings.shards ? settings.shards : known.shards;
        settings.routing_shards =
            settings.routing_shards ? settings.routing_shards : known.routing_shards;
        settings.partition_size =
            settings.partition_size ? settings.partition_size : known.partition_size;
      }
    }
    if (!asked_.contains(settings.name)) {
      settings.name.clear();
    }
    return settings;
  }

  History& history_;
  const NamedNumbers named_;
  std::set<std::string> asked_;
  TranslogEvidence evidence_;
  std::vector<Sight> sights_;
  std::vector<IndexSettings> added_;
  std::set<std::filesystem::path> strange_;  ///< data folders of nodes
  bool early_ = false;
  bool made_anew_ = false;
};

/// Leaves out the copies whose state says that they are of another cluster than the log's.
void LeaveOutOtherClusters(const History& history, std::vector<ShardFolder>& folders,
                           std::vector<Note>& notes) {
  std::map<std::filesystem::path, bool> others;
  for (const ShardFolder& folder : folders) {
    const std::filesystem::path node = folder.node();
    const auto [at, is_new] = others.try_emplace(node, false);
    if (!is_new || history.cluster_uuid.empty() || node.empty()) {
      continue;
    }
    const auto state = ReadNodeState(node);
    const std::string uuid = state ? ClusterUuidOf(*state) : "";
    at->second = !uuid.empty() && uuid != history.cluster_uuid;
    if (at->second) {
      notes.push_back({.about = Note::About::kJournal,
                       .words = fmt::format("{} is of another cluster ({}) than the log ({}), and "
                                            "was not read",
                                            node.string(), uuid, history.cluster_uuid)});
    }
  }
  std::erase_if(folders, [&](const ShardFolder& folder) { return others[folder.node()]; });
}

}  // namespace

Result<TranslogEvidence> AddTranslogs(const std::filesystem::path& data_path, History& history) {
  TRY_ASSIGN(std::vector<ShardFolder> folders, FindShards(data_path));
  const size_t found = folders.size();
  std::vector<Note> notes;
  LeaveOutOtherClusters(history, folders, notes);
  if (folders.empty()) {
    return Fail(ErrorCode::kUsage, notes.front().words,
                "give the data folder of the node that was recorded, or a copy of it");
  }
  std::map<std::pair<std::string, uint32_t>, std::vector<ShardFolder>> shards;
  for (const ShardFolder& folder : folders) {
    shards[{folder.index_uuid, folder.shard}].push_back(folder);
  }
  TranslogAdder adder(history);
  for (auto& [shard, copies] : shards) {
    TRY(adder.Add(std::move(copies)));
  }
  const bool early = adder.early();
  adder.LeaveOutStrange(folders);
  TranslogEvidence evidence = adder.Finish();
  TakePipelines(history);
  std::ranges::move(notes, std::back_inserter(evidence.notes));
  std::ranges::move(AddStoredState(folders, early, history), std::back_inserter(evidence.notes));
  if (evidence.shards == 0 && !adder.made_anew()) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("none of the {} shards in {} is of an index of this log", found,
                            data_path.string()),
                "give the data folder of the node that was recorded, or a copy of it");
  }
  return evidence;
}

}  // namespace trafrec::reconcile
