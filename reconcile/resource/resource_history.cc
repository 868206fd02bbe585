#include "reconcile/resource/resource_history.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/ascii.h"
#include "reconcile/history/each_row.h"
#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/redacted.h"
#include "replay/dialect/key.h"
#include "replay/dialect/target.h"
#include "replay/recorded/exchange_view.h"

namespace trafrec::reconcile {
namespace {

using How = ResourceWrite::How;

ResourceName NameOf(const store::ExchangeRow& row) {
  return {LowerCase(row.host), dialect::NormalTarget(row.target)};
}

How HowOf(std::string_view method) {
  return method == "PUT" ? How::kReplaces : method == "DELETE" ? How::kDeletes : How::kOther;
}

bool IsStrong(std::string_view etag) {
  return !etag.empty() && !etag.starts_with("W/") && !IsToken(etag);
}

ResourceState StateIn(const dialect::RequestView& request, const dialect::AnswerView& answer) {
  ResourceState state{.present = answer.status != 404 && answer.status != 410};
  state.variant.append(dialect::FieldOf(request.headers, "Accept")).append("\n");
  state.variant.append(dialect::FieldOf(request.headers, "Accept-Language"));
  state.who.append(dialect::FieldOf(request.headers, "Authorization")).append("\n");
  state.who.append(dialect::FieldOf(request.headers, "Cookie"));
  if (const std::string_view etag = dialect::FieldOf(answer.headers, "ETag"); IsStrong(etag)) {
    state.etag.assign(etag);
  }
  state.modified.assign(dialect::FieldOf(answer.headers, "Last-Modified"));
  return state;
}

/// What a whole answer says of the resource that its request names; nothing if it does not say.
std::optional<ResourceSight> SightOf(const store::StoredExchange& exchange,
                                     const dialect::RequestView& request,
                                     const dialect::AnswerView& answer) {
  ResourceSight sight{
      .by = exchange.row.id,
      .at = {exchange.request->facts.first_byte_at, exchange.response->facts.last_byte_at},
      .state = StateIn(request, answer)};
  const bool gone = answer.status == 404 || answer.status == 410;
  if (request.method == "GET" || request.method == "HEAD") {
    if (answer.status == 200 && request.method == "GET") {
      sight.state.content = PrintOfName(answer.body);
    }
    if (answer.status == 304) {
      const std::string_view known = dialect::FieldOf(request.headers, "If-None-Match");
      if (sight.state.etag.empty() && IsStrong(known) && !known.contains(',') && known != "*") {
        sight.state.etag.assign(known);
      }
      return sight;
    }
    return answer.status == 200 || gone ? std::optional(sight) : std::nullopt;
  }
  sight.left = true;
  if (request.method == "DELETE" && (answer.status / 100 == 2 || gone) && answer.status != 202) {
    sight.left = !gone;
    sight.state = {.present = false, .who = std::move(sight.state.who)};
    return sight;
  }
  if (request.method == "PUT" && answer.status / 100 == 2 && answer.status != 202 &&
      IsWhole(*exchange.request)) {
    sight.state = {
        .present = true, .content = PrintOfName(request.body), .who = std::move(sight.state.who)};
    return sight;
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(const dialect::Dialect& dialect, const History& history, ResourceHistory& resources)
      : dialect_(dialect), redacted_(history.redacted), resources_(resources) {
    for (const OpenRequest& request : history.requests) {
      runs_[request.id] = request.runs;
    }
    for (size_t i = 0; i < history.questions.size(); ++i) {
      questions_.emplace(history.questions[i].at.exchange, i);
    }
    resources_.asked.resize(history.questions.size());
  }

  /// The first reading: which resources are asked about.
  void Ask(const store::ExchangeRow& row) {
    const auto [begin, end] = questions_.equal_range(row.id);
    for (auto asked = begin; asked != end; ++asked) {
      resources_.asked[asked->second] = NameOf(row);
      resources_.resources[NameOf(row)];
    }
  }

  /// Whether the second reading must see all of it: a mutation, or a look at what is asked about.
  bool Wants(const store::ExchangeRow& row) const {
    return row.has_request &&
           (!dialect::IsSafe(row.method) || resources_.resources.contains(NameOf(row)));
  }

  void Take(const store::StoredExchange& exchange) {
    const recorded::ExchangeView view(exchange);
    if (view.request() == nullptr) {
      Forget(exchange.row.id);
    }
    const ResourceName name = NameOf(exchange.row);
    if (!dialect::IsSafe(exchange.row.method)) {
      TakeWrite(exchange, view, name);
    }
    const auto resource = resources_.resources.find(name);
    if (resource == resources_.resources.end() || view.request() == nullptr ||
        view.answer() == nullptr || !IsWhole(exchange.response)) {
      return;
    }
    if (auto sight = SightOf(exchange, *view.request(), *view.answer())) {
      if (IsEdited(sight->left ? exchange.request : exchange.response)) {
        sight->state.content.reset();
      }
      resource->second.sights.push_back(std::move(*sight));
    }
  }

  void Finish() {
    for (auto& [host, times] : resources_.mutations) {
      std::ranges::sort(times.from);
      std::ranges::sort(times.until);
    }
  }

 private:
  /// Redaction may have replaced values in it.
  bool IsEdited(const std::optional<store::StoredMessage>& message) const {
    return redacted_ && message && HasFlag(message->facts.flags, store::Flag::kReencoded);
  }

  /// It ended in its target: nobody knows what it names.
  void Forget(const store::ExchangeId& id) {
    const auto [begin, end] = questions_.equal_range(id);
    for (auto asked = begin; asked != end; ++asked) {
      resources_.asked[asked->second].reset();
    }
  }

  void TakeWrite(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
                 const ResourceName& name) {
    const int status = IsWhole(exchange.response) ? exchange.row.status : 0;
    if (status / 100 == 4) {
      return;  // refused: nothing was changed (RFC 9110, section 15.5)
    }
    ResourceWrite write{.id = exchange.row.id,
                        .how = HowOf(exchange.row.method),
                        .ran = RanOf(exchange),
                        .done = status / 100 == 2 && status != 202};
    if (write.how == How::kReplaces && view.request() != nullptr && IsWhole(*exchange.request) &&
        !IsEdited(exchange.request)) {
      write.content = PrintOfName(view.request()->body);
    }
    ResourceHistory::Times& times = resources_.mutations[name.host];
    times.from.push_back(write.ran.from);
    times.until.push_back(write.ran.until);
    if (view.request() == nullptr) {
      write.how = How::kOther;
      Put(write, {.scope = dialect::Scope::kCluster}, name);
      return;
    }
    for (const dialect::Operation& operation : dialect_.Understand(*view.request()).operations) {
      for (const dialect::Key& key : operation.keys) {
        if (key.write) {
          Put(write, key, name);
        }
      }
    }
  }

  /// Where the key is the resource, or may be what it is in.
  void Put(ResourceWrite write, const dialect::Key& key, const ResourceName& name) {
    const bool tree = key.scope != dialect::Scope::kPath || key.name.ends_with('*');
    if (!tree) {
      if (const auto found = resources_.resources.find({name.host, key.name});
          found != resources_.resources.end()) {
        write.own = key.name == name.target;
        write.how = write.own ? write.how : How::kOther;
        PutOnce(found->second, write);
      }
      return;
    }
    const std::string folder = key.scope == dialect::Scope::kPath
                                   ? key.name.substr(0, key.name.size() - 1)
                                   : std::string();
    write.how = write.how == How::kDeletes ? How::kDeletes : How::kOther;
    for (auto found = resources_.resources.lower_bound({name.host, folder});
         found != resources_.resources.end() && found->first.host == name.host &&
         found->first.target.starts_with(folder);
         ++found) {
      PutOnce(found->second, write);
    }
  }

  /// A request may have several keys that meet one resource.
  static void PutOnce(Resource& resource, const ResourceWrite& write) {
    if (resource.writes.empty() || resource.writes.back().id != write.id) {
      resource.writes.push_back(write);
    }
  }

  /// A server may act on the first part of a request, and, if nobody saw its answer, for as long as
  /// the history says.
  Span RanOf(const store::StoredExchange& exchange) const {
    Span ran{.from = exchange.request->facts.first_byte_at, .until = SpanOf(exchange).until};
    if (const auto open = runs_.find(exchange.row.id); open != runs_.end()) {
      ran.until = open->second.until;
    }
    return ran;
  }

  const dialect::Dialect& dialect_;
  const bool redacted_;
  ResourceHistory& resources_;
  std::map<store::ExchangeId, Span> runs_;
  std::multimap<store::ExchangeId, size_t> questions_;
};

}  // namespace

uint64_t ResourceHistory::MutationsIn(const std::string& host, const Span& span) const {
  const auto found = mutations.find(host);
  if (found == mutations.end()) {
    return 0;
  }
  // Those that began in time, less those that had ended before.
  const Times& times = found->second;
  const auto began = std::ranges::upper_bound(times.from, span.until) - times.from.begin();
  const auto ended = std::ranges::lower_bound(times.until, span.from) - times.until.begin();
  return static_cast<uint64_t>(began - ended);
}

Result<ResourceHistory> ReadResources(store::LogReader& log, const dialect::Dialect& dialect,
                                      const History& history) {
  ResourceHistory resources;
  if (history.questions.empty()) {
    return resources;
  }
  Reader reader(dialect, history, resources);
  TRY(EachRow(log, std::nullopt, [&](const store::ExchangeRow& row) -> Status {
    reader.Ask(row);
    return {};
  }));
  TRY(EachRow(log, std::nullopt, [&](const store::ExchangeRow& row) -> Status {
    if (reader.Wants(row)) {
      TRY_ASSIGN(const store::StoredExchange exchange, log.Load(row));
      reader.Take(exchange);
    }
    return {};
  }));
  reader.Finish();
  return resources;
}

}  // namespace trafrec::reconcile
