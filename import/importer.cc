#include "import/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "import/file_stream.h"
#include "import/log_feed.h"
#include "store/format/redacted_pointers.h"

namespace trafrec::import {
namespace {

constexpr auto kProgressInterval = std::chrono::seconds(1);
/// The clock, the disk and signals are looked at after so many exchanges.
constexpr uint64_t kLookEvery = 64;

struct OpenedFiles {
  std::vector<std::unique_ptr<ByteSource>> sources;
  std::vector<Format> formats;
};

/// All files, before anything is written: a wrong name must not leave a useless attempt behind.
Result<OpenedFiles> OpenFiles(const ImportOptions& options, const std::atomic<bool>& stop) {
  OpenedFiles opened;
  if (options.files.size() > limits::kFiles) {
    return Fail(ErrorCode::kUsage, fmt::format("more than {} files", limits::kFiles),
                "import them in several calls, each under a --recorder of its own");
  }
  for (const std::string& file : options.files) {
    TRY_ASSIGN(auto source, ByteSource::Open(file, stop));
    Format format = Format::kHar;
    if (options.format) {
      format = *options.format;
    } else {
      TRY_ASSIGN(format, DetectFormat(*source));
    }
    opened.sources.push_back(std::move(source));
    opened.formats.push_back(format);
  }
  return opened;
}

std::string SourceText(const OpenedFiles& files) {
  std::string text = "import";
  for (size_t i = 0; i < files.sources.size(); ++i) {
    text += fmt::format("{} {} ({})", i == 0 ? "" : ",", files.sources[i]->name(),
                        FormatName(files.formats[i]));
  }
  return text;
}

/// All files as one, in order of time.
class MergedFiles {
 public:
  MergedFiles(OpenedFiles opened, GorResponses responses) {
    const size_t count = opened.sources.size();
    for (size_t i = 0; i < count; ++i) {
      streams_.push_back(std::make_unique<FileStream>(
          std::move(opened.sources[i]), opened.formats[i], responses, numbers_, report_, count));
    }
  }

  /// nullopt at the end of all.
  Result<std::optional<ImportedExchange>> Next() {
    FileStream* earliest = nullptr;
    for (const auto& stream : streams_) {
      TRY_ASSIGN(const bool ready, stream->Ready());
      if (ready && (earliest == nullptr || stream->time() < earliest->time())) {
        earliest = stream.get();
      }
    }
    return earliest == nullptr ? std::nullopt : std::optional(earliest->Take());
  }

  ImportProgress Progress() const {
    ImportProgress progress;
    bool known = true;
    for (const auto& stream : streams_) {
      progress.bytes_read += stream->source().raw_bytes_read();
      progress.bytes_total += stream->source().raw_bytes_total();
      known = known && stream->source().raw_bytes_total() > 0;
    }
    progress.bytes_total = known ? progress.bytes_total : 0;
    return progress;
  }

  std::vector<store::LossRecord> TakeLosses() {
    std::vector<store::LossRecord> losses;
    for (const auto& stream : streams_) {
      std::ranges::copy(stream->TakeLosses(), std::back_inserter(losses));
    }
    return losses;
  }

  uint64_t bytes() const {
    uint64_t bytes = 0;
    for (const auto& stream : streams_) {
      bytes += stream->source().offset();
    }
    return bytes;
  }
  size_t files() const { return streams_.size(); }
  ImportReport& report() { return report_; }

 private:
  ImportReport report_;
  ConnectionNumbers numbers_;
  std::vector<std::unique_ptr<FileStream>> streams_;
};

void AddCounters(const MergedFiles& files, const ImportReport& report, Counters& counters) {
  const auto add = [&counters](std::string name, const char* part_of, uint64_t value) {
    counters.push_back({std::move(name), part_of, value});
  };
  uint64_t left_out = 0;
  for (const auto& [reason, count] : report.left_out) {
    left_out += count;
  }
  add("import.files", "", files.files());
  add("import.cut_files", "", report.cut_files);
  add("import.bytes", "", files.bytes());
  add("import.damaged_places", "", report.damaged);
  add("import.damaged_bytes", "", report.damaged_bytes);
  add("import.left_out", "", left_out);
  for (const auto& [reason, count] : report.left_out) {
    add("import.left_out." + reason, "import.left_out", count);
  }
  for (const auto& [reason, count] : report.noted) {
    add("import.noted." + reason, "", count);
  }
}

}  // namespace

Result<ImportSummary> Import(ImportOptions options, const std::atomic<bool>& stop,
                             const std::function<void(const ImportProgress&)>& on_progress) {
  using Clock = std::chrono::steady_clock;
  ImportSummary summary;
  TRY_ASSIGN(OpenedFiles opened, OpenFiles(options, stop));
  summary.formats = opened.formats;
  options.log.live = false;
  options.log.source = store::WithRedactedPointers(SourceText(opened), options.redacted_pointers);
  MergedFiles files(std::move(opened), options.responses);
  TRY_ASSIGN(const std::unique_ptr<store::LogWriter> log, store::LogWriter::Open(options.log));
  LogFeed feed(*log, options.redaction);

  auto shown_at = Clock::now();
  while (true) {
    TRY_ASSIGN(std::optional<ImportedExchange> exchange, files.Next());
    if (!exchange || log->trouble()) {
      break;  // Close says what the trouble is
    }
    feed.Put(std::move(*exchange));
    if (feed.exchanges() % kLookEvery != 0) {
      continue;
    }
    if (stop.load(std::memory_order_relaxed)) {
      return Fail(ErrorCode::kInterrupted, "interrupted");
    }
    if (on_progress && Clock::now() - shown_at >= kProgressInterval) {
      shown_at = Clock::now();
      ImportProgress progress = files.Progress();
      progress.exchanges = feed.exchanges();
      on_progress(progress);
    }
  }
  feed.Finish(files.TakeLosses());
  log->Drain();

  if (feed.out_of_order() > 0) {
    files.report().noted["out_of_order"] = feed.out_of_order();
  }
  AddCounters(files, files.report(), summary.counters);
  feed.AddTo(summary.counters);
  std::ranges::copy(log->counters(), std::back_inserter(summary.counters));
  summary.broken_sums = BrokenSums(summary.counters);
  log->SetCounters(summary.counters);
  summary.first_at = feed.first_at();
  summary.last_at = feed.last_at();
  summary.bytes = files.bytes();
  summary.report = std::move(files.report());
  TRY_ASSIGN(summary.log, log->Close(summary.last_at));
  return summary;
}

}  // namespace trafrec::import
