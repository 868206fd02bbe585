#include "replay/edit/editor.h"
#include "store/codec/content_decoder.h"
#include "store/codec/content_encoder.h"
#include "tests/replay/edit/edit_setup.h"

namespace trafrec::edit {
namespace {

using testing::HasSubstr;

Editor Transforming() {
  return Editor::Load(
             {.to = "http://t", .transforms = {"es-to-opensearch"}, .search_dialect = true})
      .value();
}

uint64_t CountOf(const Editor& editor, const std::string& rule) {
  for (const RuleCount& count : editor.rules()) {
    if (count.name == rule) {
      return count.requests;
    }
  }
  ADD_FAILURE() << "no rule " << rule;
  return 0;
}

TEST(TransformStep, ChangesAreCountedByRule) {
  Editor editor = Transforming();
  const Edited edited = Apply(editor, Asked("PUT /a/t/1?parent=p", "{}"));
  Apply(editor, Asked("PUT /a/_doc/1", "{}"));
  EXPECT_EQ(edited.request.target, "/a/_doc/1?routing=p");
  EXPECT_TRUE(edited.changed_target);
  EXPECT_FALSE(edited.changed_body);
  EXPECT_EQ(CountOf(editor, "es-to-opensearch types-in-paths"), 1U);
  EXPECT_EQ(CountOf(editor, "es-to-opensearch renamed-parameters"), 1U);
  EXPECT_EQ(CountOf(editor, "es-to-opensearch types-in-lines"), 0U);
}

TEST(TransformStep, WhatIsNotThereIsDroppedAndCounted) {
  Editor editor = Transforming();
  EXPECT_EQ(Apply(editor, Asked("GET /_license")).why,
            "dropped by es-to-opensearch: OpenSearch has no license.get");
  EXPECT_EQ(CountOf(editor, "es-to-opensearch x-pack-apis"), 1U);
}

TEST(TransformStep, AnEncodedBodyIsEditedToo) {
  Editor editor = Transforming();
  message::Request request = Asked(
      "POST /_bulk",
      store::codec::EncodeContent("gzip", AsBytes("{\"delete\":{\"_id\":\"1\",\"_type\":\"t\"}}\n"))
          .value());
  request.fields.push_back({"Content-Encoding", "gzip"});
  const Edited edited = Apply(editor, std::move(request));
  EXPECT_TRUE(edited.changed_body);
  EXPECT_EQ(store::codec::DecodeContent("gzip", AsBytes(edited.request.body), 100).value().bytes,
            "{\"delete\":{\"_id\":\"1\"}}\n");
}

TEST(TransformStep, ABodyThatNoRuleTouchesIsMoved) {
  Editor editor = Transforming();
  message::Request request = Asked("PUT /a/_doc/1", "{\"text\":\"" + std::string(100, 'x') + "\"}");
  const char* bytes = request.body.data();
  EXPECT_EQ(Apply(editor, std::move(request)).request.body.data(), bytes);
}

TEST(TransformStep, ComesBeforeTheFilesEdits) {
  const test_support::TemporaryFolder folder;
  Editor editor = Editor::Load({.file = folder.Write(
                                    "e", "[[rewrite]]\nreplace = '/_doc/'\nwith = '/_create/'\n"),
                                .to = "http://t",
                                .transforms = {"es-to-opensearch"},
                                .search_dialect = true})
                      .value();
  EXPECT_EQ(Apply(editor, Asked("PUT /a/t/1", "{}")).request.target, "/a/_create/1");
}

TEST(TransformStep, AnUnknownLibraryIsAnError) {
  const auto editor =
      Editor::Load({.to = "http://t", .transforms = {"es-to-solr"}, .search_dialect = true});
  EXPECT_EQ(editor.error().what, "there are no transforms 'es-to-solr'");
  EXPECT_THAT(editor.error().remedy, HasSubstr("es-to-opensearch"));
}

TEST(TransformStep, NeedsADialectThatKnowsWhatItChanges) {
  const auto editor = Editor::Load({.to = "http://t", .transforms = {"es-to-opensearch"}});
  EXPECT_THAT(editor.error().what, HasSubstr("the log's dialect is http"));
}

}  // namespace
}  // namespace trafrec::edit
