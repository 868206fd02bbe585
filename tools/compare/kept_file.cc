// What was found, beside the run: a line with the key, compressed blocks of records, the counts of
// what was not compared, and a checksum of all that. Numbers are as this machine has them: only
// this build reads it.

#include "tools/compare/kept_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "store/codec/checksum.h"
#include "store/crypto/encoding.h"
#include "store/crypto/hash.h"
#include "tools/compare/limits.h"

namespace trafrec::tools {
namespace {

namespace codec = store::codec;
using store::crypto::Sha256;
using Counts = std::array<uint64_t, kUncomparedReasons>;

constexpr const char* kName = "differences.kept";
constexpr int kLevel = 1;

struct BlockHead {
  uint32_t raw_bytes = 0;
  uint32_t stored_bytes = 0;
};

std::string FirstLine(const std::string& key) { return "trafrec-kept-1 " + key + "\n"; }

template <typename T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

template <typename T>
bool Read(std::ifstream& file, T& value) {
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&value), sizeof(value)));
}

/// Name, length and time of each file of a log; a ledger and what is kept are no part of it.
bool AddFilesOf(const std::filesystem::path& folder, Sha256& hash) {
  std::vector<std::string> files;
  std::error_code error;
  for (auto each = std::filesystem::recursive_directory_iterator(folder, error);
       !error && each != std::filesystem::recursive_directory_iterator(); each.increment(error)) {
    const std::string name = each->path().lexically_relative(folder).string();
    const bool in_recorder = name.find('/') != std::string::npos;
    const bool is_log = in_recorder && !name.ends_with("-shm") && !name.ends_with("/lock");
    struct stat facts{};
    if ((is_log || name == "log.json" || name == "_SUMMARY.json" || name == "round_trips.tsv") &&
        stat(each->path().c_str(), &facts) == 0 && S_ISREG(facts.st_mode)) {
      files.push_back(fmt::format("{} {} {}.{:09}\n", name, facts.st_size, facts.st_mtim.tv_sec,
                                  facts.st_mtim.tv_nsec));
    }
  }
  std::ranges::sort(files);
  for (const std::string& each : files) {
    hash.Update(AsBytes(each));
  }
  return !error;
}

bool Grows(store::LogReader& log) {
  const auto attempts = log.Attempts();
  return !attempts || std::ranges::any_of(*attempts, &store::AttemptInfo::running);
}

}  // namespace

std::optional<std::string> KeyOfKept(const Sides& sides, std::string_view how) {
  struct stat program{};
  if (sides.source_folders.identities != nullptr || Grows(*sides.source) || Grows(*sides.run) ||
      stat("/proc/self/exe", &program) != 0) {
    return std::nullopt;
  }
  Sha256 hash;
  hash.Update(AsBytes(fmt::format("{} {}.{:09} {}\n", program.st_size, program.st_mtim.tv_sec,
                                  program.st_mtim.tv_nsec, how)));
  for (const std::string& each : sides.source_folders.without) {
    hash.Update(AsBytes("without " + each + "\n"));
  }
  for (const auto* side : {&sides.source_folders, &sides.run_folder}) {
    for (const std::filesystem::path& folder : side->folders) {
      hash.Update(AsBytes("folder\n"));
      if (!AddFilesOf(folder, hash)) {
        return std::nullopt;
      }
    }
  }
  return store::crypto::ToHex(hash.Finish());
}

KeptWriter::KeptWriter(std::filesystem::path run, const std::string& key)
    : run_(std::move(run)),
      unfinished_(run_ / fmt::format("{}.{}", kName, getpid())),
      file_(unfinished_, std::ios::binary | std::ios::trunc),
      compressor_(kLevel) {
  Put(FirstLine(key));
}

KeptWriter::~KeptWriter() { GiveUp(); }

void KeptWriter::GiveUp() {
  if (file_.is_open()) {
    file_.close();
    std::error_code error;
    std::filesystem::remove(unfinished_, error);
  }
}

void KeptWriter::Put(std::string_view bytes) {
  checksum_ = codec::Crc32(checksum_, AsBytes(bytes));
  written_ += bytes.size();
  if (!file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size())) ||
      written_ > limits::kKeptBytes) {
    GiveUp();
  }
}

void KeptWriter::Add(std::string_view record) {
  if (!file_.is_open()) {
    return;
  }
  block_ += BytesOf(static_cast<uint32_t>(record.size()));
  block_ += record;
  if (block_.size() > limits::kKeptBlockBytes) {
    PutBlock();
  }
}

void KeptWriter::PutBlock() {
  std::vector<uint8_t> stored(codec::ZstdCompressor::Bound(block_.size()));
  stored.resize(compressor_.Compress(AsBytes(block_), stored));
  const BlockHead head{.raw_bytes = static_cast<uint32_t>(block_.size()),
                       .stored_bytes = static_cast<uint32_t>(stored.size())};
  Put(BytesOf(head));
  Put({reinterpret_cast<const char*>(stored.data()), stored.size()});
  block_.clear();
}

void KeptWriter::Finish(const Counts& uncompared) {
  if (!block_.empty()) {
    PutBlock();
  }
  Put(BytesOf(BlockHead{}));
  Put(BytesOf(uncompared));
  const uint32_t checksum = checksum_;
  Put(BytesOf(checksum));
  if (!file_.is_open()) {
    return;
  }
  std::error_code error;
  if (file_.close(); file_.fail()) {
    std::filesystem::remove(unfinished_, error);
  } else {
    std::filesystem::rename(unfinished_, run_ / kName, error);
  }
}

std::optional<KeptReader> KeptReader::Open(const std::filesystem::path& run,
                                           const std::string& key) {
  KeptReader reader;
  std::error_code error;
  const uint64_t length = std::filesystem::file_size(run / kName, error);
  reader.file_.open(run / kName, std::ios::binary);
  std::string line(FirstLine(key).size(), '\0');
  if (error || length < line.size() + sizeof(Counts) + sizeof(uint32_t) ||
      !reader.file_.read(line.data(), static_cast<std::streamsize>(line.size())) ||
      line != FirstLine(key)) {
    return std::nullopt;
  }
  // All of it is looked at first: what was counted cannot be taken back.
  uint32_t checksum = codec::Crc32(0, AsBytes(line));
  std::string piece(limits::kKeptBlockBytes, '\0');
  for (uint64_t left = length - line.size() - sizeof(checksum); left > 0;) {
    const uint64_t now = std::min<uint64_t>(left, piece.size());
    if (!reader.file_.read(piece.data(), static_cast<std::streamsize>(now))) {
      return std::nullopt;
    }
    checksum = codec::Crc32(checksum, AsBytes(std::string_view(piece).substr(0, now)));
    left -= now;
  }
  uint32_t written = 0;
  if (!Read(reader.file_, written) || written != checksum) {
    return std::nullopt;
  }
  reader.file_.seekg(static_cast<std::streamoff>(length - sizeof(written) - sizeof(Counts)));
  if (!Read(reader.file_, reader.uncompared_)) {
    return std::nullopt;
  }
  reader.file_.seekg(static_cast<std::streamoff>(line.size()));
  return reader;
}

Status KeptReader::Visit(const std::function<bool(std::string record)>& visit) {
  const auto fail = [] { return Fail(ErrorCode::kIo, std::string("cannot read ") + kName); };
  codec::ZstdDecompressor decompressor;
  std::vector<uint8_t> stored;
  std::string block;
  for (BlockHead head; Read(file_, head);) {
    if (head.raw_bytes == 0) {
      return {};
    }
    stored.resize(head.stored_bytes);
    block.resize(head.raw_bytes);
    if (!file_.read(reinterpret_cast<char*>(stored.data()), head.stored_bytes)) {
      return fail();
    }
    TRY(decompressor.Decompress(stored, {reinterpret_cast<uint8_t*>(block.data()), block.size()}));
    std::string_view rest = block;
    while (rest.size() >= sizeof(uint32_t)) {
      uint32_t length = 0;
      std::memcpy(&length, rest.data(), sizeof(length));
      rest.remove_prefix(sizeof(length));
      if (length > rest.size()) {
        return fail();
      }
      if (!visit(std::string(rest.substr(0, length)))) {
        return {};
      }
      rest.remove_prefix(length);
    }
  }
  return fail();
}

}  // namespace trafrec::tools
