#include "tools/patterns/log_pass.h"

#include <fmt/format.h>

#include <algorithm>

#include "replay/dialect/recognizer.h"
#include "replay/recorded/exchange_view.h"
#include "tools/patterns/analysis/shape.h"
#include "tools/units.h"

namespace trafrec::patterns {
namespace {

/// Exchanges at the beginning by which the dialect is recognised.
constexpr uint64_t kLookedAt = 200;

Kind KindOf(const store::ExchangeRow& row) {
  // Without a path only methods that are safe by definition say what a request does.
  if (!row.has_request) {
    return Kind::kUnknown;
  }
  return row.method == "GET" || row.method == "HEAD" || row.method == "OPTIONS"   ? Kind::kQuery
         : row.method == "PUT" || row.method == "DELETE" || row.method == "PATCH" ? Kind::kMutation
                                                                                  : Kind::kUnknown;
}

Observation ObserveRow(const store::ExchangeRow& row) {
  Observation seen;
  seen.began_at = row.began_at;
  seen.kind = KindOf(row);
  seen.status = row.status;
  seen.open = HasFlag(row.flags, store::Flag::kOpen);
  seen.incomplete = (row.flags & store::kIncompleteFlags) != 0;
  if (row.latency_ns >= 0) {
    seen.latency_ns = row.latency_ns;
    seen.duration_ns = row.latency_ns + row.request_span_ns;
  }
  seen.request_bytes = row.request_body_bytes;
  seen.response_bytes = row.response_body_bytes;
  if (row.client != Endpoint{}) {
    seen.client = row.client.address.ToString();
  }
  return seen;
}

}  // namespace

Status LogPass::Run(store::LogReader& log, const store::ExchangeFilter& filter,
                    const std::function<void(const Observation&)>& visit) {
  if (dialect_ == nullptr) {
    TRY(Recognise(log, filter));
  }
  return log.Visit(filter, [&](const store::ExchangeRow& row) {
    visit(Observe(log, row));
    return true;
  });
}

Observation LogPass::Observe(store::LogReader& log, const store::ExchangeRow& row) {
  Observation seen = ObserveRow(row);
  if (!row.has_request) {
    return seen;
  }
  if (encrypted_) {
    ++unread_;
    return seen;
  }
  Result<store::StoredExchange> exchange = log.Load(row);
  if (exchange && ReadRequest(*exchange, seen)) {
    return seen;
  }
  ++unread_;
  if (!exchange && exchange.error().code == ErrorCode::kPermission) {
    encrypted_ = true;
  } else if (!exchange) {
    damage_ = damaged_++ == 0 ? exchange.error().what : damage_;
  }
  return seen;
}

Status LogPass::Recognise(store::LogReader& log, store::ExchangeFilter filter) {
  filter.limit = std::min(filter.limit.value_or(kLookedAt), kLookedAt);
  dialect::Recognizer recognizer;
  TRY(log.Visit(filter, [&](const store::ExchangeRow& row) {
    const Result<store::StoredExchange> exchange = log.Load(row);
    if (!exchange) {
      // Without a key nothing more can be seen; damage is told by the pass itself.
      return exchange.error().code != ErrorCode::kPermission;
    }
    const recorded::ExchangeView view(*exchange);
    if (view.request() != nullptr) {
      recognizer.Look(*view.request(), view.answer());
    }
    return true;
  }));
  dialect_ = &recognizer.Best();
  return {};
}

bool LogPass::ReadRequest(store::StoredExchange& exchange, Observation& seen) {
  exchange.response.reset();  // nobody asks for its content: it need not be decoded
  const recorded::ExchangeView view(exchange);
  if (view.request() == nullptr) {
    return false;
  }
  const dialect::RequestView& request = *view.request();
  seen.user_agent = dialect::FieldOf(request.headers, "User-Agent");
  const dialect::Meaning meaning = dialect_->Understand(request);
  seen.kind = meaning.mutation ? Kind::kMutation : Kind::kQuery;
  if (IsApi(meaning)) {
    seen.api = meaning.api;
  }
  for (const std::string_view index : dialect::IndicesOf(meaning)) {
    seen.indices.emplace_back(index);
  }
  const auto writes = std::ranges::count_if(
      meaning.operations, [](const dialect::Operation& operation) { return operation.mutation; });
  seen.operations = static_cast<uint64_t>(std::max<std::ptrdiff_t>(writes, 1));
  if (meaning.mutation && !meaning.trouble.empty()) {
    ++opaque_bodies_;
  }
  seen.shape = ShapeOf(request, meaning);
  return true;
}

std::vector<std::string> LogPass::Notes() const {
  using tools::CountOf;
  std::vector<std::string> notes;
  if (encrypted_) {
    notes.push_back(fmt::format(
        "{} are encrypted, and no identity opens them: paths, indices, APIs, User-Agents and the "
        "items of bulks are not known, and POST may be a query or a mutation (--identity FILE)",
        CountOf(unread_, "request")));
  } else if (unread_ > damaged_) {
    notes.push_back(
        fmt::format("the heads of {} are not in the log: of them only the time, the "
                    "method and the sizes are known",
                    CountOf(unread_ - damaged_, "request")));
  }
  if (damaged_ > 0) {
    notes.push_back(
        fmt::format("{} could not be read, the first because {}; trafrec verify says more",
                    CountOf(damaged_, "exchange"), damage_));
  }
  if (opaque_bodies_ > 0) {
    notes.push_back(
        fmt::format("the bodies of {} could not be read to the end (cut, redacted or "
                    "withheld): their writes are not all counted",
                    CountOf(opaque_bodies_, "mutation")));
  }
  return notes;
}

}  // namespace trafrec::patterns
