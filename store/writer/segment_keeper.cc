#include "store/writer/segment_keeper.h"

#include "store/manifest/manifest_chain.h"

namespace trafrec::store {
namespace {

template <typename T>
Status StatusOf(const Result<T>& result) {
  return result ? Status() : std::unexpected(result.error());
}

}  // namespace

void SegmentKeeper::TakeSealed(const std::filesystem::path& segment, unsigned threads, bool own) {
  Status extended = StatusOf(ExtendChain(segment.parent_path(), key_.get(), threads));
  if (own) {
    chain_ = std::move(extended);
  }
  Tidy();
}

void SegmentKeeper::Tidy() {
  if (policy_.any()) {
    retention_ = StatusOf(ApplyRetention(recorder_directory_, policy_, WallClockNow(), key_.get()));
  }
}

void SegmentKeeper::SetPolicy(const RetentionPolicy& policy) {
  policy_ = policy;
  if (!policy_.any()) {
    retention_ = {};
  }
  Tidy();
}

Status SegmentKeeper::status() const { return chain_ ? retention_ : chain_; }

}  // namespace trafrec::store
