#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "import/file_stream.h"

namespace trafrec::test_support {

/// What import makes of a file, before it goes to a log.
struct ReadText {
  std::vector<import::ImportedExchange> exchanges;
  import::ImportReport report;
  std::vector<store::LossRecord> losses;
  std::optional<Error> error;  ///< the file was refused
};

inline ReadText Read(std::string_view text, import::Format format,
                     import::GorResponses responses = import::GorResponses::kRecorded) {
  ReadText result;
  import::ConnectionNumbers numbers;
  import::FileStream stream(import::ByteSource::OfText(std::string(text)), format, responses,
                            numbers, result.report, 1);
  while (true) {
    const Result<bool> ready = stream.Ready();
    if (!ready) {
      result.error = ready.error();
      break;
    }
    if (!*ready) {
      break;
    }
    result.exchanges.push_back(stream.Take());
  }
  result.losses = stream.TakeLosses();
  return result;
}

/// The targets of the requests, in the order in which they leave.
inline std::vector<std::string> TargetsOf(const ReadText& read) {
  std::vector<std::string> targets;
  for (const import::ImportedExchange& exchange : read.exchanges) {
    targets.push_back(exchange.target);
  }
  return targets;
}

}  // namespace trafrec::test_support
