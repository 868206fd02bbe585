#include "import/file_stream.h"

#include <algorithm>

#include "import/har_reader.h"
#include "import/ndjson_reader.h"

namespace trafrec::import {
namespace {

std::unique_ptr<ExchangeReader> MakeReader(Format format, GorResponses responses,
                                           const ReaderContext& context) {
  switch (format) {
    case Format::kHar:
      return std::make_unique<HarReader>(context);
    case Format::kGor:
      return std::make_unique<GorReader>(context, responses);
    case Format::kNdjson:
      break;
  }
  return std::make_unique<NdjsonReader>(context);
}

}  // namespace

FileStream::FileStream(std::unique_ptr<ByteSource> source, Format format, GorResponses responses,
                       ConnectionNumbers& numbers, ImportReport& report, size_t files)
    : source_(std::move(source)),
      report_(report),
      window_(std::max(limits::kWindowExchanges / files, limits::kWindowExchangesLeast),
              std::max(limits::kWindowBytes / files, limits::kWindowBytesLeast)),
      reader_(MakeReader(format, responses, {*source_, report_, numbers})) {}

Result<bool> FileStream::Ready() {
  while (!ended_ && !window_.full()) {
    TRY_ASSIGN(const bool more, reader_->ReadOne(window_));
    if (!more && !source_->damage().empty()) {
      report_.Add({source_->name(), source_->offset(), 0, source_->damage(), true});
    }
    NoteDamage();
    ended_ = !more;
  }
  return !window_.empty();
}

/// What is missing lay between the record before it and the one after it, which may not be here
/// yet: the window's newest goes with it.
void FileStream::NoteDamage() {
  const TimeNs newest = window_.last_added();
  if (!losses_.empty() && losses_.back().until == 0) {
    losses_.back().until = newest == losses_.back().from ? 0 : newest;
  }
  for (const bool cut : {false, true}) {
    bool& unlogged = cut ? report_.unlogged_cut : report_.unlogged_damage;
    if (!std::exchange(unlogged, false)) {
      continue;
    }
    store::LossRecord loss;
    loss.cause = cut ? store::LossCause::kCutFile : store::LossCause::kDamage;
    loss.from = newest;
    loss.bytes = std::exchange(report_.unlogged_bytes, 0);
    if (losses_.size() < limits::kNamedPlaces) {
      losses_.push_back(loss);
    } else {
      losses_.back().bytes += loss.bytes;
      losses_.back().until = 0;
    }
  }
}

ImportedExchange FileStream::Take() {
  ImportedExchange exchange = window_.Take(window_.oldest());
  reader_->Leaving(exchange);
  return exchange;
}

std::vector<store::LossRecord> FileStream::TakeLosses() {
  for (store::LossRecord& loss : losses_) {
    loss.until = std::max(loss.until, loss.from);
  }
  return std::move(losses_);
}

}  // namespace trafrec::import
