#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "capture/packet_source.h"
#include "reassembly/dissection/packet.h"

namespace trafrec::capture {

/// A filter for packets of files: one BPF program a link type, compiled by libpcap when the first
/// packet of that link type comes. Used by the capture thread.
class PacketFilter {
 public:
  /// Fails with libpcap's words, and a caret under the place where it can be known, if the
  /// expression is wrong in itself.
  static Result<std::unique_ptr<PacketFilter>> Make(const CaptureFilter& filter);
  ~PacketFilter();

  bool Matches(const reassembly::Packet& packet) { return empty_ || MatchesProgram(packet); }
  /// Link types whose packets cannot be judged by this expression, since the last call: they are
  /// left out.
  std::vector<SourceWarning> TakeWarnings();

 private:
  struct Program;

  explicit PacketFilter(const CaptureFilter& filter);
  bool MatchesProgram(const reassembly::Packet& packet);
  Program& ProgramOf(uint16_t link_type);

  const CaptureFilter filter_;
  const bool empty_;
  std::vector<std::unique_ptr<Program>> programs_;
  std::vector<SourceWarning> warnings_;
};

/// The sentence for an expression that libpcap refused with `words`: those words, the expression,
/// and a caret under the place if it is known.
Error BadFilter(const CaptureFilter& filter, const std::string& words);

}  // namespace trafrec::capture
