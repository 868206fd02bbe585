#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/error.h"
#include "capture/input.h"
#include "capture/interface_table.h"
#include "capture/packet_source.h"
#include "reassembly/dissection/packet.h"

namespace trafrec::capture {

/// Takes one capture file apart into packets. Their bytes lie in the input's window; hold
/// input().owner() before the next call to keep them. Used by the capture thread.
class CaptureReader {
 public:
  virtual ~CaptureReader() = default;

  /// kReady: `packet` is the next one. kEnd: there is none; where the file is cut or damaged a
  /// warning says so. kPending: it would have to be waited for. Fails only where reading fails.
  virtual Result<Input::State> Next(reassembly::Packet& packet, bool may_wait) = 0;

  const Input& input() const { return *input_; }
  /// Drops that the program which wrote the file counted (pcapng's interface statistics).
  const SourceDrops& drops() const { return drops_; }
  std::vector<SourceWarning> TakeWarnings() { return std::exchange(warnings_, {}); }

 protected:
  CaptureReader(std::unique_ptr<Input> input, InterfaceTable& interfaces)
      : input_(std::move(input)), interfaces_(interfaces) {}

  /// The file is not whole: what follows is unknown. Nothing is read from it any more.
  Input::State Cut(std::string why);
  /// Warns up to limits::kWarningsPerFile times.
  void Warn(std::string what);
  /// The end came where `bytes_missing` says so, or between two records.
  Input::State End(std::string_view within);
  bool ended() const { return ended_; }

  std::unique_ptr<Input> input_;
  InterfaceTable& interfaces_;
  SourceDrops drops_;

 private:
  std::vector<SourceWarning> warnings_;
  int warned_ = 0;
  bool ended_ = false;
};

/// Looks at the first bytes and makes the reader that understands them. Fails with a sentence that
/// says what the file looks like instead.
Result<std::unique_ptr<CaptureReader>> OpenReader(std::unique_ptr<Input> input,
                                                  InterfaceTable& interfaces);

/// The reader of each format; the input stands at the file's first byte, and holds the magic
/// number.
Result<std::unique_ptr<CaptureReader>> OpenPcap(std::unique_ptr<Input> input,
                                                InterfaceTable& interfaces);
Result<std::unique_ptr<CaptureReader>> OpenPcapng(std::unique_ptr<Input> input,
                                                  InterfaceTable& interfaces);

/// What begins with these bytes, for a person: "text (\"GET / HT…\")", "an SQLite database".
std::string DescribeBytes(Bytes first_bytes);

}  // namespace trafrec::capture
