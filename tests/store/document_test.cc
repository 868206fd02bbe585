#include "store/files/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::store {
namespace {

using testing::HasSubstr;

const char* const kObject = "{\n  \"a\": 1,\n  \"b\": \"text\"\n}";

Document Signed() {
  Document document = Document::Make(kObject);
  document.Sign(crypto::SigningKey::Generate());
  return document;
}

TEST(Document, TextIsJsonWithTheMembersInOrder) {
  EXPECT_THAT(Document::Make(kObject).Text(),
              testing::MatchesRegex("\\{\n  \"a\": 1,\n  \"b\": \"text\",\n  \"body_sha256\": "
                                    "\"[0-9a-f]*\",\n  \"signature\": null\n\\}\n"));
}

TEST(Document, SigningDoesNotChangeTheHash) {
  Document document = Document::Make(kObject);
  const crypto::Digest before = document.hash();
  document.Sign(crypto::SigningKey::Generate());
  EXPECT_EQ(Document::Parse(document.Text()).value().hash(), before);
}

TEST(Document, SignatureOfTheBodyFits) {
  EXPECT_TRUE(Document::Parse(Signed().Text()).value().SignatureFits());
}

TEST(Document, SignatureOfAnotherBodyDoesNotFit) {
  const std::string text = Signed().Text();
  const std::string other = Document::Make("{\n  \"a\": 2\n}").Text();
  const std::string mixed =
      other.substr(0, other.find("null\n}\n")) + text.substr(text.find("{\"key\""));
  EXPECT_FALSE(Document::Parse(mixed).value().SignatureFits());
}

TEST(Document, EveryFlippedBitIsFound) {
  for (const std::string& text : {Document::Make(kObject).Text(), Signed().Text()}) {
    for (size_t bit = 0; bit < 8 * text.size(); ++bit) {
      std::string flipped = text;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      const Result<Document> parsed = Document::Parse(flipped);
      EXPECT_TRUE(!parsed || (parsed->signature() && !parsed->SignatureFits())) << flipped;
    }
  }
}

TEST(Document, AlteredBodyIsNamed) {
  std::string text = Document::Make(kObject).Text();
  text[text.find('1')] = '2';
  EXPECT_THAT(Document::Parse(text).error().what, HasSubstr("it was altered"));
}

TEST(Document, CutTextIsRefused) {
  const std::string text = Signed().Text();
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(Document::Parse(text.substr(0, length)));
  }
}

}  // namespace
}  // namespace trafrec::store
