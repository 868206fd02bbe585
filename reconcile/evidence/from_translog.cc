#include "reconcile/evidence/from_translog.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "reconcile/history/sights.h"
#include "reconcile/translog/shard_folders.h"
#include "reconcile/translog/translog.h"

namespace trafrec::reconcile {
namespace {

/// Numbers with their documents, as answers named them: what tells an index without its UUID.
class NamedNumbers {
 public:
  explicit NamedNumbers(const History& history) {
    for (const Write& write : history.writes) {
      indices_[KeyOf(write.seq_no, write.document.id)].insert(
          history.IndexBehind(write.document.index));
    }
  }

  /// Whose number it is; null: nobody's.
  const std::set<std::string>* Of(const TranslogOperation& operation) const {
    const auto found = indices_.find(KeyOf(operation.seq_no, operation.id));
    return found == indices_.end() ? nullptr : &found->second;
  }
  bool Of(const std::string& index, int64_t seq_no, const std::string& id) const {
    const auto found = indices_.find(KeyOf(seq_no, id));
    return found != indices_.end() && found->second.contains(index);
  }

 private:
  static std::string KeyOf(int64_t seq_no, std::string_view id) {
    return fmt::format("{}/{}", seq_no, id);
  }

  std::unordered_map<std::string, std::set<std::string>> indices_;
};

/// Its index is told later.
Sight SightOf(const TranslogOperation& operation, TimeNs until) {
  Sight sight;
  sight.document = {"", std::string(operation.id), std::string(operation.routing)};
  sight.at.until = until;
  sight.present = operation.kind == TranslogKind::kIndex;
  sight.version = operation.version;
  sight.seq_no = operation.seq_no;
  sight.primary_term = operation.primary_term;
  sight.text.assign(operation.source);
  TakeSource(operation.source, true, sight);
  return sight;
}

/// The index that most of a shard's named numbers belong to; "" if none does.
std::string NameByVotes(const std::map<std::string, uint64_t>& votes) {
  const auto most =
      std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return most == votes.end() ? "" : most->first;
}

/// The name that the log gives the index of that UUID; "" if it does not say.
std::string NameByUuid(const History& history, const std::string& uuid) {
  for (const IndexSettings& settings : history.settings) {
    if (settings.uuid == uuid) {
      return settings.name;
    }
  }
  return "";
}

}  // namespace

Result<TranslogEvidence> AddTranslogs(const std::filesystem::path& data_path, History& history) {
  TRY_ASSIGN(const std::vector<ShardFolder> folders, FindShards(data_path));
  const NamedNumbers named(history);
  TranslogEvidence evidence;
  for (const ShardFolder& folder : folders) {
    std::vector<Sight> sights;
    std::vector<Filler> fillers;
    std::map<std::string, uint64_t> votes;
    TRY_ASSIGN(const TranslogReport report,
               ReadTranslog(folder.translog, [&](const TranslogOperation& operation) -> Status {
                 if (const auto* indices = named.Of(operation)) {
                   for (const std::string& index : *indices) {
                     ++votes[index];
                   }
                 }
                 if (operation.kind == TranslogKind::kNoOp) {
                   fillers.push_back({"", folder.shard, operation.seq_no});
                 } else {
                   sights.push_back(SightOf(operation, history.until));
                 }
                 return {};
               }));
    std::string index = NameByUuid(history, folder.index_uuid);
    index = index.empty() ? NameByVotes(votes) : index;
    if (index.empty()) {
      continue;  // not one of the log's
    }
    ++evidence.shards;
    evidence.operations += sights.size();
    history.settings.push_back({.name = index, .uuid = folder.index_uuid});
    for (Sight& sight : sights) {
      sight.document.index = index;
      if (named.Of(index, *sight.seq_no, sight.document.id)) {
        sight.text.clear();  // the log has it
      }
      sight.shard = folder.shard;
      history.tokens.AddSight(history, sight);
      sight.tokens.clear();
      history.sights.push_back(std::move(sight));
    }
    for (Filler& filler : fillers) {
      filler.index = index;
      history.fillers.push_back(std::move(filler));
    }
    for (const TranslogDamage& damage : report.damages) {
      evidence.notes.push_back(
          fmt::format("{}: what is in it from there on is not known", InWords(damage)));
    }
    if (report.retired > 0) {
      evidence.notes.push_back(
          fmt::format("{}: {} older files were not needed by the source any more and were not read",
                      folder.translog.string(), report.retired));
    }
  }
  if (evidence.shards == 0) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("none of the {} shards in {} is of an index of this log",
                            folders.size(), data_path.string()),
                "give the data folder of the node that was recorded, or a copy of it");
  }
  history.tokens.Take(history);
  return evidence;
}

}  // namespace trafrec::reconcile
