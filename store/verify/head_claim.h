#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/manifest/manifest_files.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// How far the chain of an attempt had come when a sentinel was sent. The sentinel's signature
/// covers it, and others saw the request, too: a chain that is cut or replaced later contradicts
/// it. docs/sentinel.md is normative.
struct HeadClaim {
  std::string log_id;
  AttemptKey attempt;
  Head head;

  friend bool operator==(const HeadClaim&, const HeadClaim&) = default;
};

/// A target holds so many: servers refuse first lines of more than some 4 KiB.
inline constexpr size_t kHeadClaimsMax = 16;

/// "trafrec_head/<log id>/<recorder>/0001/000003/<digest>".
std::string FormatHeadClaim(const HeadClaim& claim);
/// All that a request's target names, between any of its delimiters.
std::vector<HeadClaim> FindHeadClaims(std::string_view target);

/// Of the newest attempt of each recorder that has sealed anything. Fails if there are more than
/// kHeadClaimsMax.
Result<std::vector<HeadClaim>> HeadClaimsOf(const std::filesystem::path& log);

}  // namespace trafrec::store
