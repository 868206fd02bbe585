#include "tools/overlay/overlay_remove.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "store/overlay/overlay_reader.h"
#include "store/overlay/overlay_writer.h"
#include "tools/overlay/entry_json.h"

namespace trafrec::tools {
namespace {

using store::OperationAddress;

/// By place in OverlayEntry's variant, then insertions.
constexpr std::array<std::string_view, 6> kKinds = {"drop",     "verdict", "move",
                                                    "position", "rewrite", "insert"};
constexpr size_t kInsert = kKinds.size() - 1;

/// Must not outlive its reader while it finds.
class Removal {
 public:
  Removal(std::string file, store::OverlayReader& reader)
      : file_(std::move(file)), reader_(reader) {}

  Status SetKinds(const std::vector<std::string>& kinds) {
    wanted_.fill(kinds.empty());
    for (const std::string& kind : kinds) {
      const auto known = std::ranges::find(kKinds, kind);
      if (known == kKinds.end()) {
        return Fail(ErrorCode::kUsage, fmt::format("there is no kind '{}'", kind),
                    fmt::format("one of these: {}", fmt::join(kKinds, ", ")));
      }
      wanted_.at(static_cast<size_t>(known - kKinds.begin())) = true;
    }
    return {};
  }

  /// Finds what is to go; nothing is changed before all is found.
  Status Find(const OperationAddress& at) {
    TRY_ASSIGN(const store::ExchangeOverlay said, reader_.Of(at.exchange));
    const size_t found = entries_.size() + insertions_.size();
    bool whole = false;
    if (store::IsInsertion(at.exchange) && !at.item && wanted_[kInsert]) {
      TRY_ASSIGN(auto insertion, reader_.FindInsertion(at.exchange.number));
      if (insertion) {
        whole = true;
        insertions_.push_back(*std::move(insertion));
      }
    }
    for (const store::OverlayEntry& entry : said.entries) {
      // What is said of an insertion goes with it.
      if (whole || (entry.at == at && wanted_.at(entry.what.index()))) {
        entries_.push_back(entry);
      }
    }
    return entries_.size() + insertions_.size() > found ? Status() : Unknown(at, said);
  }

  Result<TakenOut> Take(store::OverlayWriter& writer) const {
    TakenOut taken;
    // What was named twice in one call is taken out once.
    const auto note = [&](bool there, const auto& entry) {
      if (there) {
        ++taken.count;
        AppendJsonLine(taken.json, entry);
      }
    };
    std::vector<uint64_t> gone;
    for (const store::OverlayEntry& entry : entries_) {
      const auto kind = static_cast<store::OverlayKind>(entry.what.index() + 1);
      TRY_ASSIGN(const bool there, writer.Remove(entry.at, kind));
      note(there, entry);
    }
    for (const store::Insertion& insertion : insertions_) {
      TRY_ASSIGN(const bool there, writer.RemoveInsertion(insertion.number));
      note(there, insertion);
      gone.push_back(insertion.number);
    }
    TRY(writer.RefuseLeftBeside(gone));
    return taken;
  }

 private:
  Status Unknown(const OperationAddress& at, const store::ExchangeOverlay& said) {
    std::vector<std::string_view> others;
    for (const store::OverlayEntry& entry : said.entries) {
      if (entry.at == at) {
        others.push_back(kKinds.at(entry.what.index()));
      }
    }
    const std::string address = FormatAddress(at);
    if (!others.empty()) {
      return Fail(ErrorCode::kNotFound,
                  fmt::format("{} says nothing of that kind of {}", file_, address),
                  fmt::format("of {} it has: {}", address, fmt::join(others, ", ")));
    }
    TRY_ASSIGN(const auto nearest, reader_.Nearest(at));
    return Fail(ErrorCode::kNotFound, fmt::format("{} says nothing of {}", file_, address),
                nearest ? fmt::format("the nearest of which it speaks is {}; trafrec overlay {} "
                                      "list shows all",
                                      FormatAddress(*nearest), file_)
                        : "it is empty");
  }

  const std::string file_;
  store::OverlayReader& reader_;
  std::array<bool, kKinds.size()> wanted_{};
  std::vector<store::OverlayEntry> entries_;
  std::vector<store::Insertion> insertions_;
};

}  // namespace

Result<TakenOut> TakeOut(const std::string& file, const std::optional<std::string>& log_id,
                         const std::vector<std::string>& operations,
                         const std::vector<std::string>& kinds) {
  std::vector<OperationAddress> at;
  for (const std::string& text : operations) {
    TRY_ASSIGN(at.emplace_back(), store::ParseAddress(text));
  }
  if (at.empty()) {
    return Fail(ErrorCode::kUsage, "nothing to remove", "trafrec overlay FILE remove ID");
  }
  TRY_ASSIGN(auto reader, store::OverlayReader::Open(file));
  TRY_ASSIGN(const auto writer,
             store::OverlayWriter::Open(file, log_id.value_or(reader->log_id())));
  // Anew, now that nobody else can change it.
  TRY_ASSIGN(reader, store::OverlayReader::Open(file));
  Removal removal(file, *reader);
  TRY(removal.SetKinds(kinds));
  for (const OperationAddress& each : at) {
    TRY(removal.Find(each));
  }
  reader.reset();
  TRY_ASSIGN(TakenOut taken, removal.Take(*writer));
  TRY(writer->Commit());
  return taken;
}

}  // namespace trafrec::tools
