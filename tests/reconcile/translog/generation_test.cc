#include "reconcile/translog/generation.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/reconcile/translog/translog_samples.h"

namespace trafrec::reconcile {
namespace {

using namespace test_support;
using Step = GenerationReader::Step;

/// A reader of a file with these operations, its header read.
class Opened {
 public:
  explicit Opened(const std::string& operations)
      : stream_(TranslogHeader() + operations), reader_(stream_, stream_.str().size()) {
    EXPECT_TRUE(reader_.ReadHeader());
  }
  GenerationReader* operator->() { return &reader_; }

 private:
  std::istringstream stream_;
  GenerationReader reader_;
};

class EachProduct : public testing::TestWithParam<Product> {};
INSTANTIATE_TEST_SUITE_P(Products, EachProduct,
                         testing::Values(Product::kElasticsearch6, Product::kElasticsearch7,
                                         Product::kOpenSearch2));

TEST_P(EachProduct, IndexIsReadWithAllItsParts) {
  Opened file(Framed(IndexBody(GetParam(), {.id = "a-1",
                                            .seq_no = 5,
                                            .source = R"({"x":1})",
                                            .routing = "rr",
                                            .version = 3,
                                            .primary_term = 2,
                                            .automatic_id = true})));
  ASSERT_EQ(file->Next(), Step::kOperation);
  const TranslogOperation& read = file->operation();
  EXPECT_EQ(read.kind, TranslogKind::kIndex);
  EXPECT_EQ(read.id, "a-1");
  EXPECT_EQ(read.source, R"({"x":1})");
  EXPECT_EQ(read.routing, "rr");
  EXPECT_EQ(read.seq_no, 5);
  EXPECT_EQ(read.version, 3);
  EXPECT_EQ(read.primary_term, 2);
  EXPECT_TRUE(read.automatic_id);
  EXPECT_EQ(file->Next(), Step::kEnd);
}

TEST_P(EachProduct, DeleteIsReadWithAllItsParts) {
  Opened file(Framed(DeleteBody(GetParam(), "gone", 9, 4, 2)));
  ASSERT_EQ(file->Next(), Step::kOperation);
  EXPECT_EQ(file->operation().kind, TranslogKind::kDelete);
  EXPECT_EQ(file->operation().id, "gone");
  EXPECT_EQ(file->operation().seq_no, 9);
  EXPECT_EQ(file->operation().version, 4);
  EXPECT_EQ(file->operation().primary_term, 2);
}

TEST(Generation, NoOpIsReadWithItsReason) {
  Opened file(Framed(NoOpBody(7, "filling gaps", 3)));
  ASSERT_EQ(file->Next(), Step::kOperation);
  EXPECT_EQ(file->operation().kind, TranslogKind::kNoOp);
  EXPECT_EQ(file->operation().seq_no, 7);
  EXPECT_EQ(file->operation().primary_term, 3);
  EXPECT_EQ(file->operation().reason, "filling gaps");
}

TEST(Generation, SurrogatesOfAnIdBecomeTheirCharacter) {
  Opened file(Framed(
      IndexBody(Product::kOpenSearch2, {.id = "a\xed\xa0\xbd\xed\xb8\x80z", .routing = "é"}, 4)));
  ASSERT_EQ(file->Next(), Step::kDamage) << "the routing's length is two bytes, not one unit";
  Opened right(Framed(IndexBody(Product::kOpenSearch2, {.id = "a\xed\xa0\xbd\xed\xb8\x80z"}, 4)));
  ASSERT_EQ(right->Next(), Step::kOperation);
  EXPECT_EQ(right->operation().id, "a😀z");
}

TEST(Generation, ASurrogateAloneStaysAsItIs) {
  Opened file(Framed(IndexBody(Product::kOpenSearch2, {.id = "\xed\xa0\xbdz"}, 2)));
  ASSERT_EQ(file->Next(), Step::kOperation);
  EXPECT_EQ(file->operation().id, "\xed\xa0\xbdz");
}

TEST(Generation, HeaderGivesUuidAndPrimaryTerm) {
  const std::string bytes = TranslogHeader("uuid", 12);
  std::istringstream stream(bytes);
  const auto header = GenerationReader(stream, bytes.size()).ReadHeader();
  ASSERT_TRUE(header);
  EXPECT_EQ(header->uuid, "uuid");
  EXPECT_EQ(header->primary_term, 12);
}

TEST(Generation, HeaderWithAnyBitChangedIsRefused) {
  const std::string bytes = TranslogHeader();
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    std::istringstream stream(damaged);
    EXPECT_FALSE(GenerationReader(stream, damaged.size()).ReadHeader()) << bit;
  }
}

TEST(Generation, AChangedBitCostsItsOperationOnly) {
  std::string first = Framed(IndexBody(Product::kElasticsearch7, {.id = "a"}));
  first[10] ^= 1;
  Opened file(first + Framed(IndexBody(Product::kElasticsearch7, {.id = "b", .seq_no = 1})));
  ASSERT_EQ(file->Next(), Step::kDamage);
  EXPECT_EQ(file->begin(), TranslogHeader().size());
  EXPECT_EQ(file->trouble(), "the checksum of an operation is wrong");
  ASSERT_EQ(file->Next(), Step::kOperation);
  EXPECT_EQ(file->operation().id, "b");
}

TEST(Generation, AnOperationThatIsCutEndsTheFile) {
  const std::string whole = Framed(IndexBody(Product::kElasticsearch7, {}));
  for (size_t size = 1; size < whole.size(); ++size) {
    Opened file(whole + whole.substr(0, size));
    ASSERT_EQ(file->Next(), Step::kOperation);
    ASSERT_EQ(file->Next(), Step::kCut) << size;
  }
}

TEST(Generation, ASizeThatCannotBeEndsTheFile) {
  for (const uint64_t size : {0U, 4U, 0x7fff'ffffU, 0xffff'ffffU}) {
    Opened file(Big(size, 4) + std::string(100, 'x'));
    EXPECT_EQ(file->Next(), Step::kCut) << size;
  }
}

TEST(Generation, AnUnknownFormatIsADamageThatNamesIt) {
  std::string body = IndexBody(Product::kOpenSearch2, {});
  body[1] = 12;
  Opened file(Framed(body));
  ASSERT_EQ(file->Next(), Step::kDamage);
  EXPECT_EQ(file->trouble(), "an operation cannot be read: its format 12 of type 2 is not known");
}

}  // namespace
}  // namespace trafrec::reconcile
