// `trafrec sql`: a log as tables.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::Shell;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

/// A log that all tests read.
struct Sample {
  Sample() {
    test_support::WriteSampleCapture(folder / "sample.pcap");
    test_support::RecordInto(log, folder / "sample.pcap");
  }

  const TemporaryFolder folder;
  const std::string log = folder / "log";
};

class SqlCommand : public testing::Test {
 protected:
  static const Sample& TheSample() {
    static const Sample kSample;
    return kSample;
  }

  Outcome Sql(const std::string& sql, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"sql", log_, sql});
    return Trafrec(more);
  }

  /// The answer as CSV, without its header.
  std::string Answer(const std::string& sql) const {
    const Outcome outcome = Sql(sql, {"--format", "csv"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.out.substr(outcome.out.find('\n') + 1);
  }

  const TemporaryFolder& folder_ = TheSample().folder;
  const std::string& log_ = TheSample().log;
};

TEST_F(SqlCommand, ExchangesHasTheColumnsOfWhere) {
  EXPECT_EQ(Answer("SELECT id, n, time_ns, time, method, target, host, status, request_bytes, "
                   "response_bytes, client, server, connection, flags FROM exchanges WHERE "
                   "target LIKE '%_doc%'"),
            Answer("SELECT 'test-0001-12', 2, time_ns, time, 'PUT', '/idx/_doc/1', host, 201, 7, "
                   "20, client, server, 1, 0 FROM exchanges WHERE n=2"));
  EXPECT_EQ(Answer("SELECT status, count(*) FROM exchanges GROUP BY 1 ORDER BY 1"),
            ",1\n200,1\n201,1\n404,1\n");
  EXPECT_EQ(Answer("SELECT target FROM exchanges WHERE target REGEXP '^/[hs]' ORDER BY time"),
            "/hello\n/slow\n");
}

TEST_F(SqlCommand, FunctionsTakeHeadsAndBodiesOutOfTheLog) {
  EXPECT_EQ(Answer("SELECT json_extract(request_body(id), '$.a'), "
                   "json_extract(response_body(id), '$.result') FROM exchanges WHERE n=2"),
            "1,created\n");
  EXPECT_EQ(Answer("SELECT request_head(id) LIKE 'GET /hello HTTP/1.1%', "
                   "response_head(id) LIKE 'HTTP/1.1 200 OK%', header(id, 'host')=host, "
                   "header(id, 'no-such'), response_header(id, 'CONTENT-LENGTH') "
                   "FROM exchanges WHERE target='/hello'"),
            "1,1,1,,6\n");
  EXPECT_EQ(Answer("SELECT response_body(id) IS NULL FROM exchanges WHERE target='/slow'"), "1\n");
  EXPECT_EQ(Answer("SELECT request_body('test-0001-19') IS NULL, request_body(7) IS NULL"),
            "1,1\n");
}

TEST_F(SqlCommand, JsonIsTakenApartByTables) {
  EXPECT_EQ(Answer("SELECT b.key, b.value FROM exchanges AS e, json_each(request_body(e.id)) AS b "
                   "WHERE e.n=2"),
            "a,1\n");
}

TEST_F(SqlCommand, FunctionsSayWhatARequestMeansAndWhatBecameOfIt) {
  const std::string sql =
      "SELECT api(e.id), o.value->>'kind', o.value->>'indices', o.value->>'id', o.value->>'fate' "
      "FROM exchanges AS e, json_each(operations(e.id)) AS o WHERE e.n=2";
  EXPECT_THAT(Sql(sql, {"--format", "csv", "--dialect", "search"}).out,
              testing::EndsWith("index,index,\"[\"\"idx\"\"]\",1,created\n"));
  EXPECT_THAT(Sql(sql, {"--format", "csv", "--dialect", "http"}).out,
              testing::EndsWith("PUT,write,[],,created\n"));
}

TEST_F(SqlCommand, TheDialectIsRecognisedByTheLog) {
  EXPECT_EQ(Answer("SELECT api(id) FROM exchanges WHERE n=1"), "GET\n");
}

TEST_F(SqlCommand, AnExchangeIsFoundByItsId) {
  EXPECT_EQ(Answer("SELECT target FROM exchanges WHERE id='test-0001-13'"), "/missing\n");
  EXPECT_EQ(Answer("SELECT count(*) FROM exchanges WHERE id IN ('test-0001-11', 'test-0001-14', "
                   "'test-0001-15', 'test-0002-11', 'other-0001-11', 'x', '')"),
            "2\n");
}

TEST_F(SqlCommand, TimesLimitTheRows) {
  const std::string all = Answer("SELECT min(time), max(time), min(time_ns) FROM exchanges");
  const std::string first = all.substr(0, all.find(','));
  EXPECT_EQ(Answer("SELECT count(*) FROM exchanges WHERE time<='" + first + "'"), "1\n");
  EXPECT_EQ(Answer("SELECT count(*) FROM exchanges WHERE time>'" + first + "'"), "3\n");
  EXPECT_EQ(Answer("SELECT count(*) FROM exchanges WHERE time='" + first + "'"), "1\n");
  EXPECT_EQ(Answer("SELECT count(*) FROM exchanges WHERE time>='2023-11' AND time<'2023-12'"),
            "4\n");
  EXPECT_EQ(Answer("SELECT count(*) FROM exchanges WHERE time>='2023-1'"), "4\n");
  EXPECT_EQ(Answer("SELECT count(*) FROM exchanges WHERE time_ns>1.7e18 AND time_ns<1.8e18"),
            "4\n");
  EXPECT_EQ(Answer("SELECT count(*) FROM exchanges WHERE time_ns<1600000000000000000"), "0\n");
  EXPECT_EQ(Answer("SELECT count(*) FROM exchanges WHERE time_ns<'x'"), "4\n");
}

TEST_F(SqlCommand, LossesAndWatermarksAreTables) {
  EXPECT_EQ(Answer("SELECT recorder, attempt, cause FROM losses ORDER BY from_ns, cause"),
            "test,1,start\ntest,1,stop\n");
  EXPECT_EQ(Answer("SELECT count(*)>0, min(recorder), max(at_ns)>0 FROM watermarks"), "1,test,1\n");
  EXPECT_EQ(Answer("SELECT count(*) FROM gaps"), "0\n");
}

TEST_F(SqlCommand, FormatsAreTableCsvAndJson) {
  const std::string sql =
      "SELECT 1 AS one, 'a \"b\",' AS text, NULL AS none, x'ff00' AS bytes, "
      "2.0 AS two";
  EXPECT_EQ(Sql(sql).out,
            "one  text    none  bytes     two\n  1  a \"b\",     -  \\xff\\x00  2.0\n");
  EXPECT_EQ(Sql(sql, {"--format", "csv"}).out,
            std::string("one,text,none,bytes,two\n1,\"a \"\"b\"\",\",,\xff\0,2.0\n", 45));
  EXPECT_EQ(nlohmann::json::parse(Sql(sql, {"--format", "json"}).out),
            nlohmann::json::parse(R"({"one": 1, "text": "a \"b\",", "none": null,
                                      "bytes": {"b64": "/wA="}, "two": 2.0})"));
}

TEST_F(SqlCommand, StatementsComeFromStandardInput) {
  std::ofstream(folder_ / "in.sql") << "SELECT 1; -- one\nSELECT count(*) AS n FROM exchanges;\n";
  const Outcome outcome = Trafrec({"sql", log_, "--format", "csv"}, {.input = folder_ / "in.sql"});
  EXPECT_EQ(outcome.out, "1\n1\nn\n4\n") << outcome.err;
}

TEST_F(SqlCommand, SqlThatDoesNotOnlyReadIsRefused) {
  const std::string other = folder_ / "other.sqlite";
  for (const std::string& sql :
       {std::string("DELETE FROM exchanges"), std::string("INSERT INTO exchanges(n) VALUES(1)"),
        std::string("CREATE TABLE t(a)"), "ATTACH '" + other + "' AS o",
        "VACUUM INTO '" + other + "'", std::string("PRAGMA writable_schema=1"),
        std::string("DROP TABLE exchanges"),
        std::string("CREATE VIRTUAL TABLE t USING trafrec_exchanges"),
        std::string("SELECT load_extension('x')"), std::string("BEGIN")}) {
    const Outcome outcome = Sql(sql);
    EXPECT_EQ(outcome.exit_code, 2) << sql;
    EXPECT_THAT(outcome.err, ContainsRegex("may only read|may not be modified")) << sql;
  }
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(SqlCommand, SqlThatRunsForEverEndsAtItsTimeout) {
  const Outcome joined = Sql(
      "SELECT count(*) FROM exchanges a, exchanges b, exchanges c, exchanges d, exchanges e, "
      "exchanges f, exchanges g, exchanges h, exchanges i, exchanges j, exchanges k, exchanges l, "
      "exchanges m, exchanges n, exchanges o, exchanges p",
      {"--timeout", "50ms"});
  EXPECT_EQ(joined.exit_code, 1);
  EXPECT_THAT(joined.err, HasSubstr("--timeout 50ms: the SQL was stopped"));
  EXPECT_THAT(
      Sql("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT x FROM c").err,
      HasSubstr("a recursive query"));
  EXPECT_EQ(Sql("SELECT 1", {"--timeout", "soon"}).exit_code, 2);
}

TEST_F(SqlCommand, MistakesAreShownInSqlitesWords) {
  const Outcome outcome = Sql("SELECT statsu FROM exchanges");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(StartsWith("trafrec: SQLite says: no such column: statsu"),
                                 HasSubstr("SELECT statsu FROM exchanges")));
  EXPECT_THAT(Sql("SELEC 1", {"--format", "json"}).err, StartsWith("{\"error\":{"));
  EXPECT_THAT(Sql("SELECT header('test-0001-11')").err, HasSubstr("wrong number of arguments"));
}

TEST_F(SqlCommand, OnATerminalItPromptsAndKeepsAHistory) {
  const std::string state = folder_ / "state";
  const Outcome outcome = Shell(
      "printf 'SELECT count(*) AS all_of_them\\nFROM exchanges;\\nSELECT "
      "oops;\\n.tables\\n.quit\\n' | "
      "XDG_STATE_HOME=" +
      state + " TERM=dumb script -qec 'trafrec sql " + log_ + "' /dev/null");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("trafrec> "), HasSubstr("all_of_them\r\n          4"),
                                 HasSubstr("no such column: oops"),
                                 HasSubstr("exchanges(id, recorder, attempt, n, time_ns")));
  std::ifstream history(state + "/trafrec/sql_history");
  std::stringstream kept;
  kept << history.rdbuf();
  EXPECT_THAT(kept.str(), HasSubstr("all_of_them"));
  const auto mode = std::filesystem::status(state + "/trafrec/sql_history").permissions();
  EXPECT_EQ(mode & std::filesystem::perms::mask, std::filesystem::perms(0600));
}

TEST_F(SqlCommand, EncryptedColumnsNeedAnIdentity) {
  const std::string key = folder_ / "audit.key";
  const std::string secret = folder_ / "secret";
  ASSERT_EQ(Trafrec({"keygen", "--for", "encrypt", "--out", key}).exit_code, 0);
  ASSERT_EQ(Trafrec({"record", "-q", "--recorder", "test", "-r", folder_ / "sample.pcap", "-l",
                     secret, "--encrypt-to", key + ".pub"})
                .exit_code,
            0);
  const std::string sql = "SELECT target, request_body(id) FROM exchanges WHERE n=2";
  EXPECT_THAT(Trafrec({"sql", secret, sql, "--format", "csv", "--identity", key}).out,
              HasSubstr("/idx/_doc/1,\"{\"\"a\"\":1}\""));
  const Outcome without = Trafrec({"sql", secret, "SELECT n FROM exchanges WHERE target='/hello'"});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.err,
              AllOf(HasSubstr("target and host are encrypted"), HasSubstr("--identity KEYFILE")));
  EXPECT_THAT(Trafrec({"sql", secret, "SELECT request_body(id) FROM exchanges"}).err,
              HasSubstr("--identity"));
  EXPECT_EQ(Trafrec({"sql", secret, "SELECT count(*) AS n, sum(status) AS s FROM exchanges",
                     "--format", "csv"})
                .out,
            "n,s\n4,805\n");
}

}  // namespace
}  // namespace trafrec::tools
