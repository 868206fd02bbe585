#include "control/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <semaphore>

#include "control/client.h"
#include "control/limits.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait_until.h"

namespace trafrec::control {
namespace {

using std::chrono::seconds;
using test_support::TemporaryFolder;
using test_support::WaitUntil;
using testing::HasSubstr;

constexpr auto kPatience = seconds(60);

/// A socket that speaks no protocol: sends what it is told.
class RawClient {
 public:
  explicit RawClient(const std::filesystem::path& path) {
    socket_ = *NewSocket();
    failure_ = TryConnect(socket_, path);
  }

  std::optional<int> failure() const { return failure_; }
  void Send(std::string_view text) const {
    EXPECT_EQ(send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// As far as the buffers take it.
  size_t SendAsMuchAsGoes(std::string_view text) const {
    const ssize_t sent = send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<size_t>(sent);
  }
  /// All that comes until the other side hangs up.
  std::string ReadToTheEnd() const {
    std::string all;
    std::array<char, 4096> buffer;
    while (true) {
      if (!WaitFor(socket_.get(), POLLIN, 60'000)) {
        ADD_FAILURE() << "nobody hung up";
        return all;
      }
      const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) {
        return all;
      }
      all.append(buffer.data(), static_cast<size_t>(got));
    }
  }

 private:
  FileDescriptor socket_;
  std::optional<int> failure_;
};

class ControlServer : public testing::Test {
 protected:
  ControlServer() {
    setenv("XDG_RUNTIME_DIR", folder_.path().c_str(), 1);
    server_ = Bound("test");
  }

  static std::unique_ptr<Server> Bound(const std::string& name) {
    auto server = Server::Bind(name);
    EXPECT_TRUE(server) << server.error().what;
    return server ? *std::move(server) : nullptr;
  }
  /// Says back what it was told.
  void ServeEcho(std::chrono::milliseconds patience = kPatience) {
    const auto echo = [](const Json& request) -> Result<Json> {
      if (TextOf(request, "command") == "fail") {
        return Fail(ErrorCode::kNoSpace, "there is no room", "make some");
      }
      return Json{{"echo", TextOf(request, "text")}};
    };
    server_->Serve(echo, patience);
  }
  Result<Json> Ask(Json request) const {
    TRY_ASSIGN(Client client, Client::Connect(server_->path()));
    return client.Ask(std::move(request), kPatience);
  }

  const TemporaryFolder folder_;
  std::unique_ptr<Server> server_;
};

TEST_F(ControlServer, AnswersWhatItIsAsked) {
  ServeEcho();
  const auto answer = Ask({{"command", "echo"}, {"text", "hello"}});
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(TextOf(*answer, "echo"), "hello");
}

TEST_F(ControlServer, OneConnectionMayAskAgainAndAgain) {
  ServeEcho();
  auto client = Client::Connect(server_->path());
  ASSERT_TRUE(client);
  for (int i = 0; i < 100; ++i) {
    const auto answer = client->Ask({{"command", "echo"}, {"text", std::to_string(i)}}, kPatience);
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(TextOf(*answer, "echo"), std::to_string(i));
  }
}

TEST_F(ControlServer, ErrorsArriveAsTheyWereMade) {
  ServeEcho();
  const auto answer = Ask({{"command", "fail"}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(answer.error().what, "there is no room");
  EXPECT_EQ(answer.error().remedy, "make some");
}

TEST_F(ControlServer, SocketIsItsUsersAlone) {
  struct stat found{};
  ASSERT_EQ(stat(server_->path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  ASSERT_EQ(stat(server_->path().parent_path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700U);
}

TEST_F(ControlServer, SocketGoesWithTheServer) {
  const std::filesystem::path path = server_->path();
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ControlServer, SocketOfADeadProcessIsReplaced) {
  const std::filesystem::path path = server_->path();
  const pid_t child = fork();
  if (child == 0) {
    const auto dying = Server::Bind("dead");
    _exit(dying ? 0 : 1);  // without a destructor
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(std::filesystem::exists(path.parent_path() / "dead.sock"));
  EXPECT_EQ(Bound("dead")->path(), path.parent_path() / "dead.sock");
}

TEST_F(ControlServer, SocketOfALivingProcessIsLeftAlone) {
  const auto second = Bound("test");
  EXPECT_EQ(second->path().filename(), "test-2.sock");
  ServeEcho();
  EXPECT_TRUE(Ask({{"command", "echo"}}));
}

TEST_F(ControlServer, FileInTheWayIsLeftAlone) {
  const std::string path = folder_.Write("trafrec/file.sock", "dear");
  EXPECT_EQ(Bound("file")->path().filename(), "file-2.sock");
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST_F(ControlServer, GarbageGetsAnErrorAndHurtsNobody) {
  ServeEcho();
  const RawClient garbage(server_->path());
  garbage.Send(std::string("\x00\xff{{{{\n", 7));
  garbage.Send("[1,2,3]\nnull\n{}\n");
  EXPECT_TRUE(Ask({{"command", "echo"}}));
  WaitUntil("garbage is counted", [&] { return server_->counts().failed == 4; });
}

TEST_F(ControlServer, DeepNestingIsRefusedBeforeItIsParsed) {
  ServeEcho();
  const RawClient deep(server_->path());
  deep.Send(std::string(8'000, '[') + "\n");
  WaitUntil("it is refused", [&] { return server_->counts().failed == 1; });
  EXPECT_TRUE(Ask({{"command", "echo"}}));
}

TEST_F(ControlServer, OversizedRequestIsCutOffWithAWord) {
  ServeEcho();
  const RawClient large(server_->path());
  large.SendAsMuchAsGoes(std::string(limits::kRequestBytes + 1, 'x'));
  EXPECT_THAT(large.ReadToTheEnd(), HasSubstr("at most"));
  EXPECT_EQ(server_->counts().cut_off, 1U);
}

TEST_F(ControlServer, HalfARequestHoldsNobodyUp) {
  ServeEcho();
  const RawClient half(server_->path());
  half.Send(R"({"v":1,"comm)");
  EXPECT_TRUE(Ask({{"command", "echo"}}));
}

TEST_F(ControlServer, HalfARequestIsCutOffInTheEnd) {
  ServeEcho(std::chrono::milliseconds(50));
  const RawClient half(server_->path());
  half.Send(R"({"v":1,"comm)");
  EXPECT_EQ(half.ReadToTheEnd(), "");
  EXPECT_EQ(server_->counts().cut_off, 1U);
}

TEST_F(ControlServer, ClientThatTakesNoAnswersIsCutOff) {
  const std::string long_text(100'000, 'x');
  server_->Serve([&](const Json&) -> Result<Json> { return Json{{"text", long_text}}; },
                 std::chrono::seconds(1));
  const RawClient deaf(server_->path());
  for (int i = 0; i < 50; ++i) {
    deaf.SendAsMuchAsGoes("{\"v\":1,\"command\":\"more\"}\n");
  }
  const auto answer = Ask({{"command", "more"}});
  EXPECT_TRUE(answer) << answer.error().what;
  WaitUntil("it is cut off", [&] { return server_->counts().cut_off == 1; });
}

TEST_F(ControlServer, ThoseWhoAreTooManyAreToldSo) {
  ServeEcho();
  std::vector<Client> clients;
  for (size_t i = 0; i < limits::kClients; ++i) {
    clients.push_back(*Client::Connect(server_->path()));
    ASSERT_TRUE(clients.back().Ask({{"command", "echo"}}, kPatience));
  }
  const auto answer = Ask({{"command", "echo"}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kInUse);
  clients.pop_back();
  WaitUntil("there is room again", [&] { return Ask({{"command", "echo"}}).has_value(); });
}

TEST_F(ControlServer, AnotherVersionIsRefusedByName) {
  ServeEcho();
  const RawClient later(server_->path());
  later.Send("{\"v\":2,\"command\":\"echo\"}\n");
  WaitUntil("it is refused", [&] { return server_->counts().failed == 1; });
  const auto answer = ParseAnswer(R"({"v":7,"ok":true})");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().what, HasSubstr("version 7"));
}

TEST_F(ControlServer, AnotherUserIsRefusedAndNamed) {
  if (geteuid() != 0) {
    GTEST_FAIL() << "becoming another user takes root: run the tests as root";
  }
  ServeEcho();
  // The walls before the credentials are taken down, so that these are what refuses.
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(server_->path().parent_path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(server_->path().c_str(), 0666), 0);
  const std::string path = server_->path();
  const pid_t child = fork();
  if (child == 0) {
    const bool other = setgid(65'534) == 0 && setuid(65'534) == 0;
    auto client = Client::Connect(path);
    const auto answer =
        client ? client->Ask({{"command", "echo"}}, kPatience) : std::unexpected(client.error());
    _exit(other && !answer && answer.error().code == ErrorCode::kPermission ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(server_->counts().refused, 1U);
  EXPECT_THAT(server_->counts().last_refused, HasSubstr("user 65534, process"));
}

TEST_F(ControlServer, ServerThatHangsIsGivenUp) {
  std::binary_semaphore end(0);
  server_->Serve([&](const Json&) -> Result<Json> {
    end.acquire();
    return Json::object();
  });
  auto client = Client::Connect(server_->path());
  ASSERT_TRUE(client);
  const auto answer = client->Ask({{"command", "echo"}}, std::chrono::milliseconds(10));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().what, HasSubstr("no answer from"));
  end.release();
  server_.reset();  // before what its thread uses
}

TEST_F(ControlServer, ServerThatGoesAwayIsNoAnswer) {
  auto client = Client::Connect(server_->path());
  ASSERT_TRUE(client);
  server_.reset();
  EXPECT_FALSE(client->Ask({{"command", "echo"}}, kPatience));
}

TEST_F(ControlServer, FolderThatOthersMayWriteToIsRefused) {
  ASSERT_EQ(chmod(server_->path().parent_path().c_str(), 0777), 0);
  const auto server = Server::Bind("other");
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kPermission);
}

TEST_F(ControlServer, LinkInPlaceOfTheFolderIsRefused) {
  const TemporaryFolder elsewhere;
  setenv("XDG_RUNTIME_DIR", (folder_ / "run").c_str(), 1);
  std::filesystem::create_directory(folder_ / "run");
  std::filesystem::create_directory_symlink(elsewhere.path(), folder_ / "run/trafrec");
  EXPECT_FALSE(Server::Bind("other"));
}

TEST_F(ControlServer, PathThatIsTooLongIsNamed) {
  setenv("XDG_RUNTIME_DIR", (folder_ / std::string(100, 'x')).c_str(), 1);
  std::filesystem::create_directory(folder_ / std::string(100, 'x'));
  const auto server = Server::Bind("other");
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().what, HasSubstr("at most 107"));
}

}  // namespace
}  // namespace trafrec::control
