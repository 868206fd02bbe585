#include "tools/reconcile/boundary_overlay.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "replay/dialect/target.h"
#include "store/files/log_layout.h"
#include "store/overlay/overlay_reader.h"

namespace trafrec::tools {
namespace {

/// By which a boundary knows what an earlier one wrote.
constexpr std::string_view kMark = "boundary: ";
/// Below the numbers that reconcile gives to what it inserts, and far above a person's.
constexpr uint64_t kNumbers = uint64_t{1} << 48U;

uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return hash % (kNumbers / 2) + kNumbers / 2;
}

}  // namespace

Result<reconcile::KnownByOverlay> ReadKnown(const std::filesystem::path& file) {
  reconcile::KnownByOverlay known;
  if (std::error_code error; !std::filesystem::exists(file, error)) {
    return known;
  }
  TRY_ASSIGN(const auto overlay, store::OverlayReader::Open(file));
  TRY(overlay->Visit(
      [&known](const store::OverlayEntry& entry) {
        if (const auto* verdict = std::get_if<store::OverlayVerdict>(&entry.what)) {
          known.fates[entry.at].verdict = verdict->verdict;
        } else if (const auto* position = std::get_if<store::CommitPosition>(&entry.what)) {
          known.fates[entry.at].seq_no = position->seq_no;
        }
        return true;
      },
      [&known](const store::Insertion& insertion) {
        if (insertion.position) {
          known.insertions.push_back({.at = {store::InsertionId(insertion.number)},
                                      .method = insertion.method,
                                      .target = insertion.target,
                                      .seq_no = insertion.position->seq_no});
        }
        return true;
      }));
  return known;
}

Result<std::unique_ptr<BoundaryOverlay>> BoundaryOverlay::Open(const std::filesystem::path& file,
                                                               const std::filesystem::path& log) {
  TRY_ASSIGN(const store::LogIdentity identity, store::ReadLogIdentity(log));
  auto overlay = std::make_unique<BoundaryOverlay>();
  overlay->log_id_ = identity.log_id;
  std::error_code error;
  const bool is_new = !std::filesystem::exists(file, error);
  TRY_ASSIGN(overlay->writer_, store::OverlayWriter::Open(file, identity.log_id));
  if (!is_new) {
    TRY(overlay->RemoveEarlier(file));
  }
  return overlay;
}

Status BoundaryOverlay::RemoveEarlier(const std::filesystem::path& file) {
  std::vector<store::OperationAddress> drops;
  std::vector<uint64_t> insertions;
  {
    TRY_ASSIGN(const auto reader, store::OverlayReader::Open(file));
    TRY(reader->Visit(
        [&drops](const store::OverlayEntry& entry) {
          const auto* drop = std::get_if<store::OverlayDrop>(&entry.what);
          if (drop != nullptr && drop->reason.starts_with(kMark)) {
            drops.push_back(entry.at);
          }
          return true;
        },
        [&insertions](const store::Insertion& insertion) {
          if (insertion.reason.starts_with(kMark)) {
            insertions.push_back(insertion.number);
          }
          return true;
        }));
  }
  for (const store::OperationAddress& at : drops) {
    TRY(writer_->Remove(at, store::OverlayKind::kDrop));
  }
  for (const uint64_t number : insertions) {
    TRY(writer_->RemoveInsertion(number));
  }
  return {};
}

Status BoundaryOverlay::LeaveOut(const store::OperationAddress& at, std::string_view why) {
  return writer_->Put(store::OverlayEntry{at, store::OverlayDrop{fmt::format("{}{}", kMark, why)}});
}

Status BoundaryOverlay::RemoveFirst(const reconcile::SpanMutation& mutation) {
  uint64_t number = HashOf(store::FormatAddress(mutation.at));
  while (!numbers_.insert(number).second) {
    ++number;
  }
  const reconcile::DocumentName& name = mutation.document;
  store::Insertion removal{.number = number,
                           .place = store::Place::kBefore,
                           .beside = mutation.at.exchange,
                           .method = "DELETE",
                           .target = fmt::format("/{}/_doc/{}", dialect::PercentEncode(name.index),
                                                 dialect::PercentEncode(name.id)),
                           .reason = fmt::format("{}the copy may have what {} creates", kMark,
                                                 store::FormatAddress(mutation.at))};
  if (!name.routing.empty()) {
    removal.target += "?routing=" + dialect::PercentEncode(name.routing);
  }
  TRY(writer_->Put(removal));
  return {};
}

Status BoundaryOverlay::Finish(store::LogReader& reader) {
  TRY(writer_->CheckAgainst(log_id_, reader));
  return writer_->Commit();
}

}  // namespace trafrec::tools
