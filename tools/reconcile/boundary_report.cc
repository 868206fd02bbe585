#include "tools/reconcile/boundary_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "store/reader/exchange_id.h"
#include "tools/json_object.h"

namespace trafrec::tools {
namespace {

using reconcile::Share;

constexpr size_t kShown = 20;
constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

struct ShareRow {
  Share share;
  const char* words;
};
constexpr std::array kRows = {
    ShareRow{Share::kHeld, "held by the backfill: not replayed"},
    ShareRow{Share::kNothing, "changed nothing before its end: not replayed"},
    ShareRow{Share::kOverwritten, "overwritten by a later one: not replayed"},
    ShareRow{Share::kSent, "not in the backfill: replayed"},
    ShareRow{Share::kEither, "replayed, right whether it is in the backfill or not"},
    ShareRow{Share::kUndecided, "undecided"},
};

std::string LineOf(const reconcile::SpanMutation& mutation) {
  return fmt::format("{}  {}{}{}: {}", store::FormatAddress(mutation.at), mutation.document.index,
                     mutation.document.id.empty() ? "" : " ", mutation.document.id, mutation.words);
}

std::string ShardLine(const std::string& index, uint32_t shard,
                      const reconcile::ShardBoundary& at) {
  std::string line = fmt::format("  {} shard {}: {} held", index, shard, at.held);
  if (at.last_held) {
    line += fmt::format(", the last is number {}", *at.last_held);
  }
  line += at.first_missing
              ? fmt::format("; the first that it does not have is number {}, {}",
                            at.first_missing->seq_no, store::FormatAddress(at.first_missing->at))
              : std::string("; the log has none that it does not have");
  return line + '\n';
}

void AppendBackfill(JsonAppender& json, const reconcile::Backfill& backfill,
                    const reconcile::CopiedPart& part, uint64_t early_reads) {
  json.Open('{');
  json.Text("backfill", reconcile::NameOf(backfill.method));
  json.Bytes("name", backfill.name);
  json.Text("exchange", store::FormatExchangeId(part.taken_by));
  json.Texts("indices", part.indices);
  json.Time("began", part.began);
  if (part.ended == kNever) {
    json.Null("ended");
  } else {
    json.Time("ended", part.ended);
  }
  json.Number("early_reads", early_reads);
  json.Close('}');
}

void AppendShard(JsonAppender& json, const std::pair<std::string, uint32_t>& name,
                 const reconcile::ShardBoundary& at) {
  json.Open('{');
  json.Bytes("index", name.first);
  json.Number("shard", name.second);
  json.NumberOrNull("limit", at.limit);
  json.Number("held", at.held);
  json.NumberOrNull("last_held", at.last_held);
  if (at.first_missing) {
    json.Open("first_missing", '{');
    json.Number("seq_no", at.first_missing->seq_no);
    json.Text("exchange", store::FormatExchangeId(at.first_missing->at.exchange));
    json.NumberOrNull("item", at.first_missing->at.item);
    json.Close('}');
  } else {
    json.Null("first_missing");
  }
  json.Close('}');
}

void AppendMutation(JsonAppender& json, const reconcile::SpanMutation& mutation) {
  json.Open('{');
  json.Text("exchange", store::FormatExchangeId(mutation.at.exchange));
  json.NumberOrNull("item", mutation.at.item);
  json.Bytes("index", mutation.document.index);
  json.Bytes("id", mutation.document.id);
  json.NumberOrNull("seq_no", mutation.seq_no);
  json.Text("share", reconcile::NameOf(mutation.share));
  json.Text("words", mutation.words);
  json.Close('}');
}

}  // namespace

std::string BoundaryText(const reconcile::Backfill& backfill, const reconcile::Boundary& boundary,
                         size_t width) {
  std::string out = fmt::format("{} {}\n\n", reconcile::NameOf(backfill.method), backfill.name);
  for (const ShareRow& row : kRows) {
    if (boundary.count(row.share) > 0) {
      out += fmt::format("  {:>8}  {}\n", boundary.count(row.share), row.words);
    }
  }
  if (boundary.elsewhere > 0) {
    out +=
        fmt::format("  {:>8}  of what the backfill does not hold: replayed\n", boundary.elsewhere);
  }
  if (boundary.early_reads > 0) {
    out += fmt::format("  {:>8}  reads from before its end: not replayed\n", boundary.early_reads);
  }
  out += '\n';
  for (const auto& [name, at] : boundary.shards) {
    out += ShardLine(name.first, name.second, at);
  }
  for (const std::string& note : boundary.notes) {
    out += fmt::format("\n{}\n", note);
  }
  size_t shown = 0;
  for (const reconcile::SpanMutation& mutation : boundary.span) {
    if (mutation.share != Share::kUndecided) {
      continue;
    }
    if (shown == 0) {
      out += "\nundecided:\n";
    }
    if (++shown > kShown) {
      out += fmt::format("  … and {} more: --json lists all\n",
                         boundary.count(Share::kUndecided) - kShown);
      break;
    }
    std::string line = "  " + LineOf(mutation);
    line.resize(std::min(line.size(), std::max<size_t>(width, 40)));
    out += line + '\n';
  }
  return out;
}

std::string BoundaryJson(const reconcile::Backfill& backfill, const reconcile::Boundary& boundary) {
  std::string out;
  JsonAppender json(out);
  for (const reconcile::CopiedPart& part : backfill.parts) {
    AppendBackfill(json, backfill, part, boundary.early_reads);
    out += '\n';
  }
  for (const auto& [name, at] : boundary.shards) {
    AppendShard(json, name, at);
    out += '\n';
  }
  for (const reconcile::SpanMutation& mutation : boundary.span) {
    AppendMutation(json, mutation);
    out += '\n';
  }
  for (const std::string& note : boundary.notes) {
    json.Open('{');
    json.Bytes("note", note);
    json.Close('}');
    out += '\n';
  }
  return out;
}

}  // namespace trafrec::tools
