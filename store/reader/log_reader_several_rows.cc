// The merged exchanges for a caller that asks for one after another.

#include "store/reader/log_reader_several.h"

namespace trafrec::store {

/// Notes what holds the rest back once the end is reached.
class SeveralRecorders::PulledRows : public ExchangeCursor {
 public:
  PulledRows(SeveralRecorders& several, MergedCursor cursor, HoldPoint hold)
      : several_(several), cursor_(std::move(cursor)), hold_(std::move(hold)) {
    ++several_.pulled_;
  }
  ~PulledRows() override { --several_.pulled_; }
  PulledRows(const PulledRows&) = delete;
  PulledRows& operator=(const PulledRows&) = delete;

  Result<std::optional<ExchangeRow>> Next() override {
    TRY_ASSIGN(std::optional<TimedRow> row, cursor_.Next());
    if (!row) {
      several_.hold_ = cursor_.held() ? hold_.by : std::nullopt;
      return std::nullopt;
    }
    return std::move(row->row);
  }

 private:
  SeveralRecorders& several_;
  MergedCursor cursor_;
  const HoldPoint hold_;
};

Result<std::unique_ptr<ExchangeCursor>> SeveralRecorders::Rows(const ExchangeFilter& filter,
                                                               const Snapshots& snapshots) {
  TRY(UpdateClocks(snapshots));
  hold_.reset();
  HoldPoint hold = FindHold(SourceOf(snapshots), without_);
  TRY_ASSIGN(MergedCursor cursor, OpenCursor(snapshots, BoundsOf(filter, snapshots, hold.at)));
  return std::make_unique<PulledRows>(*this, std::move(cursor), std::move(hold));
}

}  // namespace trafrec::store
