// Capture files as one stream of packets.
//
// libpcap could read them, but it refuses a pcapng file whose interfaces have different link types,
// copies what it reads through stdio, and knows no compression; so the formats are read by our own
// readers, and libpcap only compiles filters. Several files are merged by the time of each file's
// next packet, the earlier file first where times are equal. Within a file the order is never
// changed, also where its times go back: it is the order in which the capture saw them.

#include <algorithm>
#include <atomic>
#include <numeric>

#include "base/stop_event.h"
#include "capture/capture_reader.h"
#include "capture/limits.h"
#include "capture/packet_filter.h"
#include "capture/packet_source.h"
#include "capture/port_history.h"

namespace trafrec::capture {
namespace {

class FileSource : public PacketSource {
 public:
  Status Open(const std::vector<std::string>& paths, const CaptureFilter& filter) {
    wanted_ = filter;
    ports_ = MakeWantedPorts(filter.ports);
    TRY_ASSIGN(filter_, PacketFilter::Make(filter));
    bool total_known = true;
    for (const std::string& path : paths) {
      TRY_ASSIGN(std::unique_ptr<Input> input, OpenInput(path, stop_));
      total_known = total_known && input->raw_bytes_total() > 0;
      bytes_total_ += input->raw_bytes_total();
      TRY_ASSIGN(auto reader, OpenReader(std::move(input), interfaces_));
      files_.push_back({.reader = std::move(reader)});
      unread_.push_back(files_.size() - 1);
    }
    bytes_total_ = total_known ? bytes_total_ : 0;
    return {};
  }

  Result<bool> Next(PacketBatch& batch) override {
    batch.Clear();
    if (ports_) {
      batch.windows.push_back(ports_);
    }
    for (File& file : files_) {
      file.held = nullptr;
    }
    const Status filled = Fill(batch);
    uint64_t read = 0;
    for (const File& file : files_) {
      read += file.reader->input().raw_bytes_read();
    }
    bytes_read_.store(read, std::memory_order_relaxed);
    batch.bytes += batch.packets.size() * sizeof(reassembly::Packet);
    TRY(filled);
    return !batch.packets.empty();
  }

  void Stop() override { stop_.Set(); }
  bool live() const override { return false; }
  std::string InterfaceName(uint16_t interface) const override {
    return interfaces_.NameOf(interface);
  }

  SourceDrops drops() override {
    SourceDrops all;
    for (const File& file : files_) {
      all.kernel += file.reader->drops().kernel;
      all.interface += file.reader->drops().interface;
    }
    return all;
  }

  std::vector<SourceWarning> TakeWarnings() override {
    std::vector<SourceWarning> all = filter_->TakeWarnings();
    for (File& file : files_) {
      for (SourceWarning& warning : file.reader->TakeWarnings()) {
        // After Stop() a pipe ends in the middle because we went away, not because it is cut.
        if (!(warning.cut && stop_.is_set())) {
          all.push_back(std::move(warning));
        }
      }
    }
    return all;
  }

  uint64_t bytes_read() const override { return bytes_read_.load(std::memory_order_relaxed); }
  uint64_t bytes_total() const override { return bytes_total_; }

  CaptureFilter filter() const override { return wanted_; }
  Result<FilterChange> ChangeFilter(const CaptureFilter& /*filter*/) override {
    return Fail(ErrorCode::kUnsupported, "what is read from files keeps its filter to the end",
                "read the files again with another one");
  }

 private:
  struct File {
    std::unique_ptr<CaptureReader> reader;
    reassembly::Packet next = {};  // not yet in a batch
    const void* held = nullptr;    // the window that the batch under construction keeps for it
  };

  Status Fill(PacketBatch& batch) {
    while (!IsFull(batch) && !stop_.is_set()) {
      TRY_ASSIGN(const bool all_known, ReadHeads(batch.packets.empty()));
      if (!all_known || order_.empty()) {
        break;
      }
      Take(batch);
    }
    return {};
  }

  static bool IsFull(const PacketBatch& batch) {
    return batch.packets.size() >= limits::kBatchPackets || batch.bytes >= limits::kBatchBytes;
  }

  /// Reads the next packet of each file of which none is known. False if one would have to be
  /// waited for.
  Result<bool> ReadHeads(bool may_wait) {
    while (!unread_.empty() && !stop_.is_set()) {
      File& file = files_[unread_.back()];
      TRY_ASSIGN(const Input::State state, file.reader->Next(file.next, may_wait));
      if (state == Input::State::kPending) {
        return false;
      }
      if (state == Input::State::kReady && !filter_->Matches(file.next)) {
        continue;
      }
      if (state == Input::State::kReady) {
        order_.push_back(unread_.back());
        std::ranges::push_heap(order_, Later{files_});
      }
      unread_.pop_back();
    }
    return unread_.empty();
  }

  /// Moves the earliest packet into the batch.
  void Take(PacketBatch& batch) {
    std::ranges::pop_heap(order_, Later{files_});
    File& file = files_[order_.back()];
    unread_.push_back(order_.back());
    order_.pop_back();
    const auto& window = file.reader->input().owner();
    if (window.get() != file.held) {
      file.held = window.get();
      batch.windows.push_back(window);
    }
    batch.packets.push_back(file.next);
    batch.packets.back().ports = ports_.get();
    batch.bytes += file.next.bytes.size();
  }

  struct Later {
    const std::vector<File>& files;
    bool operator()(size_t a, size_t b) const {
      return files[a].next.at != files[b].next.at ? files[a].next.at > files[b].next.at : a > b;
    }
  };

  CaptureFilter wanted_;
  WantedPorts ports_;
  StopEvent stop_;
  InterfaceTable interfaces_;
  std::unique_ptr<PacketFilter> filter_;
  std::vector<File> files_;
  std::vector<size_t> unread_;  // files whose next packet is not known
  std::vector<size_t> order_;   // a heap of the others, the earliest on top
  std::atomic<uint64_t> bytes_read_{0};
  uint64_t bytes_total_ = 0;
};

}  // namespace

Result<std::unique_ptr<PacketSource>> OpenFiles(const std::vector<std::string>& paths,
                                                const CaptureFilter& filter) {
  auto source = std::make_unique<FileSource>();
  TRY(source->Open(paths, filter));
  return source;
}

}  // namespace trafrec::capture
