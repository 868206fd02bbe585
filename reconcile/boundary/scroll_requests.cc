#include "reconcile/boundary/scroll_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/redacted.h"
#include "reconcile/source/json_place.h"
#include "replay/dialect/target.h"

namespace trafrec::reconcile {
namespace {

using dialect::Kind;

/// As many as an index may have (index.number_of_shards).
constexpr int64_t kShardsMost = 1024;

constexpr const char* kFound = "it takes only what its query finds";
constexpr const char* kMayEnd = "it may end before the last document";

/// Why a search does not show whole documents, all of them; "" if it does.
std::string TroubleOf(const JsonPlace& body) {
  if (const JsonPlace query = body["query"]; query.exists()) {
    const std::vector<JsonPlace> kinds = query.Children();
    const bool all = kinds.empty() || (kinds.size() == 1 && kinds.front().Key() == "match_all");
    if (!all) {
      return kFound;
    }
  }
  if (body["post_filter"].exists() || body["min_score"].exists()) {
    return kFound;
  }
  if (body["terminate_after"].exists()) {
    return kMayEnd;
  }
  if (body["slice"].exists()) {
    return "it is a slice of several, each of an instant of its own";
  }
  const JsonPlace source = body["_source"];
  const bool whole = !source.exists() || source.Is(json::Type::kTrue) ||
                     (source.exists() && source.Children().empty() && source.Text().empty());
  return whole ? "" : "it takes only some fields";
}

/// The same of its target.
std::string TroubleOf(std::string_view target) {
  for (const dialect::Parameter& parameter : dialect::ParseTarget(target).query) {
    if (parameter.name == "q") {
      return kFound;
    }
    if (parameter.name == "routing" || parameter.name == "preference") {
      return "it may be over some of the index's shards";
    }
    if (parameter.name.starts_with("_source") && parameter.value != "true") {
      return "it takes only some fields";
    }
    if (parameter.name == "terminate_after") {
      return kMayEnd;
    }
  }
  return "";
}

std::optional<int64_t> TotalOf(const JsonPlace& hits) {
  const JsonPlace total = hits["total"];
  return total["value"].exists() ? total["value"].Number() : total.Number();
}

}  // namespace

bool ScrollRequests::MayBeOne(const dialect::Meaning& meaning, std::string_view target) {
  return meaning.kind == Kind::kUseContext || meaning.kind == Kind::kCloseContext ||
         meaning.kind == Kind::kRefresh ||
         (meaning.kind == Kind::kSearch && dialect::ParseTarget(target).Find("scroll").has_value());
}

void ScrollRequests::Add(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
                         const dialect::Meaning& meaning) {
  const bool answered = view.answer() != nullptr && IsWhole(exchange.response);
  if (meaning.kind == Kind::kSearch) {
    Open(exchange, view, meaning);
  } else if (meaning.kind != Kind::kRefresh) {
    GoOn(exchange, view, meaning);
  } else if (answered && view.answer()->status == 200) {
    const auto body = json::Tree::Parse(view.answer()->body);
    if (body && JsonPlace(*body)["_shards"]["failed"].Number() == 0) {
      const auto names = dialect::IndicesOf(meaning);
      refreshes_.push_back({.indices = {names.begin(), names.end()},
                            .asked = exchange.request->facts.first_byte_at,
                            .answered = exchange.response->facts.first_byte_at});
    }
  }
}

void ScrollRequests::Open(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
                          const dialect::Meaning& meaning) {
  const auto names = dialect::IndicesOf(meaning);
  RecordedScroll scroll{.index = names.empty() ? "*" : std::string(names.front()),
                        .taken_by = exchange.row.id,
                        .opened = exchange.request->facts.first_byte_at,
                        .own = {exchange.row.id}};
  if (names.size() > 1) {
    scroll.trouble = "it is over several indices";
  } else if (const auto body = json::Tree::Parse(view.request()->body)) {
    scroll.trouble = TroubleOf(JsonPlace(*body));
  }
  if (scroll.trouble.empty()) {
    scroll.trouble = TroubleOf(view.request()->target);
  }
  if (view.answer() == nullptr || !IsWhole(exchange.response)) {
    scroll.trouble = "the log has no whole answer to it";
  } else if (view.answer()->status != 200) {
    scroll.trouble = fmt::format("it was answered {}", view.answer()->status);
  } else {
    scroll.ended = exchange.response->facts.first_byte_at;
    scroll.refreshed = RefreshedBefore(scroll.index, scroll.opened);
    if (const auto answer = json::Tree::Parse(view.answer()->body)) {
      const JsonPlace root(*answer);
      scroll.total = TotalOf(root["hits"]);
      const auto shards = root["_shards"]["total"].Number();
      if (shards && *shards > 0 && *shards <= kShardsMost) {
        scroll.shards = static_cast<uint32_t>(*shards);
      }
      if (root["_shards"]["failed"].Number() != 0) {
        scroll.trouble = "some of its shards failed";
      }
    }
  }
  all_.push_back(std::move(scroll));
  TakePage(exchange, view, all_.size() - 1);
}

void ScrollRequests::GoOn(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
                          const dialect::Meaning& meaning) {
  for (const dialect::Operation& operation : meaning.operations) {
    for (const dialect::Key& key : operation.keys) {
      const auto known = ids_.find(key.name);
      if (known == ids_.end()) {
        continue;
      }
      const size_t scroll = known->second;
      if (all_[scroll].own.back() != exchange.row.id) {
        all_[scroll].own.push_back(exchange.row.id);
        TakePage(exchange, view, scroll);
      }
    }
  }
}

void ScrollRequests::TakePage(const store::StoredExchange& exchange,
                              const recorded::ExchangeView& view, size_t scroll) {
  if (view.answer() == nullptr || !IsWhole(exchange.response)) {
    return;
  }
  uint64_t seen = 0;
  ReadPage(view.answer()->body, [&](const DocumentName& name, const CopyDocument&) {
    ++seen;
    if (IsToken(name.id) || IsToken(name.index) || IsToken(name.routing)) {
      all_[scroll].trouble = "redaction replaced the names of its documents";
    }
    std::set<std::string>& indices = all_[scroll].indices;
    if (indices.size() < 2) {
      indices.insert(name.index);
    }
  });
  if (seen > 0) {
    all_[scroll].seen += seen;
    all_[scroll].pages.push_back(exchange.row.id);
  }
  if (const auto answer = json::Tree::Parse(view.answer()->body)) {
    if (std::string id = JsonPlace(*answer)["_scroll_id"].Text(); !id.empty()) {
      ids_[std::move(id)] = scroll;
    }
  }
}

TimeNs ScrollRequests::RefreshedBefore(std::string_view index, TimeNs opened) const {
  TimeNs refreshed = 0;
  for (const Refresh& refresh : refreshes_) {
    const bool of_it = refresh.indices.empty() ||
                       std::ranges::any_of(refresh.indices, [index](const std::string& name) {
                         return name == "_all" || dialect::NameFits(name, index);
                       });
    if (of_it && refresh.answered < opened) {
      refreshed = std::max(refreshed, refresh.asked);
    }
  }
  return refreshed;
}

std::vector<RecordedScroll> ScrollRequests::All() const {
  std::vector<RecordedScroll> all = all_;
  for (RecordedScroll& scroll : all) {
    if (scroll.indices.size() == 1) {
      const std::string& index = *scroll.indices.begin();
      if (!dialect::NameFits(scroll.index, index) && scroll.index != "_all" &&
          scroll.trouble.empty()) {
        scroll.trouble = "its name is an alias, which may show a part of its index: scroll over " +
                         index + " itself";
      }
      scroll.index = index;
    } else if (scroll.indices.size() > 1 && scroll.trouble.empty()) {
      scroll.trouble = "it is over several indices";
    }
    if (scroll.trouble.empty() && scroll.total != static_cast<int64_t>(scroll.seen)) {
      scroll.trouble = fmt::format("the log shows {} of its {} documents", scroll.seen,
                                   scroll.total ? std::to_string(*scroll.total) : "unknown");
    }
  }
  return all;
}

bool ReadPage(std::string_view answer, const TakeHit& take) {
  const auto tree = json::Tree::Parse(answer);
  if (!tree) {
    return false;
  }
  for (const JsonPlace& hit : JsonPlace(*tree)["hits"]["hits"].Children()) {
    take({hit["_index"].Text(), hit["_id"].Text(), hit["_routing"].Text()},
         {.kind = CopyDocument::Kind::kPresent,
          .seq_no = hit["_seq_no"].Number(),
          .version = hit["_version"].Number()});
  }
  return true;
}

}  // namespace trafrec::reconcile
