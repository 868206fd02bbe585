#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/replay/guard/sent.h"

// In which form documents are written.

namespace trafrec::guard {
namespace {

using dialect::Fate;
using testing::Eq;
using testing::Optional;

TEST(Form, ANewDocumentGoesWhereNoneIs) {
  Sent sent = MakeSent("PUT /a/_doc/1?routing=r", "{\"n\":1}", {AtSource(Fate::kCreated)});
  EXPECT_EQ(SearchGuard().ReadRequest(sent.parcel), std::nullopt);
  const message::Request request = sent.Write();
  EXPECT_EQ(request.target, "/a/_doc/1?routing=r&version=1&version_type=external");
  EXPECT_EQ(request.body, "{\"n\":1}");
  EXPECT_THAT(sent.item().condition, Optional(Eq(DocumentState{})));
}

TEST(Form, AReadGoesOutAsItStandsAndCountsAsSent) {
  Sent sent = MakeSent("GET /a/_doc/1", "", {AtSource(Fate::kFound)});
  EXPECT_TRUE(SearchGuard().WriteAsItIs(sent.parcel));
  EXPECT_EQ(sent.item().tries, 1U);
}

TEST(Form, WhatMayChangeAWriteIsNotLeftOut) {
  for (const auto& [line, body] :
       {std::pair("PUT /a/_doc/1", "{}"),
        {"POST /_bulk", "{\"delete\":{\"_index\":\"a\",\"_id\":\"1\"}}\n"}}) {
    Sent sent = MakeSent(line, body, {AtSource(Fate::kUpdated)});
    EXPECT_FALSE(SearchGuard().WriteAsItIs(sent.parcel)) << line;
    EXPECT_EQ(sent.item().tries, 0U) << line;
  }
}

TEST(Form, AnAutomaticIdIsTheSourcesOne) {
  Sent sent =
      MakeSent("POST /a/_doc?pipeline=p&op_type=create", "{}", {AtSource(Fate::kCreated, "x/y")});
  EXPECT_EQ(sent.Write().target, "/a/_doc/x%2Fy?pipeline=p&version=1&version_type=external");
}

TEST(Form, AnAutomaticIdOfATypeKeepsTheType) {
  Sent sent = MakeSent("POST /a/t/", "{}", {AtSource(Fate::kCreated, "x")});
  EXPECT_EQ(sent.Write().target, "/a/t/x?version=1&version_type=external");
}

TEST(Form, ACreateGoesToTheDocumentsPath) {
  Sent sent = MakeSent("PUT /a/_create/1", "{}", {AtSource(Fate::kCreated)});
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?version=1&version_type=external");
  Sent typed = MakeSent("PUT /a/t/1/_create", "{}", {AtSource(Fate::kCreated)});
  EXPECT_EQ(typed.Write().target, "/a/t/1?version=1&version_type=external");
  Sent named = MakeSent("PUT /a/_doc/1?op_type=create", "{}", {AtSource(Fate::kCreated)});
  EXPECT_EQ(named.Write().target, "/a/_doc/1?version=1&version_type=external");
}

TEST(Form, ADataStreamTakesCreatesOnly) {
  dialect::Outcome source = AtSource(Fate::kCreated, "x");
  source.index = ".ds-logs-000001";
  Sent sent = MakeSent("POST /logs/_doc", "{}", {source});
  EXPECT_EQ(sent.Write().target, "/logs/_doc/x?op_type=create");
  Sent bulk = MakeSent("POST /logs/_bulk", "{\"create\":{}}\n{}\n", {source});
  EXPECT_EQ(bulk.Write().body, "{\"create\":{\"_id\":\"x\"}}\n{}\n");
}

TEST(Form, AWriteOfADocumentThatIsThereNamesItsState) {
  Sent sent = MakeSent("PUT /a/_doc/1", "{}", {AtSource(Fate::kUpdated)});
  sent.item().known = There(7, 2);
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?if_seq_no=7&if_primary_term=2");
}

TEST(Form, WhatIsNotKnownIsReadFirst) {
  Sent sent = MakeSent("DELETE /a/_doc/1?routing=r", "", {AtSource(Fate::kDeleted)});
  const auto read = SearchGuard().ReadRequest(sent.parcel);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method + ' ' + read->target, "POST /_mget");
  EXPECT_EQ(read->body,
            "{\"docs\":[{\"_index\":\"a\",\"_id\":\"1\",\"routing\":\"r\",\"_source\":false,"
            "\"stored_fields\":\"_none_\"}]}");
  sent.Read(200, R"({"docs":[{"_id":"1","_seq_no":7,"_primary_term":1,"found":true}]})");
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?routing=r&if_seq_no=7&if_primary_term=1");
}

TEST(Form, ADeleteOfNothingFollowsTheDeletionBefore) {
  Sent sent = MakeSent("DELETE /a/_doc/1", "", {AtSource(Fate::kNotFound)});
  sent.item().known = DocumentState{.exists = false, .version = 4};
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?version=5&version_type=external");
}

TEST(Form, ADeleteInAMissingIndexDoesNotMakeIt) {
  dialect::Outcome source = AtSource(Fate::kNotFound);
  source.error = "index_not_found_exception";
  Sent sent = MakeSent("DELETE /a/_doc/1", "", {source});
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?if_seq_no=9223372036854775807&if_primary_term=1");
}

TEST(Form, WhatConflictedAtTheSourceConflictsAgain) {
  Sent sent = MakeSent("POST /a/_update/1?retry_on_conflict=2", "{\"doc\":{}}",
                       {AtSource(Fate::kConflict)});
  EXPECT_EQ(sent.Write().target, "/a/_update/1?if_seq_no=9223372036854775807&if_primary_term=1");
}

TEST(Form, AnUpdateOfNothingCannotHitALaterDocument) {
  Sent sent = MakeSent("POST /a/_update/1", "{\"doc\":{}}", {AtSource(Fate::kNotFound)});
  EXPECT_EQ(sent.Write().target, "/a/_update/1?if_seq_no=9223372036854775807&if_primary_term=1");
}

TEST(Form, WhatTheSourceRefusedIsRefusedWhateverIsThere) {
  constexpr std::string_view kNone = "?if_seq_no=9223372036854775807&if_primary_term=1";
  const auto target = [](std::string_view line, std::string_view body, Fate fate) {
    Sent sent = MakeSent(line, body, {AtSource(fate)});
    sent.item().known = There(3);
    return sent.Write().target;
  };
  EXPECT_EQ(target("PUT /a/_create/1", "{}", Fate::kConflict), fmt::format("/a/_doc/1{}", kNone));
  EXPECT_EQ(target("PUT /a/_doc/1?op_type=create", "{}", Fate::kConflict),
            fmt::format("/a/_doc/1{}", kNone));
  EXPECT_EQ(target("POST /a/_update/1", "{\"doc\":{}}", Fate::kNotFound),
            fmt::format("/a/_update/1{}", kNone));
  EXPECT_EQ(target("PUT /a/_doc/1", "{\"n\":\"x\"}", Fate::kRefused),
            fmt::format("/a/_doc/1{}", kNone));
  EXPECT_EQ(target("PUT /a/_doc/1?version=4&version_type=external", "{}", Fate::kConflict),
            fmt::format("/a/_doc/1{}", kNone));
}

TEST(Form, ACreateOfABulkThatTheSourceRefusedIsRefused) {
  Sent sent = MakeSent("POST /_bulk", "{\"create\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{}\n",
                       {AtSource(Fate::kConflict)});
  EXPECT_EQ(sent.Write().body,
            "{\"index\":{\"_index\":\"a\",\"_id\":\"1\",\"if_seq_no\":9223372036854775807,"
            "\"if_primary_term\":1}}\n{}\n");
}

TEST(Form, AnUpsertOfNothingMakesItsDocument) {
  Sent sent = MakeSent("POST /a/_update/1?_source=true&refresh=true",
                       R"({"script":"s", "upsert" : { "n": 1.0 }})", {AtSource(Fate::kCreated)});
  const message::Request request = sent.Write();
  EXPECT_EQ(request.target, "/a/_doc/1?refresh=true&version=1&version_type=external");
  EXPECT_EQ(request.body, "{ \"n\": 1.0 }");
}

TEST(Form, AnUpsertOfADocumentThatIsThereLosesItsUpsert) {
  Sent sent = MakeSent("POST /a/_update/1", R"({"doc":{"n":1},"doc_as_upsert":true})",
                       {AtSource(Fate::kUpdated)});
  sent.item().known = There(3);
  const message::Request request = sent.Write();
  EXPECT_EQ(request.target, "/a/_update/1?if_seq_no=3&if_primary_term=1");
  EXPECT_EQ(request.body, R"({"doc":{"n":1}})");
}

TEST(Form, TheDocumentInTheQueryBecomesABodyWhereItChanges) {
  Sent sent = MakeSent(
      "POST /a/_update/1?source=%7B%22doc%22%3A%7B%7D%2C%22upsert%22%3A%7B%7D%7D"
      "&source_content_type=application%2Fjson",
      "", {AtSource(Fate::kUpdated)});
  sent.item().known = There(3);
  const message::Request request = sent.Write();
  EXPECT_EQ(request.target, "/a/_update/1?if_seq_no=3&if_primary_term=1");
  EXPECT_EQ(request.body, "{\"doc\":{}}");
  EXPECT_EQ(message::FindField(request.fields, "Content-Type")->value, "application/json");
}

TEST(Form, AnExternalVersionGoesOutAsItIs) {
  Sent sent =
      MakeSent("PUT /a/_doc/1?version=7&version_type=external", "{}", {AtSource(Fate::kUpdated)});
  EXPECT_EQ(SearchGuard().ReadRequest(sent.parcel), std::nullopt);
  EXPECT_EQ(sent.Write(), *sent.request);
}

TEST(Form, AClientsConditionThatHeldHoldsAgain) {
  Sent sent =
      MakeSent("PUT /a/_doc/1?if_seq_no=90&if_primary_term=4", "{}", {AtSource(Fate::kUpdated)});
  sent.item().known = There(7);
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?if_seq_no=7&if_primary_term=1");
}

TEST(Form, AnInternalVersionBecomesACondition) {
  Sent sent = MakeSent("PUT /a/t/1?version=2", "{}", {AtSource(Fate::kUpdated)});
  sent.item().known = There(7);
  EXPECT_EQ(sent.Write().target, "/a/t/1?if_seq_no=7&if_primary_term=1");
}

TEST(Form, AClientsConditionWithoutAnAnswerIsMapped) {
  const auto written = [](int64_t present) {
    Sent sent = MakeSent("PUT /a/_doc/1?if_seq_no=90&if_primary_term=4", "{}");
    sent.parcel.source_numbers = [](const Item&, int64_t seq_no, int64_t) {
      return seq_no == 90 ? std::optional(There(7)) : std::nullopt;
    };
    sent.item().known = There(present);
    return sent.Write().target;
  };
  EXPECT_EQ(written(7), "/a/_doc/1?if_seq_no=7&if_primary_term=1");
  EXPECT_EQ(written(8), "/a/_doc/1?if_seq_no=9223372036854775807&if_primary_term=1");
}

TEST(Form, AClientsConditionHoldsAgainWhereAnOverlaySaysThatItHeld) {
  Sent sent = MakeSent("PUT /a/_doc/1?if_seq_no=90&if_primary_term=4", "{}");
  sent.item().committed = true;
  sent.item().known = There(7);
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?if_seq_no=7&if_primary_term=1");
}

TEST(Form, ReadsAndAdministrationGoOutAsTheyAre) {
  for (const std::string_view line : {"GET /a/_doc/1", "PUT /a", "POST /a/_delete_by_query"}) {
    Sent sent = MakeSent(line, "{}");
    EXPECT_EQ(sent.Write(), *sent.request) << line;
  }
}

TEST(Form, BulkLinesGetTheirConditionsAndDocumentsKeepTheirBytes) {
  Sent sent = MakeSent("POST /a/_bulk?refresh=true",
                       "{ \"index\" : { \"_id\": \"1\" } }\n{ \"n\": 1e400 }\n"
                       "{\"create\":{\"_id\":null,\"routing\":\"r\"}}\r\n{}\r\n"
                       "{\"delete\":{\"_id\":\"3\"}}\n"
                       "{\"update\":{\"_id\":\"4\",\"retry_on_conflict\":3}}\n{\"doc\":{}}",
                       {AtSource(Fate::kUpdated), AtSource(Fate::kCreated, "x"),
                        AtSource(Fate::kDeleted), AtSource(Fate::kUpdated)});
  for (const size_t place : {0U, 2U, 3U}) {
    sent.item(place).known = There(static_cast<int64_t>(place));
  }
  const message::Request request = sent.Write();
  EXPECT_EQ(request.target, "/a/_bulk?refresh=true");
  EXPECT_EQ(request.body,
            "{ \"index\" : { \"_id\": \"1\" ,\"if_seq_no\":0,\"if_primary_term\":1} }\n"
            "{ \"n\": 1e400 }\n"
            "{\"index\":{\"routing\":\"r\",\"_id\":\"x\",\"version\":1,\"version_type\":"
            "\"external\"}}\r\n{}\r\n"
            "{\"delete\":{\"_id\":\"3\",\"if_seq_no\":2,\"if_primary_term\":1}}\n"
            "{\"update\":{\"_id\":\"4\",\"if_seq_no\":3,\"if_primary_term\":1}}\n{\"doc\":{}}\n");
}

TEST(Form, AnUpsertInABulkBecomesItsDocument) {
  Sent sent = MakeSent("POST /_bulk",
                       "{\"update\":{\"_index\":\"a\",\"_id\":\"1\",\"_source\":true}}\n"
                       "{\"doc\":{\"n\":2},\"upsert\":{\"n\":1}}\n",
                       {AtSource(Fate::kCreated)});
  EXPECT_EQ(sent.Write().body,
            "{\"index\":{\"_index\":\"a\",\"_id\":\"1\",\"version\":1,\"version_type\":"
            "\"external\"}}\n{\"n\":1}\n");
}

TEST(Form, OnlyTheOpenItemsOfABulkGoAgain) {
  Sent sent = MakeSent("POST /a/_bulk",
                       "{\"index\":{\"_id\":\"1\",\"version\":5,\"version_type\":\"external\"}}\n"
                       "{}\n{\"delete\":{\"_id\":\"2\"}}\n",
                       {AtSource(Fate::kUpdated), AtSource(Fate::kDeleted)});
  sent.item(1).stage = Stage::kDone;
  EXPECT_EQ(sent.Write().body,
            "{\"index\":{\"_id\":\"1\",\"version\":5,\"version_type\":\"external\"}}\n{}\n");
}

TEST(Form, ABulkThatIsWrittenAnewKeepsAllButItsBody) {
  Sent sent =
      MakeSent("POST /a/_bulk", "{\"index\":{\"_id\":\"1\"}}\n{}\n", {AtSource(Fate::kCreated)});
  *sent.request = {.method = "POST",
                   .target = "/a/_bulk",
                   .fields = {{"Content-Encoding", "gzip"}},
                   .body = sent.request->body,
                   .chunked = true,
                   .trailers = {{"a", "b"}},
                   .keeps_host = true,
                   .decoded = true};
  message::Request request = sent.Write();
  EXPECT_NE(request.body, sent.request->body);
  request.body = sent.request->body;
  EXPECT_EQ(request, *sent.request);
}

TEST(Form, ABulkOfWhichNothingChangesGoesOutAsItIs) {
  Sent sent = MakeSent("POST /a/_bulk",
                       "\n{\"index\":{\"_id\":\"1\",\"version\":5,\"version_type\":\"external\"}}\n"
                       "{}",
                       {AtSource(Fate::kUpdated)});
  EXPECT_EQ(sent.Write(), *sent.request);
}

TEST(Form, ABulkThatCannotBeReadGoesOutWhole) {
  Sent sent = MakeSent("POST /a/_bulk", "{\"index\":{\"_id\":\"1\"}}\n{}\nno JSON\n");
  sent.item(0).known = There(1);
  EXPECT_EQ(sent.Write(), *sent.request);
}

}  // namespace
}  // namespace trafrec::guard
