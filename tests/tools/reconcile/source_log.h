#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::test_support {

/// As that source's clients and it say it; an answer to the write of one document.
std::string RequestText(std::string_view method, std::string_view target, std::string_view body);
std::string ResponseText(std::string_view status, std::string_view body);
std::string CreatedText(std::string_view id, int seq_no);

/// A small source as its recorder saw it: requests on connections of their own, some of which get
/// no answer. Recorded into a log once all is said.
class SourceLog {
 public:
  /// `GET /` is answered as by cluster "U1"; 7.10.2.
  SourceLog& AsksWho();
  /// A whole exchange on a connection of its own.
  SourceLog& Exchange(std::string_view method, std::string_view target, std::string_view body,
                      std::string_view status, std::string_view answer);
  /// The client closed before there was an answer.
  SourceLog& Unanswered(std::string_view method, std::string_view target, std::string_view body);
  /// The client reset the connection before there was an answer, or an acknowledgement.
  SourceLog& Abandoned(std::string_view method, std::string_view target, std::string_view body);
  /// The server closed before there was an answer: in good order, or with a reset.
  SourceLog& Dropped(std::string_view method, std::string_view target, std::string_view body,
                     bool in_order);
  /// Sent three times in 600 ms, and never acknowledged; then the client gave up.
  SourceLog& Undelivered(std::string_view method, std::string_view target, std::string_view body);
  /// The client ended its request in the middle.
  SourceLog& Cut(std::string_view method, std::string_view target, std::string_view body);
  /// Nobody captured the body's bytes from `from` to `until`, which the server has: the client
  /// closed before there was an answer, or the server answered.
  SourceLog& Holed(std::string_view method, std::string_view target, std::string_view body,
                   size_t from, size_t until, std::string_view status = "",
                   std::string_view answer = "");
  /// On one connection: `id` put and answered with that number; then `lost` documents more, which
  /// nobody captured; then the client reset it.
  SourceLog& PutsBeforeReset(std::string_view id, int seq_no, int lost);
  /// A piece of what a server sent, and whether it was captured.
  struct Piece {
    std::string bytes;
    bool seen = true;
  };
  /// The client sent all requests before the first answer came.
  SourceLog& Pipelines(std::string_view requests, const std::vector<Piece>& answers);
  /// The client sent so much, and ended.
  SourceLog& Begun(std::string_view bytes);
  /// `PUT /idx` for an index of one shard.
  SourceLog& MakesIndex();
  /// The same, and says that `a` and `b` are texts.
  SourceLog& MakesIndexOfTexts();
  /// `PUT /idx/_doc/ID`, answered with that number.
  SourceLog& Puts(std::string_view id, int seq_no, std::string_view source = R"({"a":1})");
  /// `POST /idx/_update/ID`, answered with that version and number.
  SourceLog& Updates(std::string_view id, int version, int seq_no);
  /// So long nobody sends anything.
  SourceLog& Waits(int64_t ns);

  const std::vector<RawPacket>& packets() const { return packets_; }

  /// Records it into `folder`/`name`, with more options. The log's path.
  std::string RecordedInto(const TemporaryFolder& folder, const std::string& name = "log",
                           const std::vector<std::string>& more = {}) const;

 private:
  TcpConversation Connection(int ack_every = 2);
  void Take(TcpConversation& wire);

  TimeNs now_ = 1'700'000'000 * kNsPerSecond;
  uint16_t port_ = 40'000;
  std::vector<RawPacket> packets_;
};

/// A source of which everything can be told: `idx` of one shard, of whose documents 2 was
/// committed, 4 was not, 5 may have been. One request is of no search engine's kind.
SourceLog TypicalSource();

}  // namespace trafrec::test_support
