#include "store/reader/log_reader_find.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "store/reader/deleted_segments.h"
#include "store/reader/log_reader_rows.h"

namespace trafrec::store {
namespace {

constexpr int64_t kAllFrames = std::numeric_limits<int64_t>::max();

/// Finds one number among the segments of one attempt.
class Search {
 public:
  Search(SegmentFiles& files, const AttemptKey& key, std::vector<uint32_t> segments)
      : files_(files), key_(key), segments_(std::move(segments)) {}

  Result<std::optional<ExchangeRow>> Run(ExchangeNumber number) {
    TRY_ASSIGN(const size_t likely, LikelyPlace(number));
    // Rows that came late lie in later segments, those of odd numbering anywhere: look further and
    // further away, until all were seen.
    for (size_t distance = 0; distance < segments_.size(); ++distance) {
      for (const bool later : {true, false}) {
        const size_t place = later ? likely + distance : likely - distance;
        if (place >= segments_.size() || (distance == 0 && !later)) {
          continue;
        }
        TRY_ASSIGN(std::optional<ExchangeRow> row, At(place, number));
        if (row) {
          return Newest(place, *std::move(row));
        }
      }
    }
    return std::nullopt;
  }

  /// "1 to 4711", as ids; empty if there are none.
  Result<std::string> Range() {
    ExchangeNumber least = 0;
    ExchangeNumber greatest = 0;
    for (const uint32_t segment : {segments_.front(), segments_.back()}) {
      const Status visited =
          files_.With(key_, segment, [&](SegmentConnection& connection) -> Status {
            TRY_ASSIGN(const auto first,
                       connection.database().QueryInt("SELECT min(n) FROM exchange"));
            TRY_ASSIGN(const auto last,
                       connection.database().QueryInt("SELECT max(n) FROM exchange"));
            if (first && last) {
              const auto low = static_cast<ExchangeNumber>(*first);
              least = least == 0 ? low : std::min(least, low);
              greatest = std::max(greatest, static_cast<ExchangeNumber>(*last));
            }
            return {};
          });
      TRY(visited);
    }
    if (greatest == 0) {
      return std::string();
    }
    return fmt::format("{} to {}", FormatExchangeId({key_.recorder, key_.attempt, least}),
                       FormatExchangeId({key_.recorder, key_.attempt, greatest}));
  }

 private:
  /// Index of the first segment whose greatest number reaches `number`, if they are in order.
  Result<size_t> LikelyPlace(ExchangeNumber number) {
    size_t low = 0;
    size_t high = segments_.size() - 1;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      std::optional<int64_t> greatest;
      const Status visited =
          files_.With(key_, segments_[middle], [&](SegmentConnection& connection) -> Status {
            TRY_ASSIGN(greatest, connection.database().QueryInt("SELECT max(n) FROM exchange"));
            return {};
          });
      if (files_.WasDeleted(key_, segments_[middle], visited)) {
        low = middle + 1;
        continue;
      }
      TRY(visited);
      if (greatest && static_cast<ExchangeNumber>(*greatest) < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  Result<std::optional<ExchangeRow>> At(size_t place, ExchangeNumber number) {
    std::optional<ExchangeRow> row;
    const Status read =
        files_.With(key_, segments_[place], [&](SegmentConnection& connection) -> Status {
          TRY_ASSIGN(row, RowReader::Row(connection, key_, segments_[place], number, kAllFrames));
          return {};
        });
    if (!read && read.error().code != ErrorCode::kNotFound) {
      return std::unexpected(read.error());
    }
    return row;
  }

  Result<ExchangeRow> Newest(size_t place, ExchangeRow row) {
    while (HasFlag(row.flags, Flag::kOpen) && ++place < segments_.size()) {
      TRY_ASSIGN(std::optional<ExchangeRow> later, At(place, row.id.number));
      if (later) {
        row = *std::move(later);
      }
    }
    return row;
  }

  SegmentFiles& files_;
  AttemptKey key_;
  std::vector<uint32_t> segments_;
};

std::unexpected<Error> NoSuch(const ExchangeId& id, const std::string& what) {
  return Fail(ErrorCode::kNotFound,
              fmt::format("there is no exchange {}: {}", FormatExchangeId(id), what),
              "trafrec show LOG lists the ids that there are");
}

Result<std::string> RecordersInWords(LogCatalogue& catalogue) {
  TRY_ASSIGN(const std::vector<AttemptKey> keys, catalogue.AllAttempts());
  std::string text;
  for (const AttemptKey& key : keys) {
    if (text.empty() || !text.ends_with("'" + key.recorder + "'")) {
      text += (text.empty() ? "'" : ", '") + key.recorder + "'";
    }
  }
  return text;
}

Result<std::string> AttemptsInWords(LogCatalogue& catalogue, const std::string& recorder) {
  TRY_ASSIGN(const std::vector<AttemptKey> keys, catalogue.AllAttempts());
  std::vector<uint32_t> attempts;
  for (const AttemptKey& key : keys) {
    if (key.recorder == recorder) {
      attempts.push_back(key.attempt);
    }
  }
  if (attempts.empty()) {
    return std::string();
  }
  return attempts.size() == 1 ? fmt::format("{:04}", attempts.front())
                              : fmt::format("{:04} to {:04}", attempts.front(), attempts.back());
}

}  // namespace

Result<ExchangeRow> FindExchange(SegmentFiles& files, LogCatalogue& catalogue,
                                 const ExchangeId& id) {
  const AttemptKey key{id.recorder, id.attempt};
  TRY_ASSIGN(const std::vector<SegmentFile> any, files.Segments(key));
  if (any.empty()) {
    TRY_ASSIGN(const std::string attempts, AttemptsInWords(catalogue, id.recorder));
    if (!attempts.empty()) {
      return NoSuch(id, fmt::format("recorder '{}' has no attempt {:04}, only {}", id.recorder,
                                    id.attempt, attempts));
    }
    TRY_ASSIGN(const std::string recorders, RecordersInWords(catalogue));
    return NoSuch(id, recorders.empty() ? "the log has no recorders"
                                        : fmt::format("the log has no recorder '{}', only {}",
                                                      id.recorder, recorders));
  }
  TRY_ASSIGN(std::vector<uint32_t> segments, catalogue.VisibleSegments(key));
  if (segments.empty()) {
    return NoSuch(id, fmt::format("attempt {:04} of recorder '{}' has not finished", id.attempt,
                                  id.recorder));
  }
  Search search(files, key, std::move(segments));
  TRY_ASSIGN(std::optional<ExchangeRow> row, search.Run(id.number));
  if (row) {
    TRY(AddEarlierMessages(files, *row));
    return *std::move(row);
  }
  TRY_ASSIGN(const DeletedSegments deleted, FindDeleted(files, key));
  if (id.number >= deleted.first_exchange && id.number <= deleted.last_exchange) {
    return NoSuch(id, fmt::format("it was deleted with its segment ({})", deleted.reason));
  }
  TRY_ASSIGN(const std::string range, search.Range());
  return NoSuch(id, range.empty() ? "this attempt has no exchanges" : "this attempt has " + range);
}

}  // namespace trafrec::store
