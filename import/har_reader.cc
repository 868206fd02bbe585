#include "import/har_reader.h"

#include <algorithm>

#include "import/json_objects.h"

namespace trafrec::import {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

constexpr std::string_view kBetween = ", \t\r\n";
constexpr std::string_view kBlanks = kBetween.substr(1);

const char* DamageOf(ObjectEnd::Kind kind) {
  switch (kind) {
    case ObjectEnd::Kind::kTooDeep:
      return "an entry that is nested too deeply";
    case ObjectEnd::Kind::kTooLarge:
      return "an entry larger than 128 MiB";
    default:
      return "an entry that is no JSON";
  }
}

}  // namespace

Result<bool> HarReader::ReadOne(TimeWindow& window) {
  if (!entered_) {
    TRY(Enter());
  }
  if (ended_) {
    return false;
  }
  if (damaged_from_) {
    return FindNextEntry(window);
  }
  TRY_ASSIGN(std::optional<char> next, SkipAnyOf(kBetween));
  if (!next) {
    EndsEarly(context_.source.offset(), 0, "the list of entries has no end");
    return false;
  }
  if (next == ']') {
    const uint64_t offset = context_.source.offset();
    context_.source.Skip(1);
    TRY_ASSIGN(next, SkipAnyOf(kBlanks));
    if (!next || next == ',' || next == '}') {
      ended_ = true;
      TRY(CheckEnd());
      return false;
    }
    // The list cannot have ended there.
    damaged_from_ = offset;
    damage_ = "what is no entry";
    return true;
  }
  if (next == '{') {
    TRY(TakeObject(window));
    return true;
  }
  damaged_from_ = context_.source.offset();
  damage_ = "what is no entry";
  return true;
}

Status HarReader::Enter() {
  entered_ = true;
  TRY_ASSIGN(const std::string_view first, context_.source.Want(kByteOrderMark.size()));
  context_.source.Skip(first.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
  TRY_ASSIGN(const HarEntrance entrance, EnterHarEntries(context_.source));
  if (entrance == HarEntrance::kNone) {
    return Fail(ErrorCode::kUsage,
                context_.source.name() + " is no HAR file: it has no log.entries",
                "--format says what it is: har, gor or ndjson");
  }
  if (entrance == HarEntrance::kCut) {
    EndsEarly(context_.source.offset(), 0, "it ends before its entries");
  }
  return {};
}

Result<std::optional<char>> HarReader::SkipAnyOf(std::string_view skipped) {
  while (true) {
    TRY_ASSIGN(const std::string_view text, context_.source.Want(1));
    const size_t at = std::min(text.find_first_not_of(skipped), text.size());
    context_.source.Skip(at);
    if (at < text.size() || text.empty()) {
      return at < text.size() ? std::optional(text[at]) : std::nullopt;
    }
  }
}

/// The object at the source's place, which it leaves behind it if it is whole.
Result<HarReader::Outcome> HarReader::TakeObject(TimeWindow& window) {
  const uint64_t offset = context_.source.offset();
  TRY_ASSIGN(const ObjectEnd end, FindObjectEnd(context_.source));
  if (end.kind != ObjectEnd::Kind::kWhole) {
    if (!damaged_from_) {
      damaged_from_ = offset;
      damage_ = end.kind == ObjectEnd::Kind::kCut ? "an entry without its end" : DamageOf(end.kind);
    }
    return Outcome::kNotWhole;
  }
  TRY_ASSIGN(const std::string_view text, context_.source.Want(end.size));
  const JsonValue value = parser_.Parse(text.substr(0, end.size));
  context_.source.Skip(end.size);
  if (!HarEntryReader::LooksLikeEntry(value)) {
    if (!damaged_from_) {
      context_.LeaveOut(offset, end.size,
                        value.exists() ? "an object that is no entry" : "an entry that is no JSON");
    }
    return Outcome::kNoEntry;
  }
  if (damaged_from_) {
    context_.LeaveOut(*damaged_from_, offset - *damaged_from_, damage_);
    damaged_from_.reset();
  }
  HarEntry entry = entries_.Read(value);
  if (entry.broken != nullptr) {
    context_.LeaveOut(offset, end.size, entry.broken);
  } else if (entry.left_out != nullptr) {
    ++context_.report.left_out[entry.left_out];
  } else {
    if (entry.noted != nullptr) {
      ++context_.report.noted[entry.noted];
    }
    window.Add(std::move(*entry.exchange));
  }
  return Outcome::kTaken;
}

/// Tries each bracket that opens an object. The first is the one that was found not to be whole.
Result<bool> HarReader::FindNextEntry(TimeWindow& window) {
  while (true) {
    TRY_ASSIGN(const std::string_view text, context_.source.Want(2));
    const size_t from = context_.source.offset() == *damaged_from_ ? 1 : 0;
    const size_t open = text.find('{', from);
    if (open == std::string_view::npos) {
      if (text.size() < 2) {
        context_.source.Skip(text.size());
        const uint64_t end = context_.source.offset();
        EndsEarly(*damaged_from_, end - *damaged_from_, damage_);
        return false;
      }
      context_.source.Skip(text.size());
      continue;
    }
    context_.source.Skip(open);
    TRY_ASSIGN(const Outcome outcome, TakeObject(window));
    if (outcome == Outcome::kTaken) {
      return true;
    }
    if (outcome == Outcome::kNotWhole) {
      context_.source.Skip(1);
    }
  }
}

/// Behind the list: the ends of `log` and of the document.
Status HarReader::CheckEnd() {
  size_t open = 2;
  while (true) {
    TRY_ASSIGN(const std::string_view text, context_.source.Want(1));
    for (const char c : text) {
      open -= c == '}' && open > 0 ? 1 : 0;
    }
    context_.source.Skip(text.size());
    if (text.empty()) {
      if (open > 0) {
        EndsEarly(context_.source.offset(), 0, "the end behind the entries is missing");
      }
      return {};
    }
  }
}

void HarReader::EndsEarly(uint64_t offset, uint64_t bytes, const char* what) {
  ended_ = true;
  context_.LeaveOut(offset, bytes, what, true);
}

}  // namespace trafrec::import
