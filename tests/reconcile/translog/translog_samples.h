#pragma once

#include <cstdint>
#include <string>

// Files of a translog as the products write them, made for tests.

namespace trafrec::test_support {

enum class Product { kElasticsearch6, kElasticsearch7, kOpenSearch2 };

/// A number of `bytes` bytes, high byte first.
std::string Big(uint64_t value, int bytes);

struct IndexRecord {
  std::string id = "a";
  int64_t seq_no = 0;
  std::string source = "{}";
  std::string routing = "";
  int64_t version = 1;
  int64_t primary_term = 1;
  bool automatic_id = false;
};

/// Bodies of operations. `id` in what the products make of UTF-16, which is UTF-8 up to U+FFFF;
/// `units` is its length in UTF-16 where that is not the number of bytes.
std::string IndexBody(Product product, const IndexRecord& record, int units = -1);
std::string DeleteBody(Product product, const std::string& id, int64_t seq_no, int64_t version = 1,
                       int64_t primary_term = 1);
std::string NoOpBody(int64_t seq_no, const std::string& reason, int64_t primary_term = 1);

/// With its size and checksum.
std::string Framed(const std::string& body);
std::string TranslogHeader(const std::string& uuid = "6fWfKH5gSXK2okl60so61Q",
                           int64_t primary_term = 1);

struct CheckpointFacts {
  uint64_t offset = 0;
  uint64_t generation = 2;
  int64_t max_seq_no = -1;
  uint64_t min_generation = 2;
  int64_t trimmed_above_seq_no = -2;
};
/// Of an index "a" with one shard, UUID Lm6Qet_FTHykT2xQTXzivw, made at 1,795,794,169,733 ms, as
/// Elasticsearch 7.10.2 wrote it.
std::string IndexStateOf7();

std::string CheckpointFile(Product product, const CheckpointFacts& facts);

}  // namespace trafrec::test_support
