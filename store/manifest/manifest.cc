#include "store/manifest/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "store/crypto/encoding.h"
#include "store/format/json_fields.h"
#include "store/manifest/manifest_json.h"

namespace trafrec::store {
namespace {

using Json = nlohmann::ordered_json;

std::optional<LossCause> CauseOf(const std::string& name) {
  for (unsigned cause = 1; cause <= std::numeric_limits<uint8_t>::max(); ++cause) {
    if (name == LossCauseName(static_cast<LossCause>(cause))) {
      return static_cast<LossCause>(cause);
    }
  }
  return std::nullopt;
}

SegmentCounts ReadCounts(JsonFields& fields) {
  JsonFields json(fields.Object("counts"), "counts");
  SegmentCounts counts;
  counts.exchanges = json.Number("exchanges");
  counts.messages = json.Number("messages");
  counts.connections = json.Number("connections");
  counts.frames = json.Number("frames");
  counts.entries = json.Number("entries");
  counts.raw_bytes = json.Number("raw_bytes");
  counts.watermarks = json.Number("watermarks");
  fields.Adopt(json);
  return counts;
}

/// Causes of a newer writer are left out: whoever does not know them cannot judge them.
std::vector<LossTotal> ReadLosses(JsonFields& fields) {
  std::vector<LossTotal> losses;
  for (const Json& each : fields.Array("losses")) {
    JsonFields json(each, "losses[]");
    LossTotal loss;
    const std::optional<LossCause> cause = CauseOf(json.Text("cause"));
    loss.cause = cause.value_or(LossCause::kStart);
    loss.rows = json.Number("rows");
    loss.from = json.Time("from");
    loss.until = json.Time("until");
    loss.packets = json.Number("packets");
    loss.bytes = json.Number("bytes");
    loss.of_bytes = json.Number("of_bytes");
    loss.exact = json.Bool("exact");
    fields.Adopt(json);
    if (cause) {
      losses.push_back(loss);
    }
  }
  return losses;
}

Marks ReadMarks(JsonFields& fields) {
  JsonFields json(fields.Object("marks"), "marks");
  Marks marks;
  marks.exchanges_below = json.Number("exchanges_below");
  marks.requests_through = json.TimeOrNull("requests_through").value_or(0);
  marks.answers_through = json.TimeOrNull("answers_through").value_or(0);
  fields.Adopt(json);
  return marks;
}

void ReadBytes(JsonFields& fields, Manifest& manifest) {
  manifest.bytes = fields.Number("bytes");
  if (fields.Number("block_bytes") != kBlockBytes) {
    fields.Refuse("block_bytes", fmt::format("{}", kBlockBytes).c_str());
  }
  for (const Json& block : fields.Array("blocks")) {
    crypto::Digest digest{};
    if (!block.is_string() || !crypto::FromHex(block.get_ref<const std::string&>(), digest)) {
      fields.Refuse("blocks", "an array of SHA-256 in hexadecimal digits");
      return;
    }
    manifest.blocks.push_back(digest);
  }
  if (manifest.blocks.size() != (manifest.bytes + kBlockBytes - 1) / kBlockBytes) {
    fields.Refuse("blocks", "as long as its member bytes needs");
  } else if (fields.Digest("sha256") != DigestOfBlocks(manifest.blocks)) {
    fields.Refuse("sha256", "that of its blocks");
  }
}

}  // namespace

SegmentCounts& SegmentCounts::operator+=(const SegmentCounts& other) {
  exchanges += other.exchanges;
  messages += other.messages;
  connections += other.connections;
  frames += other.frames;
  entries += other.entries;
  raw_bytes += other.raw_bytes;
  watermarks += other.watermarks;
  return *this;
}

crypto::Digest DigestOfBlocks(const std::vector<crypto::Digest>& blocks) {
  crypto::Sha256 sha256;
  for (const crypto::Digest& block : blocks) {
    sha256.Update(block);
  }
  return sha256.Finish();
}

void AddLoss(std::vector<LossTotal>& totals, const LossTotal& total) {
  const auto known = std::ranges::find(totals, total.cause, &LossTotal::cause);
  if (known == totals.end()) {
    totals.push_back(total);
    return;
  }
  known->rows += total.rows;
  known->from = std::min(known->from, total.from);
  known->until = std::max(known->until, total.until);
  known->packets += total.packets;
  known->bytes += total.bytes;
  known->of_bytes += total.of_bytes;
  known->exact = known->exact && total.exact;
}

Document DocumentOf(const Manifest& manifest) {
  Json blocks = Json::array();
  for (const crypto::Digest& block : manifest.blocks) {
    blocks.push_back(crypto::ToHex(block));
  }
  const auto number = [](ExchangeNumber n) { return n == 0 ? Json() : Json(n); };
  const Json object = {
      {"format", kManifestFormat},
      {"log_id", manifest.log_id},
      {"recorder", manifest.recorder},
      {"attempt", manifest.attempt},
      {"segment", manifest.segment},
      {"version", manifest.version},
      {"source", manifest.source},
      {"job", json::TextOrNull(manifest.job)},
      {"live", manifest.live},
      {"started", FormatTime(manifest.started_at)},
      {"ended", json::TimeOrNull(manifest.ended_at)},
      {"crashed", json::TimeOrNull(manifest.crashed_at)},
      {"error", json::TextOrNull(manifest.error)},
      {"counts", json::Of(manifest.counts)},
      {"first_exchange", number(manifest.first_exchange)},
      {"last_exchange", number(manifest.last_exchange)},
      {"first", json::TimeOrNull(manifest.first_at)},
      {"last", json::TimeOrNull(manifest.last_at)},
      {"losses", json::Of(manifest.losses)},
      {"marks", json::Of(manifest.marks)},
      {"bytes", manifest.bytes},
      {"block_bytes", kBlockBytes},
      {"blocks", std::move(blocks)},
      {"sha256", crypto::ToHex(DigestOfBlocks(manifest.blocks))},
      {"previous", manifest.previous ? Json(crypto::ToHex(*manifest.previous)) : Json()}};
  // Names of files need not be UTF-8.
  return Document::Make(object.dump(2, ' ', false, Json::error_handler_t::replace));
}

Result<Manifest> ParseManifest(const Document& document) {
  TRY_ASSIGN(const Json json, ParseJsonObject(document.Text()));
  JsonFields fields(json);
  if (const uint64_t format = fields.Number("format"); format > kManifestFormat) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("it has format {}, this program knows formats up to {}", format,
                            kManifestFormat),
                "use a newer trafrec");
  }
  Manifest manifest;
  manifest.log_id = fields.Text("log_id");
  manifest.recorder = fields.Text("recorder");
  manifest.attempt = static_cast<uint32_t>(fields.Number("attempt"));
  manifest.segment = static_cast<uint32_t>(fields.Number("segment"));
  manifest.version = fields.Text("version");
  manifest.source = fields.Text("source");
  manifest.job = fields.TextOrNull("job");
  manifest.live = fields.Bool("live");
  manifest.started_at = fields.Time("started");
  manifest.ended_at = fields.TimeOrNull("ended");
  manifest.crashed_at = fields.TimeOrNull("crashed");
  manifest.error = fields.TextOrNull("error");
  manifest.counts = ReadCounts(fields);
  manifest.first_exchange = fields.NumberOrNull("first_exchange").value_or(0);
  manifest.last_exchange = fields.NumberOrNull("last_exchange").value_or(0);
  manifest.first_at = fields.TimeOrNull("first");
  manifest.last_at = fields.TimeOrNull("last");
  manifest.losses = ReadLosses(fields);
  manifest.marks = ReadMarks(fields);
  ReadBytes(fields, manifest);
  manifest.previous = fields.DigestOrNull("previous");
  TRY(fields.status());
  return manifest;
}

}  // namespace trafrec::store
