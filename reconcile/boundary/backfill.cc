#include "reconcile/boundary/backfill.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "reconcile/boundary/limits.h"
#include "reconcile/boundary/scroll_requests.h"
#include "reconcile/boundary/snapshot_requests.h"
#include "reconcile/history/each_row.h"
#include "reconcile/history/mutation_facts.h"
#include "reconcile/source/answers.h"
#include "replay/recorded/exchange_view.h"
#include "store/reader/exchange_id.h"

namespace trafrec::reconcile {
namespace {

using store::FormatExchangeId;

/// What a log says of backfills, and of the indices that they hold.
class BackfillRequests {
 public:
  explicit BackfillRequests(const dialect::Dialect& dialect) : dialect_(dialect) {}

  Status Read(store::LogReader& log) {
    return EachRow(log, std::nullopt, [&](const store::ExchangeRow& row) -> Status {
      found_.longest_answer_ns = std::max(found_.longest_answer_ns, row.latency_ns);
      if (!row.has_request) {
        return {};
      }
      // By the row alone: most requests are of no interest, and their frames stay unread.
      const dialect::Meaning meaning = dialect_.Understand(
          {.method = row.method, .target = row.target, .headers = {}, .body = {}});
      const bool scrolls = ScrollRequests::MayBeOne(meaning, row.target);
      if (!scrolls && !SnapshotRequests::IsOne(meaning.api) && !SaysSettings(row, meaning)) {
        return {};
      }
      TRY_ASSIGN(const store::StoredExchange exchange, log.Load(row));
      const recorded::ExchangeView view(exchange);
      if (view.request() == nullptr) {
        return {};
      }
      if (scrolls) {
        scrolls_.Add(exchange, view, dialect_.Understand(*view.request()));
      } else if (SnapshotRequests::IsOne(meaning.api)) {
        snapshots_.Add(exchange, view, meaning.api);
      } else if (view.answer() != nullptr && view.answer()->status == 200 &&
                 IsWhole(exchange.response)) {
        AddSettings(view, meaning);
      }
      return {};
    });
  }

  Result<Backfill> Choose(const BackfillWish& wish) && {
    std::vector<Candidate> fits = Candidates();
    std::erase_if(fits, [&wish](const Candidate& each) { return !Fits(each, wish); });
    if (fits.empty()) {
      return NotThere(wish);
    }
    if (std::ranges::any_of(fits, &Candidate::whole) && wish.taken_by.empty()) {
      NoteParts(fits);
      std::erase_if(fits, [](const Candidate& each) { return !each.whole(); });
    }
    for (const Candidate& each : fits) {
      if (!each.whole()) {
        return Fail(ErrorCode::kUsage,
                    fmt::format("{} {} ({}) is no whole backfill: {}", NameOf(each.method),
                                each.name, FormatExchangeId(each.taken_by), each.trouble),
                    "take another one, and use that");
      }
    }
    if (!AreTogether(fits)) {
      return Several(fits);
    }
    for (const Candidate& each : fits) {
      Take(each);
    }
    return std::move(found_);
  }

 private:
  static bool SaysSettings(const store::ExchangeRow& row, const dialect::Meaning& meaning) {
    return row.status == 200 &&
           (meaning.api == "indices.create" || meaning.api == "info" || row.target == "/" ||
            row.target.find("_settings") != std::string::npos ||
            row.target.find("_cluster/state") != std::string::npos);
  }

  void AddSettings(const recorded::ExchangeView& view, const dialect::Meaning& meaning) {
    const dialect::RequestView& request = *view.request();
    std::vector<IndexSettings> said;
    if (meaning.api == "indices.create") {
      for (const std::string_view name : dialect::IndicesOf(meaning)) {
        if (auto made = ReadCreation(name, request.body)) {
          said.push_back(std::move(*made));
        }
      }
    } else if (request.target == "/") {
      const auto identity = ReadIdentity(view.answer()->body);
      found_.product = identity ? VersionOf(*identity) : found_.product;
    } else if (request.target.find("_settings") != std::string_view::npos) {
      said = ReadSettingsAnswer(view.answer()->body);
    } else {
      said = ReadClusterState(view.answer()->body);
    }
    std::ranges::move(said, std::back_inserter(found_.settings));
  }

  /// A snapshot or a scroll of the log.
  struct Candidate {
    Method method = Method::kSnapshot;
    std::string name;
    store::ExchangeId taken_by;
    std::string trouble;
    size_t place = 0;  ///< among those of its method

    bool whole() const { return trouble.empty(); }
  };

  std::vector<Candidate> Candidates() {
    std::vector<Candidate> all;
    for (size_t i = 0; i < snapshots_.all().size(); ++i) {
      const RecordedSnapshot& each = snapshots_.all()[i];
      all.push_back({Method::kSnapshot, each.repository + "/" + each.name, each.taken_by,
                     TroubleOf(each), i});
    }
    scrolled_ = scrolls_.All();
    for (size_t i = 0; i < scrolled_.size(); ++i) {
      all.push_back(
          {Method::kScroll, scrolled_[i].index, scrolled_[i].taken_by, scrolled_[i].trouble, i});
    }
    return all;
  }

  static std::string TroubleOf(const RecordedSnapshot& snapshot) {
    if (snapshot.state.empty() || snapshot.state == "SUCCESS") {
      return snapshot.trouble;
    }
    return snapshot.trouble.empty() ? "its state is " + snapshot.state
                                    : snapshot.state + ", " + snapshot.trouble;
  }

  static bool Fits(const Candidate& candidate, const BackfillWish& wish) {
    if (wish.method && candidate.method != *wish.method) {
      return false;
    }
    if (!wish.taken_by.empty()) {
      return std::ranges::find(wish.taken_by, candidate.taken_by) != wish.taken_by.end();
    }
    return wish.snapshot.empty() || candidate.name.ends_with("/" + wish.snapshot);
  }

  /// Nobody might notice that an index was not copied, since the others are there. A log has any
  /// number of scrolls that were never meant to copy one, so only some are named.
  void NoteParts(const std::vector<Candidate>& fits) {
    size_t parts = 0;
    for (const Candidate& each : fits) {
      if (!each.whole() && ++parts <= limits::kNamedBackfills) {
        found_.notes.push_back(fmt::format("{} {} ({}) counts as no part of the backfill: {}",
                                           NameOf(each.method), each.name,
                                           FormatExchangeId(each.taken_by), each.trouble));
      }
    }
    if (parts > limits::kNamedBackfills) {
      found_.notes.push_back(fmt::format("and {} more of them", parts - limits::kNamedBackfills));
    }
  }

  /// One snapshot, or scrolls over different indices.
  static bool AreTogether(const std::vector<Candidate>& fits) {
    std::set<std::string> indices;
    return fits.size() == 1 || std::ranges::all_of(fits, [&indices](const Candidate& each) {
             return each.method == Method::kScroll && indices.insert(each.name).second;
           });
  }

  static std::unexpected<Error> NotThere(const BackfillWish& wish) {
    if (!wish.taken_by.empty()) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("{} took no backfill", FormatExchangeId(wish.taken_by.front())),
                  "give the id of a request that took a snapshot or opened a scroll");
    }
    return Fail(
        ErrorCode::kUsage,
        wish.snapshot.empty()
            ? fmt::format("the log has no request that took a backfill: no {}",
                          wish.method ? NameOf(*wish.method) : "snapshot, and no scroll")
            : fmt::format("the target was restored from snapshot {}, which no request of "
                          "the log took",
                          wish.snapshot),
        "the recording must begin before the backfill, and see it: take the backfill again, or "
        "give the log that has it");
  }

  static std::unexpected<Error> Several(const std::vector<Candidate>& fits) {
    std::string names;
    for (size_t i = 0; i < std::min(fits.size(), limits::kNamedBackfills); ++i) {
      names += fmt::format("{}{} ({} {})", i == 0 ? "" : ", ", FormatExchangeId(fits[i].taken_by),
                           NameOf(fits[i].method), fits[i].name);
    }
    return Fail(ErrorCode::kUsage,
                fmt::format("{} requests of the log took a backfill: {}{}", fits.size(), names,
                            fits.size() > limits::kNamedBackfills ? ", …" : ""),
                "say which one with --backfill ID");
  }

  void Take(const Candidate& candidate) {
    found_.method = candidate.method;
    found_.name += (found_.name.empty() ? "" : ", ") + candidate.name;
    if (candidate.method == Method::kSnapshot) {
      const RecordedSnapshot& snapshot = snapshots_.all()[candidate.place];
      found_.own = snapshots_.OwnOf(snapshot.repository);
      found_.parts.push_back({.indices = snapshot.indices,
                              .taken_by = snapshot.taken_by,
                              .began = snapshot.began,
                              .ended = snapshot.ended});
      return;
    }
    const RecordedScroll& scroll = scrolled_[candidate.place];
    std::ranges::copy(scroll.own, std::back_inserter(found_.own));
    std::ranges::copy(scroll.pages, std::back_inserter(found_.pages));
    found_.parts.push_back({.indices = {scroll.index},
                            .taken_by = scroll.taken_by,
                            .began = scroll.refreshed,
                            .ended = scroll.ended,
                            .total = scroll.total,
                            .shards = scroll.shards});
  }

  const dialect::Dialect& dialect_;
  SnapshotRequests snapshots_;
  ScrollRequests scrolls_;
  std::vector<RecordedScroll> scrolled_;
  Backfill found_;
};

}  // namespace

std::string_view NameOf(Method method) {
  return method == Method::kSnapshot ? "snapshot" : "scroll";
}

bool CopiedPart::Has(std::string_view index) const {
  bool has = indices.empty();
  for (const std::string_view name : indices) {
    if (name.starts_with('-') ? dialect::NameFits(name.substr(1), index)
                              : name == "_all" || dialect::NameFits(name, index)) {
      has = !name.starts_with('-');
    }
  }
  return has;
}

const CopiedPart* Backfill::PartOf(std::string_view index) const {
  const auto part =
      std::ranges::find_if(parts, [&](const CopiedPart& each) { return each.Has(index); });
  return part == parts.end() ? nullptr : &*part;
}

Result<Backfill> FindBackfill(store::LogReader& log, const dialect::Dialect& dialect,
                              const BackfillWish& wish) {
  BackfillRequests requests(dialect);
  TRY(requests.Read(log));
  return std::move(requests).Choose(wish);
}

}  // namespace trafrec::reconcile
