#include "reconcile/translog/index_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reconcile/translog/smile.h"
#include "tests/reconcile/translog/translog_samples.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::reconcile {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string Bytes(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// As Elasticsearch 6.8.9 wrote it: an index "a" with one shard.
constexpr std::string_view kState6 =
    "3fd76c1705737461746500000001000000013a290a05fa8061fa8676657273696f6ec88e6d617070696e"
    "675f76657273696f6ec48f73657474696e67735f76657273696f6ec291726f7574696e675f6e756d5f73"
    "6861726473c2847374617465436f70656e8773657474696e6773fa92696e6465782e6372656174696f6e"
    "5f646174654c3137393537393433343432343897696e6465782e6e756d6265725f6f665f7265706c6963"
    "6173403095696e6465782e6e756d6265725f6f665f736861726473403192696e6465782e70726f766964"
    "65645f6e616d65406189696e6465782e757569645547796f6553596a5151656d4268486755686f417650"
    "6794696e6465782e76657273696f6e2e637265617465644636303830393939fb876d617070696e6773f8"
    "fdb344464c00aa568a4fc94f56b2aa562a28ca2f482d2ac94c2d06f12a4044496541aa9295524e7e5eba"
    "522d1000000000ffff0300f986616c6961736573fafb8c7072696d6172795f7465726d73f8c2f992696e"
    "5f73796e635f616c6c6f636174696f6e73fa8030f8557239486973514d49523643663850436c74613951"
    "3441f9fb8c726f6c6c6f7665725f696e666ffafbfbfbc02893e80000000000000000623a7f51";
TEST(IndexState, SaysNameUuidAndRouting) {
  const auto six = ReadIndexState(Bytes(kState6));
  ASSERT_TRUE(six) << six.error();
  EXPECT_EQ(six->name, "a");
  EXPECT_EQ(six->uuid, "GyoeSYjQQemBhHgUhoAvPg");
  EXPECT_EQ(six->shards, 1U);
  EXPECT_EQ(six->routing_shards, 1U);
  EXPECT_EQ(six->created->value, 6'080'999U);
  EXPECT_THAT(six->primary_terms, ElementsAre(Pair(0, 1)));
  const auto seven = ReadIndexState(test_support::IndexStateOf7());
  ASSERT_TRUE(seven) << seven.error();
  EXPECT_EQ(seven->uuid, "Lm6Qet_FTHykT2xQTXzivw");
  EXPECT_EQ(seven->routing_shards, 1024U);
}

TEST(IndexState, WithAnyBitChangedIsRefused) {
  const std::string state = test_support::IndexStateOf7();
  for (size_t bit = 0; bit < state.size() * 8; ++bit) {
    std::string damaged = state;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(ReadIndexState(damaged)) << bit;
  }
}

TEST(IndexState, CutAnywhereIsRefused) {
  const std::string state = test_support::IndexStateOf7();
  for (size_t size = 0; size < state.size(); ++size) {
    EXPECT_FALSE(ReadIndexState(std::string_view(state).substr(0, size))) << size;
  }
}

TEST(IndexState, TheLatestOneOfAFolderCounts) {
  const test_support::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "_state");
  folder.Write("_state/state-9.st", Bytes(kState6));
  folder.Write("_state/state-10.st", test_support::IndexStateOf7());
  folder.Write("_state/state-11.st.tmp", "");
  EXPECT_EQ(ReadIndexFolder(folder.path())->uuid, "Lm6Qet_FTHykT2xQTXzivw");
}

TEST(IndexState, AFolderWithoutOneSaysSo) {
  const test_support::TemporaryFolder folder;
  EXPECT_EQ(ReadIndexFolder(folder.path()).error().code, ErrorCode::kNotFound);
}

std::string JsonOf(std::string_view hex) {
  return JsonOfSmile(":)\n\x05" + Bytes(hex)).value_or("none");
}

TEST(Smile, ValuesOfAllKindsBecomeJson) {
  EXPECT_EQ(JsonOf("f8202122"
                   "23c3c4242080f9"),
            R"(["",null,false,true,-2,2,1024])");
  EXPECT_EQ(JsonOf("f8"
                   "4161"
                   "62"
                   "f9"),
            R"(["ab"])");
  EXPECT_EQ(JsonOf("f8"
                   "80c3a9"
                   "e0"
                   "616263"
                   "fc"
                   "f9"),
            "[\"\u00e9\",\"abc\"]");
  EXPECT_EQ(JsonOf("f8"
                   "280000000000"
                   "fd82ffff"
                   "c2f9"),
            "[null,null,1]");
}

TEST(Smile, AMappingThatIsKeptCompressedBecomesJson) {
  EXPECT_EQ(
      JsonOf("f8fdb344464c00aa568a4fc94f56b2aa562a28ca2f482d2ac94c2d06f12a4044496541aa9295524e7e"
             "5eba522d1000000000ffff0300f9"),
      R"([{"_doc":{"properties":{"x":{"type":"long"}}}}])");
  EXPECT_EQ(JsonOf("f8fd8644464c00ffff"
                   "c2f9"),
            "[null,1]");
}

TEST(Smile, KeysAreKnownByTheirNumbers) {
  EXPECT_EQ(JsonOf("fa"
                   "8061"
                   "c2"
                   "8062"
                   "fa40c4fb"
                   "41c6fb"),
            R"({"a":1,"b":{"a":2},"b":3})");
}

TEST(Smile, WhatIsNoneIsRefused) {
  for (const char* hex : {"", "f8", "fa", "f9", "fb", "fa40c2fb", "f8ff", "fa8061", "f8fdbff9",
                          "f8e06161", "fa8061fbfb"}) {
    EXPECT_EQ(JsonOf(hex), "none") << hex;
  }
  EXPECT_FALSE(JsonOfSmile(":)\n\x07\x20"));
  EXPECT_FALSE(JsonOfSmile("{}"));
}

TEST(Smile, AnEndlessDepthIsRefused) {
  EXPECT_FALSE(JsonOfSmile(":)\n\x05" + std::string(1000, '\xf8')));
}

}  // namespace
}  // namespace trafrec::reconcile
