#include "replay/edit/editor.h"
#include "tests/replay/edit/edit_setup.h"

namespace trafrec::edit {
namespace {

using testing::ElementsAre;

/// Two targets, "eu" the default, and these routes.
std::string Routes(const std::string& routes) {
  return "default = \"eu\"\n" + routes +
         "[target.eu]\nurl = \"http://eu\"\n[target.us]\nurl = \"http://us\"\n";
}

/// The name of the target to which a request goes, or why it is dropped.
std::string Goes(const std::string& routes, message::Request request) {
  Editor editor = Loaded(Routes(routes), "").value();
  const Edited edited = Apply(editor, std::move(request));
  return edited.dropped ? edited.why : editor.targets()[edited.target].name;
}

TEST(Routes, TheFirstOneThatFitsWins) {
  const std::string routes =
      "[[route]]\npath_prefix = \"/a/\"\nto = \"us\"\n"
      "[[route]]\npath_prefix = \"/a/b\"\nto = \"eu\"\n";
  EXPECT_EQ(Goes(routes, Asked("GET /a/b")), "us");
}

TEST(Routes, WhatFitsNoneGoesToTheDefault) {
  EXPECT_EQ(Goes("[[route]]\npath = \"/a\"\nto = \"us\"\n", Asked("GET /b")), "eu");
}

TEST(Routes, ThePathIsJudgedWithoutTheQuery) {
  EXPECT_EQ(Goes("[[route]]\npath = \"/a\"\nto = \"us\"\n", Asked("GET /a?b=/a")), "us");
}

TEST(Routes, AnExactPathIsNoPrefix) {
  EXPECT_EQ(Goes("[[route]]\npath = \"/a\"\nto = \"us\"\n", Asked("GET /a/b")), "eu");
}

TEST(Routes, ARegularExpressionIsSearchedAnywhere) {
  EXPECT_EQ(Goes("[[route]]\npath_regex = \"[0-9]{4}$\"\nto = \"us\"\n", Asked("GET /x/2024")),
            "us");
}

TEST(Routes, AMethodIsOneOfTheList) {
  const std::string routes = "[[route]]\nmethod = [\"PUT\", \"POST\"]\nto = \"us\"\n";
  EXPECT_EQ(Goes(routes, Asked("POST /")), "us");
  EXPECT_EQ(Goes(routes, Asked("GET /")), "eu");
}

TEST(Routes, AHostWithoutAPortStandsForAllPorts) {
  EXPECT_EQ(Goes("[[route]]\nhost = \"SOURCE\"\nto = \"us\"\n", Asked("GET /")), "us");
  EXPECT_EQ(Goes("[[route]]\nhost = \"source:9201\"\nto = \"us\"\n", Asked("GET /")), "eu");
}

TEST(Routes, TheHostOfAnAbsoluteTargetCountsAndNotTheFields) {
  EXPECT_EQ(Goes("[[route]]\nhost = \"[::1]\"\npath = \"/a\"\nto = \"us\"\n",
                 Asked("GET http://[::1]:80/a?b")),
            "us");
}

TEST(Routes, AnIndexIsFoundInPathAndBulk) {
  const std::string routes = "[[route]]\nindex = \"logs-*\"\nto = \"us\"\n";
  EXPECT_EQ(Goes(routes, Asked("GET /logs-1/_search")), "us");
  EXPECT_EQ(Goes(routes, Asked("POST /_bulk",
                               "{\"index\":{\"_index\":\"a\"}}\n{}\n"
                               "{\"delete\":{\"_index\":\"logs-2\",\"_id\":\"1\"}}\n")),
            "us");
  EXPECT_EQ(Goes(routes, Asked("GET /a/_search")), "eu");
}

TEST(Routes, AllConditionsOfOneMustFit) {
  EXPECT_EQ(Goes("[[route]]\nmethod = \"GET\"\npath = \"/a\"\nto = \"us\"\n", Asked("PUT /a")),
            "eu");
}

TEST(Routes, DropWithAReason) {
  EXPECT_EQ(
      Goes("[[route]]\nname = \"health\"\npath = \"/_cat\"\ndrop = true\nreason = \"noise\"\n",
           Asked("GET /_cat")),
      "dropped by route health: noise");
}

TEST(Routes, ADefaultCanDrop) {
  Editor editor = Loaded(
                      "default = { drop = true, reason = \"not ours\" }\n"
                      "[[route]]\npath = \"/a\"\nto = \"eu\"\n[target.eu]\nurl = \"http://eu\"\n",
                      "")
                      .value();
  EXPECT_EQ(Apply(editor, Asked("GET /b")).why, "dropped by the default: not ours");
  EXPECT_FALSE(Apply(editor, Asked("GET /a")).dropped);
}

TEST(Routes, ChangeWhatGoesTheirWay) {
  const Edited edited = Apply(
      "[[route]]\npath_prefix = \"/a\"\nto = \"default\"\nset = { \"X\" = \"1\" }\n"
      "replace = '^/a/(.*)'\nwith = '/\\1'\n",
      Asked("GET /a/b"));
  EXPECT_EQ(edited.request.target, "/b");
  EXPECT_EQ(edited.request.fields.back(), (message::Field{"X", "1"}));
}

TEST(Routes, EachOneCountsItsRequests) {
  Editor editor = Loaded(Routes("[[route]]\npath = \"/a\"\nto = \"us\"\n"), "").value();
  Apply(editor, Asked("GET /a"));
  Apply(editor, Asked("GET /b"));
  Apply(editor, Asked("GET /a"));
  ASSERT_EQ(editor.rules().size(), 2U);
  EXPECT_EQ(editor.rules()[0].name, "route 1");
  EXPECT_EQ(editor.rules()[0].requests, 2U);
  EXPECT_EQ(editor.rules()[1].name, "default");
  EXPECT_EQ(editor.rules()[1].requests, 1U);
}

TEST(Routes, AnIndexNeedsADialectThatKnowsIndices) {
  const test_support::TemporaryFolder folder;
  const auto editor =
      Editor::Load({.file = folder.Write("e", "[[route]]\nindex = \"a\"\nto = \"default\"\n"),
                    .to = "http://t"});
  EXPECT_EQ(editor.error().what,
            "route 1 has a condition on the index, and the log's dialect is http, which knows no "
            "indices");
}

TEST(Editor, WithoutAFileTheUrlIsTheOnlyTarget) {
  Editor editor = Editor::Load({.file = "", .to = "http://t:9200"}).value();
  ASSERT_EQ(editor.targets().size(), 1U);
  EXPECT_EQ(editor.targets()[0].name, "default");
  EXPECT_EQ(editor.targets()[0].url, "http://t:9200");
}

TEST(Editor, WithoutRulesABodyIsMovedNotCopied) {
  Editor editor = Editor::Load({.file = "", .to = "http://t"}).value();
  message::Request request = Asked("PUT /a", std::string(1000, 'x'));
  const char* bytes = request.body.data();
  const Edited edited = editor.Apply({}, std::move(request)).value();
  EXPECT_EQ(edited.request.body.data(), bytes);
  EXPECT_THAT(edited.rules, ElementsAre());
}

TEST(Editor, ARequestThatNoRuleTouchesIsMovedToo) {
  Editor editor = Loaded("[[rewrite]]\npath = \"/b\"\nremove = \"X\"\n").value();
  message::Request request = Asked("PUT /a", std::string(1000, 'x'));
  const message::Request same = request;
  const char* bytes = request.body.data();
  const Edited edited = Apply(editor, std::move(request));
  EXPECT_EQ(edited.request.body.data(), bytes);
  EXPECT_EQ(edited.request, same);
  EXPECT_FALSE(edited.changed_meaning() || edited.changed_fields);
}

TEST(Editor, TheDigestChangesWithTheFileAndTheTarget) {
  const std::string file = "[[rewrite]]\nremove = \"X\"\n";
  EXPECT_EQ(Loaded(file).value().digest(), Loaded(file).value().digest());
  EXPECT_NE(Loaded(file).value().digest(),
            Loaded("[[rewrite]]\nremove = \"Y\"\n").value().digest());
  EXPECT_NE(Loaded(file).value().digest(), Loaded(file, "http://other").value().digest());
}

}  // namespace
}  // namespace trafrec::edit
