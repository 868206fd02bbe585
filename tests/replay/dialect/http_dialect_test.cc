#include <gmock/gmock.h>

#include "tests/replay/dialect/understood.h"

namespace trafrec::dialect {
namespace {

using testing::ElementsAre;

Meaning Http(std::string_view method, std::string_view target,
             std::vector<HeaderView> headers = {}) {
  return HttpDialect().Understand({method, target, headers, {}});
}

TEST(HttpDialect, SafeMethodsReadTheirResource) {
  for (const std::string_view method : {"GET", "HEAD", "OPTIONS"}) {
    const Meaning meaning = Http(method, "/a/b?c=1");
    EXPECT_FALSE(meaning.mutation) << method;
    EXPECT_THAT(KeysOf(meaning), ElementsAre("r path /a/b?c=1")) << method;
  }
}

TEST(HttpDialect, PutAndDeleteAreIdempotentAndPostAdds) {
  EXPECT_EQ(Http("PUT", "/a").operations[0].repeat, Repeat::kIdempotent);
  EXPECT_EQ(Http("DELETE", "/a").operations[0].repeat, Repeat::kIdempotent);
  EXPECT_EQ(Http("POST", "/a").operations[0].repeat, Repeat::kAdds);
  EXPECT_EQ(Http("PATCH", "/a").operations[0].repeat, Repeat::kAdds);
}

TEST(HttpDialect, MoveWritesBothTreesAndCopyOnlyItsDestination) {
  const std::vector<HeaderView> to = {{"destination", "http://host/b"}};
  EXPECT_THAT(KeysOf(Http("MOVE", "/a", to)),
              ElementsAre("w path /a/*", "w path /a", "w path /b/*", "w path /b"));
  EXPECT_THAT(KeysOf(Http("COPY", "/a", to)),
              ElementsAre("r path /a/*", "r path /a", "w path /b/*", "w path /b"));
}

TEST(HttpDialect, AWriteNeedsTheCollectionsThatHoldIt) {
  EXPECT_THAT(
      KeysOf(Http("PUT", "/a/b/c?x=/")),
      ElementsAre("w path /a/b/c?x=/", "r path /a/b/", "r path /a/b", "r path /a/", "r path /a"));
  EXPECT_THAT(KeysOf(Http("GET", "/a/b")), ElementsAre("r path /a/b"));
}

TEST(HttpDialect, AnUnknownMethodWritesEverything) {
  const Meaning meaning = Http("FROBNICATE", "/a");
  EXPECT_FALSE(meaning.known());
  EXPECT_TRUE(meaning.mutation);
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w cluster"));
}

TEST(HttpDialect, ADeletedFolderTakesWhatIsBelow) {
  const Meaning folder = Http("DELETE", "/a/");
  const Meaning file = Http("PUT", "/a/b/c");
  const Meaning other = Http("PUT", "/ab");
  EXPECT_TRUE(Conflict(folder.operations[0].keys[0], file.operations[0].keys[0]));
  EXPECT_FALSE(Conflict(folder.operations[0].keys[0], other.operations[0].keys[0]));
}

}  // namespace
}  // namespace trafrec::dialect
