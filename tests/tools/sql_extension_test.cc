// The extension of sqlite3, in the programs that people have: Debian's shell, Python, and one that
// brings its own SQLite.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::RunToEnd;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SqlExtension : public testing::Test {
 protected:
  SqlExtension() {
    test_support::WriteSampleCapture(folder_ / "sample.pcap");
    test_support::RecordInto(log_, folder_ / "sample.pcap");
  }

  /// What Debian's shell says when it has loaded the extension.
  Outcome Shell(std::vector<std::string> lines, const test_support::RunOptions& options = {},
                const std::string& database = ":memory:") const {
    lines.insert(lines.begin(), {"/usr/bin/sqlite3", "-batch", "-bail", "-csv", database,
                                 ".load " TRAFREC_SQL_EXTENSION});
    return RunToEnd(lines, options);
  }
  /// A file with SQL for standard input.
  std::string Script(const std::string& sql) const {
    const std::string path = folder_ / "script.sql";
    std::ofstream(path) << sql;
    return path;
  }
  std::string Open() const { return "SELECT length(trafrec_open('" + log_ + "'))>0"; }
  /// The rows of a statement, as the shell has them.
  std::string Answer(const std::string& sql) const {
    const Outcome outcome = Shell({Open(), sql});
    EXPECT_EQ(outcome.exit_code, 0) << sql << ": " << outcome.err;
    EXPECT_TRUE(outcome.out.starts_with("1\n")) << outcome.out;
    return outcome.out.substr(std::min<size_t>(2, outcome.out.size()));
  }

  const TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
};

TEST_F(SqlExtension, ShellGivesTheAnswersOfTheCommand) {
  for (const std::string sql : {
           "SELECT method, status, count(*) FROM exchanges GROUP BY 1, 2 ORDER BY 1, 2",
           "SELECT * FROM exchanges WHERE id='test-0001-12'",
           "SELECT n FROM exchanges WHERE time>='2023-11' AND target REGEXP '^/[hm]' ORDER BY n",
           "SELECT json_extract(request_body(id), '$.a'), header(id, 'host'), "
           "response_header(id, 'content-length') FROM exchanges WHERE n=2",
           "SELECT recorder, attempt, cause FROM losses ORDER BY from_ns, cause",
           "SELECT count(*) FROM gaps JOIN exchanges USING(id)",
           "SELECT count(*)>0 FROM watermarks",
           "SELECT api(id), operations(id) FROM exchanges WHERE n=2",
       }) {
    const Outcome command = Trafrec({"sql", log_, sql, "--format", "csv"});
    ASSERT_EQ(command.exit_code, 0) << command.err;
    std::string shell = Answer(sql);
    std::erase(shell, '\r');
    EXPECT_EQ(shell, command.out.substr(command.out.find('\n') + 1)) << sql;
  }
}

TEST_F(SqlExtension, OpenSaysWhatThereIsNow) {
  EXPECT_THAT(Shell({"SELECT trafrec_open('" + log_ + "')"}).out,
              AllOf(HasSubstr("exchanges(id, recorder, attempt"), HasSubstr("gaps("),
                    HasSubstr("losses("), HasSubstr("watermarks(")));
}

TEST_F(SqlExtension, NothingIsWritten) {
  const std::string database = folder_ / "own.db";
  EXPECT_EQ(Shell({Open(), "CREATE TABLE kept AS SELECT n FROM exchanges"}, {}, database).exit_code,
            0);
  EXPECT_THAT(Shell({Open(), "DELETE FROM exchanges"}).err, HasSubstr("may not be modified"));
  EXPECT_THAT(Shell({Open(), "INSERT INTO gaps(id) VALUES('x')"}).err,
              HasSubstr("may not be modified"));
  const Outcome schema = RunToEnd(
      {"/usr/bin/sqlite3", database, "SELECT name FROM sqlite_schema", "SELECT sum(n) FROM kept"});
  EXPECT_EQ(schema.out, "kept\n10\n");
}

TEST_F(SqlExtension, ErrorsSayWhatToDo) {
  EXPECT_THAT(Shell({"SELECT trafrec_open('/no/such')"}).err,
              AllOf(HasSubstr("there is no log /no/such"), HasSubstr("try: check the path")));
  EXPECT_THAT(Shell({"SELECT trafrec_open()"}).err, HasSubstr("SELECT trafrec_open('LOG')"));
  EXPECT_THAT(Shell({"SELECT trafrec_open('" + log_ + "', 'also')"}).err,
              HasSubstr("pairs of a name and a value"));
  EXPECT_THAT(Shell({"SELECT trafrec_open('" + log_ + "', 'colour', 'red')"}).err,
              HasSubstr("knows no 'colour' that is 'red'"));
  EXPECT_THAT(Shell({Open(), Open()}).err, HasSubstr("open another connection"));
  EXPECT_THAT(Shell({"SELECT count(*) FROM exchanges"}).err, HasSubstr("no such table"));
}

TEST_F(SqlExtension, AViewCannotOpenALog) {
  EXPECT_THAT(Shell({"CREATE VIEW v AS " + Open(), "SELECT * FROM v"}).err,
              HasSubstr("unsafe use of trafrec_open()"));
}

TEST_F(SqlExtension, AnOpenThatFailedCanBeRepeated) {
  const Outcome outcome =
      RunToEnd({"/usr/bin/sqlite3", "-batch", ":memory:", "-cmd", ".load " TRAFREC_SQL_EXTENSION},
               {.input = Script("SELECT trafrec_open('/no/such');\n" + Open() +
                                ";\nSELECT count(*) FROM exchanges;\n")});
  EXPECT_EQ(outcome.out, "1\n4\n") << outcome.err;
}

TEST_F(SqlExtension, AStatementSeesWhatCameSinceTheLast) {
  const std::string record = "record --quiet --recorder test --read " +
                             (folder_ / "sample.pcap").string() + " --log " + log_;
  const Outcome outcome =
      Shell({Open(), "SELECT count(*) FROM exchanges", ".shell " TRAFREC_BINARY " " + record,
             "SELECT count(*) FROM exchanges"});
  EXPECT_EQ(outcome.out, "1\n4\n8\n") << outcome.err;
}

TEST_F(SqlExtension, AnIdentityOpensAnEncryptedLog) {
  const std::string key = folder_ / "audit.key";
  const std::string secret = folder_ / "secret";
  ASSERT_EQ(Trafrec({"keygen", "--for", "encrypt", "--out", key}).exit_code, 0);
  ASSERT_EQ(Trafrec({"record", "-q", "--recorder", "test", "-r", folder_ / "sample.pcap", "-l",
                     secret, "--encrypt-to", key + ".pub"})
                .exit_code,
            0);
  const std::string open = "SELECT trafrec_open('" + secret + "'";
  const std::string target = "SELECT target FROM exchanges WHERE n=2";
  EXPECT_THAT(Shell({open + ")", target}).err,
              AllOf(HasSubstr("target and host are encrypted"), HasSubstr("--identity")));
  EXPECT_THAT(Shell({open + ", 'identity', '" + key + "')", target}).out, HasSubstr("/idx/_doc/1"));
  EXPECT_THAT(Shell({open + ")", target}, {.environment = {{"TRAFREC_IDENTITY", key}}}).out,
              HasSubstr("/idx/_doc/1"));
}

TEST_F(SqlExtension, PythonReadsALog) {
  const Outcome outcome = RunToEnd({"/usr/bin/python3", "-c", R"(
import sqlite3, sys
for _ in range(2):
    c = sqlite3.connect(':memory:')
    c.enable_load_extension(True)
    c.load_extension(sys.argv[1])
    c.execute('SELECT trafrec_open(?)', (sys.argv[2],)).fetchone()
    ask = 'SELECT count(*), max(target) FROM exchanges WHERE status>=?'
    print(c.execute(ask, (200,)).fetchone())
    c.close()
)",
                                    TRAFREC_SQL_EXTENSION, log_});
  EXPECT_EQ(outcome.out, "(3, '/missing')\n(3, '/missing')\n") << outcome.err;
}

TEST_F(SqlExtension, AProgramWithItsOwnSqliteReadsALog) {
  const Outcome outcome = RunToEnd({TRAFREC_OWN_SQLITE, TRAFREC_SQL_EXTENSION, Open(),
                                    "SELECT count(*) || max(target) FROM exchanges"});
  EXPECT_EQ(outcome.out, "1\n4/slow\n") << outcome.err;
}

TEST_F(SqlExtension, ItBringsNoSqliteAlong) {
  const Outcome needed = RunToEnd({"/usr/bin/readelf", "-d", TRAFREC_SQL_EXTENSION});
  EXPECT_THAT(needed.out, AllOf(HasSubstr("NEEDED"), Not(HasSubstr("libsqlite3"))));
}

}  // namespace
}  // namespace trafrec::tools
