#include "reconcile/translog/checkpoint.h"

#include <gtest/gtest.h>

#include "tests/reconcile/translog/translog_samples.h"

namespace trafrec::reconcile {
namespace {

using test_support::CheckpointFile;
using test_support::Product;

TEST(Checkpoint, IsReadInBothByteOrders) {
  for (const Product product : {Product::kElasticsearch7, Product::kOpenSearch2}) {
    const auto read = ReadCheckpoint(CheckpointFile(product, {.offset = 370,
                                                              .generation = 7,
                                                              .max_seq_no = 4,
                                                              .min_generation = 3,
                                                              .trimmed_above_seq_no = 2}));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->offset, 370U);
    EXPECT_EQ(read->operations, 5U);
    EXPECT_EQ(read->generation, 7U);
    EXPECT_EQ(read->min_seq_no, 0);
    EXPECT_EQ(read->max_seq_no, 4);
    EXPECT_EQ(read->global_checkpoint, 4);
    EXPECT_EQ(read->min_generation, 3U);
    EXPECT_TRUE(read->trims());
  }
}

// As Elasticsearch 7.10.2 wrote it.
TEST(Checkpoint, OfARealNodeIsRead) {
  const std::string file(
      "\x3f\xd7\x6c\x17\x03\x63\x6b\x70\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x01\x72\x00\x00\x00"
      "\x05\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x04\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x02\xff\xff\xff\xff\xff"
      "\xff\xff\xfe\xc0\x28\x93\xe8\x00\x00\x00\x00\x00\x00\x00\x00\xc9\xf2\xee\xb0",
      88);
  const auto read = ReadCheckpoint(file);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->offset, 0x172U);
  EXPECT_FALSE(read->trims());
}

TEST(Checkpoint, WithAnyBitChangedIsRefused) {
  const std::string file = CheckpointFile(Product::kElasticsearch7, {.offset = 55});
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string damaged = file;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(ReadCheckpoint(damaged)) << bit;
  }
}

TEST(Checkpoint, CutAnywhereIsRefused) {
  const std::string file = CheckpointFile(Product::kElasticsearch7, {.offset = 55});
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(ReadCheckpoint(std::string_view(file).substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace trafrec::reconcile
