#include "store/overlay/overlay_entry.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "store/reader/exchange_id.h"

namespace trafrec::store {
namespace {

constexpr std::string_view kInserted = "overlay";

constexpr std::array<std::string_view, 4> kVerdicts = {"committed", "not_committed", "superseded",
                                                       "unknown"};
constexpr std::array<std::string_view, 2> kGrades = {"proven", "presumed"};

/// Values of these enumerations count from 1.
template <typename Value, size_t kSize>
std::optional<Value> ValueOf(const std::array<std::string_view, kSize>& names,
                             std::string_view name) {
  for (size_t i = 0; i < kSize; ++i) {
    if (names[i] == name) {
      return static_cast<Value>(i + 1);
    }
  }
  return std::nullopt;
}

template <typename Number>
bool TakeNumber(std::string_view text, Number& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() && number >= 0;
}

Status CheckRewrite(const OperationAddress& at, const OverlayRewrite& rewrite) {
  const auto refused = [&](std::string_view why, const char* remedy) {
    return Fail(ErrorCode::kUsage,
                fmt::format("{} cannot be rewritten so: {}", FormatAddress(at), why), remedy);
  };
  if (at.item && (rewrite.method || rewrite.target || !rewrite.set_fields.empty() ||
                  !rewrite.removed_fields.empty())) {
    return refused("an item has no method, target or headers of its own",
                   "rewrite the whole exchange for these");
  }
  if (rewrite.body && !rewrite.pointers.empty()) {
    return refused("a new body, and places in the old one", "give one of the two");
  }
  for (const auto& [pointer, value] : rewrite.pointers) {
    if (!pointer.empty() && !pointer.starts_with('/')) {
      return refused(fmt::format("'{}' is no JSON pointer", pointer),
                     "a pointer begins with a slash: /price, /items/0/name");
    }
  }
  if (!rewrite.method && !rewrite.target && rewrite.set_fields.empty() &&
      rewrite.removed_fields.empty() && !rewrite.body && rewrite.pointers.empty()) {
    return refused("nothing is to be changed", "say what, or use drop");
  }
  return {};
}

}  // namespace

std::string FormatPosition(const CommitPosition& position) {
  return fmt::format("{}/{}/{}/{}", position.index_uuid, position.shard, position.primary_term,
                     position.seq_no);
}

Result<CommitPosition> ParsePosition(std::string_view text) {
  CommitPosition position;
  std::array<std::string_view, 4> parts;
  std::string_view rest = text;
  for (size_t i = 0; i < parts.size(); ++i) {
    const size_t slash = i + 1 < parts.size() ? rest.find('/') : rest.size();
    if (slash == std::string_view::npos) {
      break;
    }
    parts.at(i) = rest.substr(0, slash);
    rest.remove_prefix(i + 1 < parts.size() ? slash + 1 : slash);
  }
  position.index_uuid = std::string(parts[0]);
  if (parts[0].empty() || !TakeNumber(parts[1], position.shard) ||
      !TakeNumber(parts[2], position.primary_term) || !TakeNumber(parts[3], position.seq_no)) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is no commit position", text),
                "it is the index's UUID, shard, primary term and seq_no, as in "
                "yPmvF1rRTgaX2bAkR1nC5A/0/1/41");
  }
  return position;
}

std::string_view NameOf(Verdict verdict) { return kVerdicts.at(static_cast<size_t>(verdict) - 1); }
std::optional<Verdict> VerdictOf(std::string_view name) {
  return ValueOf<Verdict>(kVerdicts, name);
}
std::string_view NameOf(Grade grade) { return kGrades.at(static_cast<size_t>(grade) - 1); }
std::optional<Grade> GradeOf(std::string_view name) { return ValueOf<Grade>(kGrades, name); }

ExchangeId InsertionId(uint64_t number) {
  return {.recorder = std::string(kInserted), .attempt = 0, .number = number};
}

bool IsInsertion(const ExchangeId& id) { return id.attempt == 0 && id.recorder == kInserted; }

Status CheckEntry(const OverlayEntry& entry) {
  if (const auto* rewrite = std::get_if<OverlayRewrite>(&entry.what)) {
    return CheckRewrite(entry.at, *rewrite);
  }
  const auto* move = std::get_if<OverlayMove>(&entry.what);
  if (move != nullptr && move->other.exchange == entry.at.exchange &&
      (!move->other.item || !entry.at.item || move->other.item == entry.at.item)) {
    return Fail(ErrorCode::kUsage,
                fmt::format("{} cannot be moved beside itself", FormatAddress(entry.at)),
                "name another operation");
  }
  return {};
}

}  // namespace trafrec::store
