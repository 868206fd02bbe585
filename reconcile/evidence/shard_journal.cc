#include "reconcile/evidence/shard_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>

#include "reconcile/history/sights.h"

namespace trafrec::reconcile {
namespace {

namespace fs = std::filesystem;

/// A copy is as old as the oldest of the files that the source wrote last, if a copy kept their
/// times; else they say when it was made.
TimeNs WrittenAt(const fs::path& folder, const TranslogReport& report) {
  TimeNs at = std::numeric_limits<TimeNs>::max();
  for (const std::string& name : {std::string("translog.ckp"),
                                  fmt::format("translog-{}.tlog", report.checkpoint->generation)}) {
    std::error_code error;
    const auto time = fs::last_write_time(folder / name, error);
    const auto since = fs::file_time_type::clock::to_sys(time).time_since_epoch();
    at = std::min(at, error ? std::numeric_limits<TimeNs>::min()
                            : std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
  }
  return at;
}

}  // namespace

Result<ShardJournal> ShardJournal::Read(std::vector<ShardFolder> copies) {
  ShardJournal journal;
  journal.copies_ = std::move(copies);
  for (const ShardFolder& copy : journal.copies_) {
    TRY(journal.ReadCopy(copy));
  }
  int64_t term = 0;
  std::erase_if(journal.entries_, [&](const auto& entry) {
    term = std::max(term, entry.second.term);
    return entry.second.term < term;
  });
  return journal;
}

Status ShardJournal::ReadCopy(const ShardFolder& copy) {
  std::optional<int64_t> highest;
  const auto read = ReadTranslog(copy.translog, [&](const TranslogOperation& operation) -> Status {
    if (!operation.synced) {
      return {};
    }
    highest = std::max(highest.value_or(-1), operation.seq_no);
    JournalEntry& entry = entries_[operation.seq_no];
    if (operation.primary_term > entry.term) {
      entry = {operation.primary_term, operation.kind, std::string(operation.id)};
    }
    return {};
  });
  if (!read && read.error().code == ErrorCode::kNotFound) {
    notes_.push_back(read.error().what + ": the others are read");
    return {};  // a copy that lacks a shard's files has others'
  }
  TRY(read);
  const TranslogReport& report = *read;
  if (report.checkpoint) {
    copied_at_ = std::max(copied_at_, WrittenAt(copy.translog, report));
  }
  if (highest && *highest >= entries_.rbegin()->first) {
    whole_ = report.whole() && report.unsynced == 0 && !report.torn_tail;
    until_ = report.checkpoint ? WrittenAt(copy.translog, report) : until_;
  }
  for (const TranslogDamage& damage : report.damages) {
    notes_.push_back(fmt::format("{}, {}: what is in it from there on is not known",
                                 copy.translog.string(), InWords(damage)));
  }
  if (report.retired > 0) {
    notes_.push_back(
        fmt::format("{}: {} older files were not needed by the source any more and were not read",
                    copy.translog.string(), report.retired));
  }
  return {};
}

void ShardJournal::CutAt(int64_t seq_no) {
  entries_.erase(entries_.lower_bound(seq_no), entries_.end());
  whole_ = false;
}

std::optional<Journal> ShardJournal::Span() const {
  if (entries_.empty()) {
    return std::nullopt;
  }
  const int64_t first = entries_.begin()->first;
  const int64_t last = entries_.rbegin()->first;
  if (last - first + 1 != static_cast<int64_t>(entries_.size())) {
    return std::nullopt;
  }
  return Journal{.shard = copies_.front().shard,
                 .first = first,
                 .last = last,
                 .until = whole_ ? until_ : std::numeric_limits<TimeNs>::min()};
}

bool ShardJournal::Stays(const TranslogOperation& operation) const {
  const auto entry = entries_.find(operation.seq_no);
  return operation.synced && operation.kind != TranslogKind::kNoOp && entry != entries_.end() &&
         entry->second.term == operation.primary_term && entry->second.id == operation.id;
}

Result<std::vector<Sight>> ShardJournal::Sights(const std::set<int64_t>& named) const {
  // Sources are kept of unnamed operations and of those right before them, and no others.
  std::set<int64_t> needed;
  std::unordered_map<std::string, int64_t> last_of;
  // -1: the document had not been there. Nothing of those before which a number is missing.
  std::map<int64_t, int64_t> before;
  bool from_first = true;
  int64_t next = 0;
  for (const auto& [seq_no, entry] : entries_) {
    if (seq_no != next) {
      from_first = false;
      last_of.clear();
    }
    next = seq_no + 1;
    if (entry.kind == TranslogKind::kNoOp) {
      continue;
    }
    const auto [last, is_first] = last_of.try_emplace(entry.id, -1);
    if (!named.contains(seq_no)) {
      needed.insert({seq_no, last->second});
      if (!is_first || from_first) {
        before[seq_no] = last->second;
      }
    }
    last->second = seq_no;
  }
  std::map<int64_t, Sight> sights;
  std::unordered_map<int64_t, std::string> sources;
  for (const ShardFolder& copy : copies_) {
    const auto read =
        ReadTranslog(copy.translog, [&](const TranslogOperation& operation) -> Status {
          if (!Stays(operation) || sights.contains(operation.seq_no)) {
            return {};
          }
          Sight sight;
          sight.document = {"", std::string(operation.id), std::string(operation.routing)};
          sight.shard = copies_.front().shard;
          sight.present = operation.kind == TranslogKind::kIndex;
          sight.version = operation.version;
          sight.seq_no = operation.seq_no;
          sight.primary_term = operation.primary_term;
          sight.by_journal = true;
          TakeSource(operation.source, true, sight);
          sight.tokens.clear();
          if (needed.contains(operation.seq_no)) {
            sources[operation.seq_no].assign(operation.source);
          }
          sights.emplace(operation.seq_no, std::move(sight));
          return {};
        });
    if (!read && read.error().code != ErrorCode::kNotFound) {
      return std::unexpected(read.error());
    }
  }
  std::vector<Sight> result;
  for (auto& [seq_no, sight] : sights) {
    if (const auto source = sources.find(seq_no); !named.contains(seq_no)) {
      sight.text = source->second;
    }
    if (const auto previous = before.find(seq_no); previous != before.end()) {
      sight.effect =
          Effect::Of(previous->second < 0 ? std::string() : sources[previous->second], sight.text);
    }
    result.push_back(std::move(sight));
  }
  return result;
}

}  // namespace trafrec::reconcile
