#pragma once

#include <filesystem>

#include "tools/exchange_writer.h"

namespace trafrec::tools {

/// Messages as stored: head, body without its transfer coding, trailers. Into files ID.request and
/// ID.response in a directory, or, without one, one after the other.
class RawWriter : public ExchangeWriter {
 public:
  /// Makes the directory. An empty path: all goes to `out` of Put.
  static Result<RawWriter> Open(const std::filesystem::path& directory);

  Status Put(const store::StoredExchange& exchange, std::string& out) override;

 private:
  explicit RawWriter(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::filesystem::path directory_;
};

/// Writes a whole file of its own.
Status WriteFile(const std::filesystem::path& path, std::string_view bytes);

}  // namespace trafrec::tools
