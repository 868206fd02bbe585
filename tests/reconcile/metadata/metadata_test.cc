#include "reconcile/metadata/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reconcile/metadata/metadata_answers.h"
#include "reconcile/metadata/metadata_requests.h"

namespace trafrec::reconcile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = MetadataKind;

/// "name=value" of each change, "name-" of what is taken away.
std::vector<std::string> Changes(std::string_view api, std::string_view target,
                                 std::string_view body) {
  std::vector<std::string> texts;
  for (const MetadataChange& change : MetadataChangesIn(api, target, body)) {
    const std::string index = change.what.index.empty() ? "" : change.what.index + "/";
    texts.push_back(index + change.what.name + (change.value ? "=" + *change.value : "-"));
  }
  return texts;
}

Metadata Seen(std::string_view api, std::string_view target, int status, std::string_view body) {
  Metadata metadata;
  for (MetadataSight& sight : MetadataSightsIn(api, target, status, body, {10, 20})) {
    metadata.Add(std::move(sight));
  }
  return metadata;
}

/// "there: value", "absent" or "not shown".
std::string Shown(const Metadata& metadata, const MetadataName& what) {
  const auto seen = metadata.After(what, 0);
  return !seen ? "not shown" : seen->value ? "there: " + *seen->value : "absent";
}

TEST(MetadataChanges, FieldsWithinFieldsHaveTheirWholeNames) {
  EXPECT_THAT(Changes("indices.put_mapping", "/i/_mapping",
                      R"({"properties":{"a":{"properties":{"b":{"type":"ip"}}},)"
                      R"("t":{"type":"text","fields":{"raw":{"type":"keyword"}}}}})"),
              ElementsAre("i/a=object", "i/a.b=ip", "i/t=text", "i/t.raw=keyword"));
}

TEST(MetadataChanges, AMappingMayHaveATypeAroundIt) {
  EXPECT_THAT(Changes("indices.put_mapping", "/i/_mapping/_doc",
                      R"({"_doc":{"properties":{"a":{"type":"ip"}}}})"),
              ElementsAre("i/a=ip"));
}

TEST(MetadataChanges, SettingsAreTheSameHoweverTheyAreNested) {
  for (const char* body : {R"({"index":{"refresh_interval":"5s"}})", R"({"refresh_interval":"5s"})",
                           R"({"index.refresh_interval":"5s"})"}) {
    EXPECT_THAT(Changes("indices.put_settings", "/i/_settings", body),
                ElementsAre("i/index.refresh_interval=5s"))
        << body;
  }
}

TEST(MetadataChanges, ANullTakesASettingAway) {
  EXPECT_THAT(Changes("indices.put_settings", "/i/_settings",
                      R"({"index.blocks.read_only_allow_delete":null})"),
              ElementsAre("i/index.blocks.read_only_allow_delete-"));
}

TEST(MetadataChanges, OfSeveralIndicesOrNamesAnyMayBeMeant) {
  EXPECT_THAT(Changes("indices.put_alias", "/a,b/_alias/x", ""), ElementsAre("*/x="));
  EXPECT_THAT(Changes("indices.delete_alias", "/a/_alias/x*", ""), ElementsAre("a/*-"));
  EXPECT_THAT(Changes("indices.put_settings", "/a/_settings?preserve_existing=true", "{}"),
              ElementsAre("*/*="));
  EXPECT_THAT(Changes("indices.update_aliases", "/_aliases", "{"), ElementsAre("*/*="));
}

TEST(MetadataChanges, ATemplatesValueIsWhatItIsFor) {
  EXPECT_THAT(Changes("indices.put_template", "/_template/t", R"({"index_patterns":["a*","b*"]})"),
              ElementsAre("t=a*,b*"));
  EXPECT_THAT(Changes("indices.delete_template", "/_template/t", ""), ElementsAre("t-"));
}

TEST(MetadataChanges, OtherRequestsHaveNone) {
  EXPECT_THAT(Changes("indices.create", "/i", R"({"mappings":{}})"), IsEmpty());
}

TEST(MetadataSights, AGetOfAnIndexShowsAllOfIt) {
  const Metadata seen =
      Seen("indices.get", "/i", 200,
           R"({"i":{"aliases":{"a":{}},"mappings":{"properties":{"f":{"type":"ip"}}},)"
           R"("settings":{"index":{"uuid":"U"}}}})");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "i", "a"}), "there: ");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "i", "b"}), "absent");
  EXPECT_EQ(Shown(seen, {Kind::kField, "i", "f"}), "there: ip");
  EXPECT_EQ(Shown(seen, {Kind::kSetting, "i", "index.uuid"}), "there: U");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "j", "a"}), "not shown");
}

TEST(MetadataSights, WhatWasNotAskedForIsNotShownToBeAbsent) {
  const Metadata seen = Seen("indices.get_alias", "/i/_alias/a", 200, R"({"i":{"aliases":{}}})");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "i", "a"}), "absent");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "i", "b"}), "not shown");
}

TEST(MetadataSights, AListOfAllAliasesShowsNothingOfWhoseOneIs) {
  const Metadata seen = Seen("cat.aliases", "/_cat/aliases", 200, "a i - - - -\nb j - - - -\n");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "i", "a"}), "there: ");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "i", "b"}), "absent");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "k", "a"}), "not shown");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "k", "c"}), "absent");
}

TEST(MetadataSights, AnAnswerThatWasCutByFilterPathShowsNothing) {
  EXPECT_EQ(Shown(Seen("indices.get", "/i?filter_path=*.settings", 200, R"({"i":{"aliases":{}}})"),
                  {Kind::kAlias, "i", "a"}),
            "not shown");
}

TEST(MetadataSights, AnIndexThatIsNotThereShowsNothingOfItsAliases) {
  EXPECT_EQ(Shown(Seen("indices.get_alias", "/i/_alias/a", 404,
                       R"({"error":{"type":"index_not_found_exception"},"status":404})"),
                  {Kind::kAlias, "i", "a"}),
            "not shown");
  EXPECT_EQ(Shown(Seen("indices.get_alias", "/i/_alias/a", 404,
                       R"({"error":"alias [a] missing","status":404})"),
                  {Kind::kAlias, "i", "a"}),
            "absent");
}

TEST(MetadataSights, TheClusterStateShowsTemplatesAndAliases) {
  const Metadata seen = Seen("cluster.state", "/_cluster/state", 200,
                             R"({"metadata":{"templates":{"t":{"index_patterns":["a*"]}},)"
                             R"("indices":{"i":{"aliases":["a"]}}}})");
  EXPECT_EQ(Shown(seen, {Kind::kTemplate, "", "t"}), "there: a*");
  EXPECT_EQ(Shown(seen, {Kind::kAlias, "i", "a"}), "there: ");
}

TEST(MetadataSights, NewTemplatesAreListed) {
  const Metadata seen =
      Seen("indices.get_index_template", "/_index_template", 200,
           R"({"index_templates":[{"name":"t","index_template":{"index_patterns":["a*"]}}]})");
  EXPECT_EQ(Shown(seen, {Kind::kIndexTemplate, "", "t"}), "there: a*");
  EXPECT_EQ(Shown(seen, {Kind::kIndexTemplate, "", "u"}), "absent");
}

}  // namespace
}  // namespace trafrec::reconcile
