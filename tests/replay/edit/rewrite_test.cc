#include "replay/edit/editor.h"
#include "tests/replay/edit/edit_setup.h"

namespace trafrec::edit {
namespace {

using message::Field;
using testing::ElementsAre;
using testing::HasSubstr;

message::Request WithFields(std::vector<Field> fields) {
  message::Request request = Asked("GET /a");
  request.fields = std::move(fields);
  return request;
}

std::vector<Field> Fields(const std::string& rewrite, std::vector<Field> fields) {
  return Apply("[[rewrite]]\n" + rewrite, WithFields(std::move(fields))).request.fields;
}

TEST(Rewrites, SetTakesThePlaceOfAllFieldsOfTheName) {
  EXPECT_THAT(Fields("set = { \"x-a\" = \"9\" }", {{"X-A", "1"}, {"B", "2"}, {"x-a", "3"}}),
              ElementsAre(Field{"X-A", "9"}, Field{"B", "2"}));
}

TEST(Rewrites, AddLeavesThoseThatAreThere) {
  EXPECT_THAT(Fields("add = { \"X\" = \"2\" }", {{"X", "1"}, {"B", "b"}}),
              ElementsAre(Field{"X", "1"}, Field{"B", "b"}, Field{"X", "2"}));
}

TEST(Rewrites, RemoveTakesAllOfTheName) {
  EXPECT_THAT(
      Fields("remove = [\"cookie\", \"none\"]", {{"Cookie", "1"}, {"B", "b"}, {"COOKIE", ""}}),
      ElementsAre(Field{"B", "b"}));
}

TEST(Rewrites, RenameKeepsPlaceAndValue) {
  EXPECT_THAT(Fields("rename = { \"X-Old\" = \"X-New\" }", {{"x-old", "1"}, {"B", "b"}}),
              ElementsAre(Field{"X-New", "1"}, Field{"B", "b"}));
}

TEST(Rewrites, FieldsAreAddedInTheFilesOrder) {
  EXPECT_THAT(Fields("add = { \"Z\" = \"1\", \"A\" = \"2\" }", {}),
              ElementsAre(Field{"Z", "1"}, Field{"A", "2"}));
}

TEST(Rewrites, RemoveComesBeforeRenameBeforeSet) {
  EXPECT_THAT(Fields("set = { \"B\" = \"9\" }\nrename = { \"A\" = \"B\" }\nremove = \"B\"\n",
                     {{"B", "1"}, {"A", "2"}}),
              ElementsAre(Field{"B", "9"}));
}

TEST(Rewrites, APathIsReplacedWithItsGroupsAndTheQueryToo) {
  const Edited edited =
      Apply("[[rewrite]]\nreplace = '^/([^/]+)/t/(.*)size='\nwith = '/\\1/\\2s='\n",
            Asked("GET /a/t/_search?size=3"));
  EXPECT_EQ(edited.request.target, "/a/_search?s=3");
  EXPECT_TRUE(edited.changed_target);
}

TEST(Rewrites, OnesThatFindNothingDoNotCount) {
  Editor editor = Loaded("[[rewrite]]\nreplace = 'x'\nwith = 'y'\n").value();
  EXPECT_FALSE(Apply(editor, Asked("GET /a")).changed_target);
  EXPECT_EQ(editor.rules()[0].requests, 0U);
}

TEST(Rewrites, ComeOneAfterAnother) {
  EXPECT_EQ(Apply("[[rewrite]]\nreplace = '/a'\nwith = '/b'\n"
                  "[[rewrite]]\nreplace = '/b'\nwith = '/c'\n",
                  Asked("GET /a"))
                .request.target,
            "/c");
}

TEST(Rewrites, ConditionsLookAtTheRequestAsItCameIn) {
  EXPECT_EQ(Apply("[[rewrite]]\nreplace = '/a'\nwith = '/b'\n"
                  "[[rewrite]]\npath = '/b'\nreplace = '/b'\nwith = '/c'\n",
                  Asked("GET /a"))
                .request.target,
            "/b");
}

TEST(Rewrites, AHostOfTheirOwnIsKept) {
  const Edited edited = Apply("[[rewrite]]\nset_host = \"tenant.example\"\n", Asked("GET /a"));
  EXPECT_TRUE(edited.keeps_host);
  EXPECT_THAT(edited.request.fields, ElementsAre(Field{"Host", "tenant.example"}));
}

TEST(Rewrites, ATargetThatCannotBeOneEndsTheReplay) {
  Editor editor = Loaded("[[rewrite]]\nreplace = 'a'\nwith = ' '\n").value();
  EXPECT_THAT(editor.Apply({}, Asked("GET /a")).error().what,
              HasSubstr("which is empty or holds a blank"));
}

}  // namespace
}  // namespace trafrec::edit
