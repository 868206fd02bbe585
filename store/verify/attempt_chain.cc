#include "store/verify/attempt_chain.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/parallel.h"
#include "store/verify/verify_segment.h"

namespace trafrec::store {
namespace {

/// Manifests and tombstones say where they belong.
template <typename T>
std::optional<std::string> Misplaced(const T& said, const std::string& log_id,
                                     const AttemptKey& attempt, uint32_t segment) {
  if (said.recorder != attempt.recorder || said.attempt != attempt.attempt ||
      said.segment != segment) {
    return fmt::format("it says that it is of {}/{:04}/{:06}: it was swapped or copied here",
                       said.recorder, said.attempt, said.segment);
  }
  if (said.log_id != log_id) {
    return fmt::format("it is of another log, {}", said.log_id);
  }
  return std::nullopt;
}

}  // namespace

std::string MissingInWords(std::string_view thing, uint32_t first, uint32_t last) {
  return first == last ? fmt::format("this {} is missing", thing)
                       : fmt::format("this {} and those up to {:06} are missing", thing, last);
}

std::optional<std::string> SignatureProblem(const Document& document,
                                            std::span<const crypto::VerifyKey> trusted) {
  if (!document.signature()) {
    return "it is not signed";
  }
  if (!document.SignatureFits()) {
    return "its signature is wrong";
  }
  const crypto::PublicBytes& key = document.signature()->key;
  if (std::ranges::none_of(trusted, [&](const auto& each) { return each.bytes() == key; })) {
    return fmt::format("it is signed with the key {}, which is not among those trusted",
                       crypto::KeyIdOf(key));
  }
  return std::nullopt;
}

Result<AttemptChain> AttemptChain::Load(const std::filesystem::path& log, const std::string& log_id,
                                        const AttemptKey& attempt, unsigned threads) {
  AttemptChain chain(attempt, log / attempt.recorder / AttemptDirectoryName(attempt.attempt));
  TRY(chain.ReadManifests(log_id, threads));
  TRY(chain.ReadTombstones(log_id));
  chain.CheckMissing();
  chain.CheckOrder();
  chain.CheckHead();
  return chain;
}

const StoredManifest* AttemptChain::Find(uint32_t segment) const {
  const auto found = manifests_.find(segment);
  return found == manifests_.end() ? nullptr : &found->second;
}

void AttemptChain::Report(const std::string& file, std::string what) {
  damages_.push_back({NameInLog(attempt_, file), std::move(what)});
}

Status AttemptChain::ReadManifests(const std::string& log_id, unsigned threads) {
  TRY_ASSIGN(numbers_, ListManifests(directory_));
  std::vector<std::optional<Result<StoredManifest>>> read(numbers_.size());
  ParallelFor(numbers_.size(), threads,
              [&](size_t i) { read[i] = ReadManifest(directory_, numbers_[i]); });
  for (size_t i = 0; i < numbers_.size(); ++i) {
    const uint32_t segment = numbers_[i];
    last_segment_ = segment;
    Result<StoredManifest>& stored = *read[i];
    std::optional<std::string> wrong;
    if (!stored) {
      wrong = stored.error().what;
    } else {
      wrong = Misplaced(stored->manifest, log_id, attempt_, segment);
    }
    if (wrong) {
      Report(ManifestName(segment), *wrong);
      continue;
    }
    if (stored->document.signature() && !stored->document.SignatureFits()) {
      Report(ManifestName(segment), "its signature is wrong");
    }
    manifests_.emplace(segment, *std::move(stored));
  }
  return {};
}

Status AttemptChain::ReadTombstones(const std::string& log_id) {
  TRY_ASSIGN(const std::vector<uint32_t> numbers, ListTombstones(directory_));
  for (const uint32_t segment : numbers) {
    Result<StoredTombstone> stored = ReadTombstone(directory_, segment);
    const StoredManifest* const manifest = Find(segment);
    std::optional<std::string> wrong;
    if (!stored) {
      wrong = stored.error().what;
    } else if (wrong = Misplaced(stored->tombstone, log_id, attempt_, segment); !wrong) {
      if (stored->document.signature() && !stored->document.SignatureFits()) {
        wrong = "its signature is wrong";
      } else if (manifest != nullptr && manifest->document.hash() != stored->tombstone.manifest) {
        wrong = "the manifest beside it is not that of the segment that was deleted";
      }
    }
    if (wrong) {
      Report(TombstoneName(segment), *wrong);
    } else {
      tombstones_.emplace(segment, *std::move(stored));
    }
  }
  return {};
}

void AttemptChain::CheckMissing() {
  uint32_t expected = 1;
  for (const uint32_t segment : numbers_) {
    if (segment > expected) {
      Report(ManifestName(expected),
             MissingInWords("manifest", expected, segment - 1) + ", but there are later ones");
    }
    expected = segment + 1;
  }
}

void AttemptChain::CheckOrder() {
  for (const auto& [segment, stored] : manifests_) {
    const std::optional<crypto::Digest>& previous = stored.manifest.previous;
    const StoredManifest* const before = Find(segment - 1);
    if (previous.has_value() != (segment > 1)) {
      Report(ManifestName(segment), segment > 1
                                        ? "it follows no other manifest, as only the first may"
                                        : "it follows another manifest, but is the first");
    } else if (before != nullptr && before->document.hash() != *previous) {
      Report(
          ManifestName(segment - 1),
          fmt::format("it is not the one that {} follows: it was replaced", ManifestName(segment)));
    }
  }
}

void AttemptChain::CheckHead() {
  const Result<Head> head = ReadHead(directory_);
  // A manifest is written before the head that names it, and a crash may come between the two.
  if (!head && head.error().code != ErrorCode::kNotFound) {
    Report(kHeadName, head.error().what);
  } else if (!head && last_segment_ > 1) {
    Report(kHeadName, "it is missing: nothing shows that no manifest was cut off");
  }
  if (!head) {
    return;
  }
  const StoredManifest* const named = Find(head->segment);
  if (head->segment > last_segment_) {
    Report(ManifestName(last_segment_ + 1),
           MissingInWords("manifest", last_segment_ + 1, head->segment) +
               ", but head.json names the last of them");
  } else if (named != nullptr && named->document.hash() != head->hash) {
    Report(ManifestName(head->segment), "it is not the one that head.json names");
  } else if (head->segment + 1 < last_segment_) {
    Report(kHeadName, fmt::format("it names segment {:06}, but there are manifests up to {:06}",
                                  head->segment, last_segment_));
  }
}

void AttemptChain::RequireSignature(const std::string& file, const Document& document,
                                    std::span<const crypto::VerifyKey> trusted) {
  if (const auto problem = SignatureProblem(document, trusted)) {
    Report(file, *problem);
  }
}

void AttemptChain::RequireSignatures(std::span<const crypto::VerifyKey> trusted) {
  for (const auto& [segment, stored] : manifests_) {
    RequireSignature(ManifestName(segment), stored.document, trusted);
  }
  for (const auto& [segment, stored] : tombstones_) {
    RequireSignature(TombstoneName(segment), stored.document, trusted);
  }
}

}  // namespace trafrec::store
