// Secrets that must be in no file, at no time.
//
// A tap in the recorder copies whatever it writes, so files that are deleted or overwritten later
// (the write-ahead log, journals) are searched as well. Nothing is compressed, or the search would
// prove nothing; the control shows that it finds what is there.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <csignal>

#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/wait_until.h"
#include "tests/tools/live_recording.h"
#include "tests/tools/planted_secrets.h"

namespace trafrec::tools {
namespace {

using test_support::FormsIn;
using test_support::Outcome;
using test_support::RunningProcess;
using test_support::SecretConversation;
using test_support::Turn;
using testing::IsEmpty;
using testing::SizeIs;

constexpr uint64_t kExchanges = 10;

/// Both ends of a connection over loopback.
class Sockets {
 public:
  Sockets() {
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9200);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    EXPECT_EQ(bind(listener, name, sizeof(address)), 0);
    EXPECT_EQ(listen(listener, 1), 0);
    client_ = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(client_, name, sizeof(address)), 0);
    server_ = accept(listener, nullptr, nullptr);
    EXPECT_GE(server_, 0);
    close(listener);
  }
  ~Sockets() {
    close(client_);
    close(server_);
  }

  void Say(const Turn& turn) const {
    std::string heard(4'096, '\0');
    for (size_t at = 0; at < turn.bytes.size();) {
      const std::string piece = turn.bytes.substr(at, heard.size());
      ASSERT_EQ(send(turn.client ? client_ : server_, piece.data(), piece.size(), 0),
                static_cast<ssize_t>(piece.size()));
      ASSERT_EQ(recv(turn.client ? server_ : client_, heard.data(), piece.size(), MSG_WAITALL),
                static_cast<ssize_t>(piece.size()));
      at += piece.size();
    }
  }

 private:
  int client_;
  int server_;
};

class PlantedSecrets : public LiveRecording {
 protected:
  std::vector<std::string> Command(std::vector<std::string> source,
                                   const std::vector<std::string>& more) const {
    std::vector<std::string> all = {TRAFREC_BINARY, "record", "-l",         log_,
                                    "--recorder",   "test",   "--compress", "none"};
    all.insert(all.end(), source.begin(), source.end());
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  test_support::RunOptions Tapped() const {
    return {.environment = {{"LD_PRELOAD", TRAFREC_WRITE_TAP},
                            {"WRITE_TAP", tap_},
                            {"ASAN_OPTIONS", "verify_asan_link_order=0"}}};
  }

  void RecordFile(const std::vector<std::string>& more) const {
    test_support::TcpConversation wire;
    wire.Handshake();
    for (const Turn& turn : SecretConversation()) {
      wire.Wait(turn.after_a_pause ? 3 * kNsPerSecond : kNsPerMs)
          .Send(turn.client ? store::Side::kClient : store::Side::kServer, turn.bytes);
    }
    wire.Close();
    test_support::PcapWriter(folder_ / "secrets.pcap").Write(wire.Packets());
    const Outcome outcome =
        test_support::RunToEnd(Command({"-r", folder_ / "secrets.pcap"}, more), Tapped());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  void RecordLive(const std::vector<std::string>& more) {
    server_.StopAndReadLog();
    RunningProcess recorder(Command({"-i", "lo", "--port", "9200"}, more), Tapped());
    recorder.WaitForError("recording on lo");
    const Sockets sockets;
    for (const Turn& turn : SecretConversation()) {
      sockets.Say(turn);
    }
    test_support::WaitUntil("all exchanges are written",
                            [&] { return WrittenBelow(log_) > kExchanges; });
    recorder.Signal(SIGINT);
    EXPECT_EQ(recorder.Finish().exit_code, 0);
  }

  void ExpectNone(const std::vector<std::string>& identity = {}) const {
    EXPECT_GT(std::filesystem::file_size(tap_), 10'000U) << "the tap heard nothing";
    EXPECT_THAT(FormsIn(tap_), IsEmpty());
    EXPECT_THAT(FormsIn(log_), IsEmpty());
    EXPECT_THAT(Exported(log_, identity), SizeIs(kExchanges));
    EXPECT_EQ(test_support::Trafrec({"verify", log_}).exit_code, 0);
  }

  /// Secrets are kept, and all of it is encrypted to a new key.
  std::vector<std::string> EncryptedToKey() const {
    test_support::Trafrec({"keygen", "--for", "encrypt", "--out", key_});
    return {"--keep-secrets", "--encrypt-to", key_ + ".pub", "--encrypt-addresses"};
  }

  const std::string tap_ = folder_ / "tap";
  const std::string key_ = folder_ / "encrypt.key";
};

TEST_F(PlantedSecrets, TheSearchFindsThemWhereTheyAreKept) {
  RecordFile({"--keep-secrets"});
  EXPECT_THAT(FormsIn(tap_), SizeIs(test_support::PlantedForms().size()));
  EXPECT_THAT(FormsIn(log_), SizeIs(test_support::PlantedForms().size()));
}

TEST_F(PlantedSecrets, RedactedFilesNeverHoldOne) {
  RecordFile(test_support::OptionsThatNameThem());
  ExpectNone();
}

TEST_F(PlantedSecrets, ARedactedLiveRecordingNeverHoldsOne) {
  RecordLive(test_support::OptionsThatNameThem());
  ExpectNone();
}

TEST_F(PlantedSecrets, EncryptedFilesNeverHoldOne) {
  RecordFile(EncryptedToKey());
  ExpectNone({"--identity", key_});
}

TEST_F(PlantedSecrets, WhatStatsAndARepairOfAnEncryptedLogWriteHoldsNone) {
  RecordFile(EncryptedToKey());
  const std::string second = folder_ / "second";
  ASSERT_EQ(test_support::Trafrec({"record", "-q", "-r", folder_ / "secrets.pcap", "-l", second,
                                   "--recorder", "second", "--keep-secrets", "--encrypt-to",
                                   key_ + ".pub"})
                .exit_code,
            0);
  ASSERT_EQ(test_support::RunToEnd(
                {TRAFREC_BINARY, "stats", log_, "--also", second, "--identity", key_}, Tapped())
                .exit_code,
            0);
  EXPECT_TRUE(std::filesystem::exists(log_ + "/clock_offsets.sqlite"));
  const std::string segment = log_ + "/test/0001/000001.sqlite";
  ASSERT_EQ(test_support::RunToEnd(
                {"/usr/bin/sqlite3", segment, "UPDATE frame SET entries=entries+1 WHERE id=1"})
                .exit_code,
            0);
  const std::string out = folder_ / "out";
  ASSERT_EQ(test_support::RunToEnd(
                {TRAFREC_BINARY, "verify", "--repair", out, log_, "--identity", key_}, Tapped())
                .exit_code,
            0);
  EXPECT_THAT(FormsIn(tap_), IsEmpty());
  EXPECT_THAT(FormsIn(log_), IsEmpty());
  EXPECT_THAT(FormsIn(out), IsEmpty());
  EXPECT_THAT(Exported(out, {"--identity", key_}), SizeIs(kExchanges));
}

TEST_F(PlantedSecrets, AnEncryptedLiveRecordingNeverHoldsOne) {
  RecordLive(EncryptedToKey());
  ExpectNone({"--identity", key_});
}

}  // namespace
}  // namespace trafrec::tools
