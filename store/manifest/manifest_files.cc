#include "store/manifest/manifest_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "store/crypto/encoding.h"
#include "store/files/log_layout.h"
#include "store/files/small_file.h"
#include "store/format/json_fields.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kManifestSuffix = ".manifest.json";
constexpr std::string_view kTombstoneSuffix = ".tombstone.json";

std::string TextOf(const Head& head) {
  const Json json = {{"format", kManifestFormat},
                     {"segment", head.segment},
                     {"manifest", crypto::ToHex(head.hash)}};
  return json.dump() + "\n";
}

Result<Document> ReadDocument(const fs::path& path) {
  TRY_ASSIGN(const std::string text, ReadSmallFile(path));
  // What is no JSON at all is said first: it is easier to understand.
  TRY(ParseJsonObject(text));
  return Document::Parse(text);
}

Result<Tombstone> ParseTombstone(const Document& document) {
  TRY_ASSIGN(const Json json, ParseJsonObject(document.Text()));
  JsonFields fields(json);
  Tombstone tombstone;
  tombstone.log_id = fields.Text("log_id");
  tombstone.recorder = fields.Text("recorder");
  tombstone.attempt = static_cast<uint32_t>(fields.Number("attempt"));
  tombstone.segment = static_cast<uint32_t>(fields.Number("segment"));
  tombstone.deleted_at = fields.Time("deleted");
  tombstone.reason = fields.Text("reason");
  tombstone.bytes = fields.Number("bytes");
  tombstone.manifest = fields.Digest("manifest");
  TRY(fields.status());
  return tombstone;
}

}  // namespace

std::string ManifestName(uint32_t segment) {
  return fmt::format("{:06}{}", segment, kManifestSuffix);
}

std::string TombstoneName(uint32_t segment) {
  return fmt::format("{:06}{}", segment, kTombstoneSuffix);
}

Result<std::vector<uint32_t>> ListManifests(const fs::path& attempt_directory) {
  return ListNumbers(attempt_directory, kManifestSuffix);
}

Result<std::vector<uint32_t>> ListTombstones(const fs::path& attempt_directory) {
  return ListNumbers(attempt_directory, kTombstoneSuffix);
}

bool HasTombstone(const fs::path& attempt_directory, uint32_t segment) {
  std::error_code ignored;
  return fs::exists(attempt_directory / TombstoneName(segment), ignored);
}

Result<StoredManifest> ReadManifest(const fs::path& attempt_directory, uint32_t segment) {
  TRY_ASSIGN(Document document, ReadDocument(attempt_directory / ManifestName(segment)));
  TRY_ASSIGN(Manifest manifest, ParseManifest(document));
  return StoredManifest{std::move(document), std::move(manifest)};
}

Result<Head> ReadHead(const fs::path& attempt_directory) {
  TRY_ASSIGN(const std::string text, ReadSmallFile(attempt_directory / kHeadName));
  TRY_ASSIGN(const Json json, ParseJsonObject(text));
  JsonFields fields(json);
  Head head;
  head.segment = static_cast<uint32_t>(fields.Number("segment"));
  head.hash = fields.Digest("manifest");
  TRY(fields.status());
  if (text != TextOf(head)) {
    return Fail(ErrorCode::kCorrupt, "it is not what trafrec writes there");
  }
  return head;
}

Status WriteHead(const fs::path& attempt_directory, const Head& head) {
  return ReplaceFile(attempt_directory / kHeadName, TextOf(head));
}

Document DocumentOf(const Tombstone& tombstone) {
  const Json json = {{"format", kManifestFormat},
                     {"log_id", tombstone.log_id},
                     {"recorder", tombstone.recorder},
                     {"attempt", tombstone.attempt},
                     {"segment", tombstone.segment},
                     {"deleted", FormatTime(tombstone.deleted_at)},
                     {"reason", tombstone.reason},
                     {"bytes", tombstone.bytes},
                     {"manifest", crypto::ToHex(tombstone.manifest)}};
  return Document::Make(json.dump(2));
}

Result<StoredTombstone> ReadTombstone(const fs::path& attempt_directory, uint32_t segment) {
  TRY_ASSIGN(Document document, ReadDocument(attempt_directory / TombstoneName(segment)));
  TRY_ASSIGN(Tombstone tombstone, ParseTombstone(document));
  return StoredTombstone{std::move(document), std::move(tombstone)};
}

}  // namespace trafrec::store
