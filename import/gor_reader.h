#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "import/exchange_reader.h"

namespace trafrec::import {

/// Which responses of a .gor file count: those of the recorded server (records of type 2), or of
/// the one to which GoReplay sent the requests again (type 3).
enum class GorResponses : uint8_t { kRecorded, kReplayed };

/// GoReplay's file format: records of a line "type id time duration", a message as HTTP, and a
/// separator line. Requests find their responses by id, as long as they are in the window.
class GorReader : public ExchangeReader {
 public:
  GorReader(const ReaderContext& context, GorResponses responses)
      : context_(context), responses_(responses) {}

  Result<bool> ReadOne(TimeWindow& window) override;
  void Leaving(ImportedExchange& exchange) override;

 private:
  struct Header {
    char type = 0;
    std::string_view id;
    TimeNs time = 0;
    int64_t duration_ns = 0;
  };

  static std::optional<Header> ParseHeader(std::string_view line);
  /// Size of the record at the source's place, without its separator; nullopt at the end.
  Result<std::optional<size_t>> FindRecord();
  void TakeRecord(std::string_view record, TimeWindow& window);
  bool TakeRequest(const Header& header, std::string_view payload, TimeWindow& window);
  bool TakeResponse(const Header& header, std::string_view payload, TimeWindow& window);
  ImportedExchange TakeHeld(const Header& header, TimeWindow& window);
  void Hold(const Header& header, ImportedExchange exchange, TimeWindow& window);

  const ReaderContext context_;
  const GorResponses responses_;
  std::optional<uint64_t> source_;  // of connections' numbers
  NamedNumbers connections_;
  std::unordered_map<std::string, TimeWindow::Key> held_;  // in the window, by id
};

}  // namespace trafrec::import
