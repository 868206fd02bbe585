#include "store/verify/head_claim_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "store/crypto/encoding.h"
#include "store/format/sentinel_record.h"
#include "store/format/sentinel_rows.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/verify/verify_segment.h"

namespace trafrec::store {
namespace {

/// Its manifest says so, which is faster than a look into the segment.
bool HasNoWatermark(const SegmentFile& segment) {
  const auto stored = ReadManifest(segment.path.parent_path(), segment.number);
  return stored && stored->manifest.counts.watermarks == 0;
}

Status AddClaims(SegmentConnection& connection, const AttemptKey& attempt,
                 std::vector<SentHeadClaim>& claims) {
  TRY_ASSIGN(const bool any, HasSentinelTable(connection.database()));
  if (!any) {
    return {};
  }
  TRY_ASSIGN(db::Statement * rows,
             connection.Prepared("SELECT s.exchange, s.at_ns, t.bytes FROM sentinel s "
                                 "JOIN exchange e ON e.n=s.exchange JOIN text t ON t.id=e.target "
                                 "WHERE s.verdict=?"));
  rows->Bind(0, static_cast<int64_t>(SentinelVerdict::kCounted));
  while (true) {
    TRY_ASSIGN(const bool row, rows->Step());
    if (!row) {
      rows->Reset();
      return {};
    }
    const ExchangeId id = {attempt.recorder, attempt.attempt, rows->Unsigned(0)};
    for (HeadClaim& claim : FindHeadClaims(AsText(rows->Blob(2)))) {
      claims.push_back({std::move(claim), id, rows->Int(1)});
    }
  }
}

/// How the chains differ from a claim; nothing if they bear it out.
std::optional<std::string> Contradiction(const HeadClaim& claim, const Chains& chains) {
  const auto chain = std::ranges::find_if(
      chains, [&](const auto& each) { return each->attempt() == claim.attempt; });
  if (chain == chains.end()) {
    return "the attempt is missing";
  }
  const StoredManifest* const stored = (*chain)->Find(claim.head.segment);
  if (stored == nullptr) {
    return "it is missing";
  }
  return stored->document.hash() == claim.head.hash
             ? std::nullopt
             : std::optional<std::string>("this is another one");
}

}  // namespace

Result<std::vector<SentHeadClaim>> ReadHeadClaims(const std::vector<std::filesystem::path>& folders,
                                                  const Identities& identities) {
  std::vector<SentHeadClaim> claims;
  SegmentFiles files(folders, identities);
  TRY_ASSIGN(const std::vector<AttemptKey> attempts, LogCatalogue(files).AllAttempts());
  for (const AttemptKey& attempt : attempts) {
    TRY_ASSIGN(const std::vector<SegmentFile> segments, files.Segments(attempt));
    for (const SegmentFile& segment : segments) {
      if (HasNoWatermark(segment)) {
        continue;
      }
      std::vector<SentHeadClaim> read;
      const Status visited =
          files.With(attempt, segment.number, [&](SegmentConnection& connection) {
            read.clear();
            return AddClaims(connection, attempt, read);
          });
      if (visited) {
        std::ranges::move(read, std::back_inserter(claims));
      }
    }
  }
  return claims;
}

std::vector<Damage> CheckHeadClaims(const std::vector<SentHeadClaim>& claims,
                                    const std::string& log_id, const Chains& chains) {
  std::vector<Damage> damages;
  for (const SentHeadClaim& sent : claims) {
    if (sent.claim.log_id != log_id) {
      continue;
    }
    if (const auto wrong = Contradiction(sent.claim, chains)) {
      damages.push_back(
          {NameInLog(sent.claim.attempt, ManifestName(sent.claim.head.segment)),
           fmt::format("sentinel {} of {} signs that it was the newest manifest then (sha256 "
                       "{:.16}…), but {}",
                       FormatExchangeId(sent.sentinel), FormatTime(sent.at),
                       crypto::ToHex(sent.claim.head.hash), *wrong)});
    }
  }
  return damages;
}

}  // namespace trafrec::store
