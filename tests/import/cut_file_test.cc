#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/import/read_text.h"
#include "tests/import/samples.h"

namespace trafrec::import {
namespace {

using test_support::ReadText;
using test_support::TargetsOf;
using testing::ElementsAre;

/// Cuts the file at every byte: each record whose last byte is there is taken, and anything else
/// that is missing is said. `ends` are the places behind the records.
void CutEverywhere(const std::string& text, Format format, const std::vector<size_t>& ends) {
  for (size_t size = 1; size < text.size(); ++size) {
    const ReadText read = test_support::Read(text.substr(0, size), format);
    size_t whole = 0;
    for (const size_t end : ends) {
      whole += size >= end ? 1 : 0;
    }
    ASSERT_FALSE(read.error) << size << ": " << read.error->what;
    ASSERT_EQ(read.exchanges.size(), whole) << "cut at " << size;
    if (read.report.whole()) {
      // Nothing is missing at the end of a record, with its line end or without.
      ASSERT_TRUE(
          std::ranges::any_of(ends, [&](size_t end) { return size == end || size == end + 1; }))
          << "cut at " << size;
      continue;
    }
    ASSERT_EQ(read.report.cut_files, 1U) << "cut at " << size;
    ASSERT_LE(read.report.places.at(0).offset, size);
    ASSERT_EQ(read.losses.at(0).cause, store::LossCause::kCutFile);
  }
}

TEST(CutFile, OfHarKeepsEachWholeEntry) {
  const std::string a = test_support::HarEntry("/a", "2026-11-21T06:48:01Z");
  const std::string b = test_support::HarEntry("/b", "2026-11-21T06:48:02Z");
  const std::string text = test_support::Har({a, b});
  for (size_t size = 1; size < text.size(); ++size) {
    const ReadText read = test_support::Read(text.substr(0, size), Format::kHar);
    const size_t whole =
        (size >= text.find(a) + a.size() ? 1U : 0U) + (size >= text.find(b) + b.size() ? 1U : 0U);
    ASSERT_FALSE(read.error) << size;
    ASSERT_EQ(read.exchanges.size(), whole) << "cut at " << size;
    ASSERT_EQ(read.report.cut_files, 1U) << "cut at " << size;
  }
}

TEST(CutFile, OfNdjsonKeepsEachWholeLine) {
  const std::string a = test_support::NdjsonLine("/a", 1);
  const std::string text = a + test_support::NdjsonLine("/b", 2);
  // A line is whole when only its end is missing.
  CutEverywhere(text, Format::kNdjson, {a.size() - 1, text.size() - 1});
}

TEST(CutFile, OfGorKeepsEachWholeRecord) {
  const auto record = [](const std::string& id, const std::string& path) {
    return test_support::GorRecord("1 " + id + " 1000 10", "GET " + path + " HTTP/1.1\r\n\r\n");
  };
  const std::string a = record("a1", "/a");
  const std::string text = a + record("a2", "/b");
  CutEverywhere(text, Format::kGor, {a.size(), text.size()});
}

TEST(CutFile, TheLossCoversWhatFollowsTheLastRecord) {
  const std::string a = test_support::HarEntry("/a", "2026-11-21T06:48:01Z");
  const std::string text = test_support::Har({a, a});
  const ReadText read = test_support::Read(text.substr(0, text.size() - 50), Format::kHar);
  ASSERT_EQ(read.losses.size(), 1U);
  EXPECT_EQ(FormatTime(read.losses[0].from), "2026-11-21T06:48:01.000000000Z");
}

}  // namespace
}  // namespace trafrec::import
