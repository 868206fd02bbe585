#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/codec/zstd_codec.h"
#include "tools/compare/answer_pairs.h"
#include "tools/compare/sides.h"

namespace trafrec::tools {

/// What a comparison depends on, but for its rules: the files of both sides, as they are now, this
/// program, and `how` else pairs are compared. Nothing: what is found must not be kept, since one
/// side still grows or is encrypted.
std::optional<std::string> KeyOfKept(const Sides& sides, std::string_view how);

/// Writes RUN/differences.kept beside its place, and puts it there when it is whole. What cannot be
/// written is given up: nothing depends on it but time. One thread.
class KeptWriter {
 public:
  KeptWriter(std::filesystem::path run, const std::string& key);
  KeptWriter(const KeptWriter&) = delete;
  KeptWriter& operator=(const KeptWriter&) = delete;
  ~KeptWriter();

  /// A pair, in the order of the pairs.
  void Add(std::string_view record);
  void Finish(const std::array<uint64_t, kUncomparedReasons>& uncompared);
  /// Keeps nothing.
  void GiveUp();

 private:
  void Put(std::string_view bytes);
  void PutBlock();

  const std::filesystem::path run_;
  std::filesystem::path unfinished_;
  std::ofstream file_;
  store::codec::ZstdCompressor compressor_;
  std::string block_;
  uint64_t written_ = 0;
  uint32_t checksum_ = 0;
};

/// Reads such a file. One thread.
class KeptReader {
 public:
  /// Nothing: there is none, it is of something else, or it is damaged.
  static std::optional<KeptReader> Open(const std::filesystem::path& run, const std::string& key);

  /// Each record in order, until `visit` says false.
  Status Visit(const std::function<bool(std::string record)>& visit);
  const std::array<uint64_t, kUncomparedReasons>& uncompared() const { return uncompared_; }

 private:
  KeptReader() = default;

  std::ifstream file_;
  std::array<uint64_t, kUncomparedReasons> uncompared_{};
};

}  // namespace trafrec::tools
