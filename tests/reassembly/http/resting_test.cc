// A connection that rested between its messages goes on as one that did not. Each conversation is
// held twice, and all that comes of it compared.

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>

#include "store/format/entry_format.h"
#include "talk.h"
#include "tests/support/random.h"

namespace trafrec::reassembly {
namespace {

using Conversation = void (*)(Talk&);

/// Every record in every fact, and the order in which they were put.
std::string Recorded(CollectingSink& sink) {
  store::FrameBuffer bytes;
  store::EntryEncoder encoder;
  for (const auto& [number, connection] : sink.connections) {
    encoder.Connection(connection, bytes);
  }
  for (const auto& [id, message] : sink.messages) {
    encoder.Facts(id, message.facts, AsBytes(message.trailers), message.extents, bytes);
    encoder.Extent(id, 0, AsBytes(message.head), bytes);
    encoder.Extent(id, 1, AsBytes(message.body), bytes);
  }
  for (const auto& [number, exchange] : sink.exchanges) {
    encoder.Exchange(exchange.record, bytes);
  }
  for (const store::LossRecord& loss : sink.losses) {
    encoder.Loss(loss, bytes);
  }
  std::string text(AsText(bytes.bytes()));
  for (const std::string& call : sink.calls) {
    text += call + "\n";
  }
  return text;
}

std::string CountersOf(const Talk& talk) {
  std::string text;
  for (const Counter& counter : talk.counters()) {
    if (!counter.name.ends_with(".steps")) {
      text += counter.name + " " + std::to_string(counter.value) + "\n";
    }
  }
  return text;
}

/// What comes of the conversation `before`, a silence, and `after`.
std::pair<std::string, std::string> Hold(Talk::Options options, Conversation before, bool rests,
                                         Conversation after) {
  Talk talk(std::move(options));
  before(talk);
  talk.Wait(3 * kNsPerSecond).Tick();
  if (rests) {
    EXPECT_TRUE(talk.Rest());
  }
  after(talk);
  talk.Close();
  return {Recorded(talk.sink()), CountersOf(talk)};
}

void ExpectTheSame(Conversation before, Conversation after, const Talk::Options& options = {}) {
  const auto awake = Hold(options, before, false, after);
  const auto rested = Hold(options, before, true, after);
  EXPECT_EQ(rested.first, awake.first);
  EXPECT_EQ(rested.second, awake.second);
}

void OneExchange(Talk& talk) { talk.Client(Get("/1")).Server(Ok("one")).ClientAcks(); }

void Turns(Talk& talk) {
  for (int i = 0; i < 12; ++i) {
    talk.Client(Post("/turn", Body(100))).Server(Ok(Body(300))).ClientAcks();
  }
}

void Pipeline(Talk& talk) {
  for (int i = 0; i < 20; ++i) {
    const uint64_t known = talk.server_sent();
    talk.ClientKnows(known).Client(Get("/a")).Client(Get("/b")).Client(Get("/c")).KnowAll();
    talk.Server(Ok("a")).Server(Ok("b")).Server(Ok("c")).ClientAcks();
  }
}

TEST(Resting, TheNextExchangeIsTheSame) { ExpectTheSame(OneExchange, OneExchange); }

TEST(Resting, AConnectionThatSaysNoMoreEndsTheSame) {
  ExpectTheSame(OneExchange, [](Talk&) {});
  ExpectTheSame(OneExchange, [](Talk& talk) { talk.ServerFin().ClientFin(); });
  ExpectTheSame(OneExchange, [](Talk& talk) { talk.Evict(); });
}

TEST(Resting, NoRoomForPastHeadsIsALossWhenTheConnectionIsEvicted) {
  ExpectTheSame(
      [](Talk& talk) { talk.ClientIn(7, Get("/in-pieces")).Server(Ok("1")).ClientAcks(); },
      [](Talk& talk) { talk.Evict(); });
}

// What a client that was found by searching sends where its server's answer waited for it proves
// its messages; what it sends before it has a byte of that answer does not.
TEST(Resting, WhereTheLatestMessageBeganIsKept) {
  const Talk::Options middle{.mid_stream = true};
  ExpectTheSame(
      [](Talk& talk) {
        OneExchange(talk);
        talk.Client(Get("/2")).Server("HTTP/1.1 102 Processing\r\n\r\n").Server(Ok("two"));
        talk.ClientAcks();
      },
      [](Talk& talk) {
        talk.ClientKnows(talk.server_sent() - Ok("two").size()).Client(Get("/3")).KnowAll();
        talk.Server(Ok("three")).ClientAcks();
      },
      middle);
}

TEST(Resting, WhatIsLostRightBehindCostsTheSame) {
  ExpectTheSame(Turns, [](Talk& talk) {
    talk.ClientLost(Get("/lost").size()).Server(Ok("lost")).ClientAcks();
    Turns(talk);
  });
  ExpectTheSame(Turns, [](Talk& talk) {
    talk.Client(Get("/answered")).ServerLost(Ok("answer").size());
    Turns(talk);
  });
  ExpectTheSame(Turns, [](Talk& talk) {
    talk.ClientLost(3 * Get("/lost").size()).ServerLost(3 * Ok("lost").size());
    Turns(talk);
  });
}

TEST(Resting, ALearntHabitIsKept) {
  ExpectTheSame(Pipeline, [](Talk& talk) {
    talk.ServerLost(Ok("lost").size());
    Pipeline(talk);
    Pipeline(talk);
  });
  ExpectTheSame(Pipeline, [](Talk& talk) {
    talk.ClientLost(Get("/lost").size());
    Pipeline(talk);
    Pipeline(talk);
  });
}

TEST(Resting, OldBytesThatComeAgainAreOfNoLaterMessage) {
  ExpectTheSame(OneExchange, [](Talk& talk) {
    talk.ClientCopies(0, 10).ServerCopies(3, 5, true).ClientCopies(talk.client_sent() - 1, 1);
    OneExchange(talk);
  });
}

TEST(Resting, ACopyOfWhatIsStillToComeIsOfItsMessage) {
  ExpectTheSame(OneExchange, [](Talk& talk) {
    talk.ClientCopies(talk.client_sent() + 2, 10, true);
    OneExchange(talk);
  });
}

TEST(Resting, AServerThatSpeaksFirstIsJudgedTheSame) {
  ExpectTheSame(OneExchange, [](Talk& talk) {
    talk.Server("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n").ClientAcks();
    OneExchange(talk);
  });
}

TEST(Resting, BytesThatAreNoHttpAreLostTheSame) {
  ExpectTheSame(OneExchange, [](Talk& talk) {
    talk.Client("\x16\x03\x01 what is that?").Server("\x15nothing");
    OneExchange(talk);
  });
}

TEST(Resting, ARequestWhoseStartComesInPiecesIsTheSame) {
  ExpectTheSame(OneExchange, [](Talk& talk) {
    talk.ClientIn(1, Get("/piece")).ServerIn(1, Ok("piece")).ClientAcks();
  });
}

TEST(Resting, AConnectionThatBeganInTheMiddleIsTheSame) {
  const Talk::Options middle{.mid_stream = true};
  ExpectTheSame(OneExchange, OneExchange, middle);
  ExpectTheSame(
      Turns,
      [](Talk& talk) {
        talk.ServerLost(100);
        Turns(talk);
      },
      middle);
}

TEST(Resting, AConnectionOfAnotherProtocolIsTheSame) {
  ExpectTheSame([](Talk& talk) { talk.Client("\x16\x03\x01\x02").Server("\x16\x03\x03"); },
                [](Talk& talk) { talk.Client("more").Server("more").ServerFin(); });
}

TEST(Resting, AConnectionThatSaysNoMoreIsOfTheSameProtocol) {
  ExpectTheSame([](Talk& talk) { talk.Client("\x16\x03\x01\x02").Server("\x16\x03\x03"); },
                [](Talk&) {});
}

TEST(Resting, BytesThatBeginNothingAreCounted) {
  const Conversation much = [](Talk& talk) {
    talk.Server(std::string(limits::kProbeBytes / 2 + 1, '{')).ClientAcks();
  };
  const Conversation more = [](Talk& talk) {
    talk.Server(std::string(limits::kProbeBytes / 2 + 1, '{')).ClientAcks();
    OneExchange(talk);
  };
  ExpectTheSame(much, more);
  ExpectTheSame(OneExchange, [](Talk& talk) {
    talk.Server(std::string(2 * limits::kProbeBytes, '{')).ClientAcks();
    OneExchange(talk);
  });
}

TEST(Resting, WhileLookingForAStartIsTheSame) {
  ExpectTheSame(
      [](Talk& talk) {
        OneExchange(talk);
        talk.ServerLost(10).Server("}}, {\"rest\": 1}").ClientAcks();
      },
      Turns);
}

TEST(Resting, NothingRestsInTheMiddleOfSomething) {
  Talk talk;
  const auto rests = [&talk] { return talk.Wait(3 * kNsPerSecond).Rest(); };
  EXPECT_FALSE(rests()) << "it has no data";
  talk.Client("GE");
  EXPECT_FALSE(rests()) << "in a start line";
  talk.Client("T / HTTP/1.1\r\nHost: x\r\n");
  EXPECT_FALSE(rests()) << "in a head";
  talk.Client("\r\n");
  EXPECT_FALSE(rests()) << "without its answer";
  talk.Server("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_FALSE(rests()) << "with an interim answer";
  talk.Server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{");
  EXPECT_FALSE(rests()) << "in a body";
  talk.Server("}");
  EXPECT_FALSE(rests()) << "the answer is not acknowledged";
  talk.ClientAcks();
  EXPECT_TRUE(rests());
  talk.ClientAcks(talk.server_sent() + 5);
  EXPECT_FALSE(rests()) << "bytes are acknowledged that are still to come";
}

TEST(Resting, TakesFewBytesHoweverMuchWentBy) {
  Talk talk;
  for (int i = 0; i < 300; ++i) {
    Turns(talk);
  }
  talk.Wait(3 * kNsPerSecond).Tick();
  ASSERT_TRUE(talk.Rest());
  EXPECT_LE(talk.resting_bytes(), 256U);
}

/// A client with habits and its server say many things, some of which are lost, and are silent now
/// and then.
class Chat {
 public:
  Chat(uint64_t seed, bool rests)
      : random_(seed),
        rests_(rests),
        loss_percent_(random_.Percent(80) ? random_.Skewed(1, 20) : 0),
        stale_percent_(random_.Percent(30) ? 20 : 0),
        depth_(random_.Percent(30) ? 1 : random_.Between(2, 4)),
        fills_(random_.Percent(50)),
        talk_({.mid_stream = random_.Percent(30)}) {}

  /// What comes of it.
  std::pair<std::string, std::string> Hold() {
    for (uint32_t rounds = random_.Skewed(2, 100); rounds > 0; --rounds) {
      Round();
      if (random_.Percent(95)) {
        talk_.ClientAcks();
      }
      talk_.Wait((random_.Percent(30) ? 1 : 1'500) * kNsPerMs).Tick();
      rested_ += rests_ && talk_.Rest() ? 1 : 0;
    }
    if (random_.Percent(10)) {
      talk_.Evict();
    }
    talk_.Close();
    return {Recorded(talk_.sink()), CountersOf(talk_)};
  }
  size_t rested() const { return rested_; }

 private:
  void Round() {
    uint32_t open = 0;
    for (uint32_t left = random_.Below(12); left + open > 0;) {
      const uint64_t knows = talk_.server_sent();
      for (; left > 0 && open < depth_; --left, ++open) {
        Say(random_.Percent(stale_percent_) ? knew_ : knows, Request());
        knew_ = knows;
      }
      for (uint32_t due = fills_ ? 1 : open; due > 0; --due, --open) {
        Answer();
      }
    }
    if (random_.Percent(5)) {
      Say(std::nullopt, "{}");
    }
    if (random_.Percent(5)) {
      talk_.ServerCopies(random_.Below(static_cast<uint32_t>(talk_.server_sent()) + 1), 5);
    }
  }

  std::string Request() {
    heads_.push_back(random_.Percent(10));
    return heads_.back()         ? "HEAD / HTTP/1.1\r\n\r\n"
           : random_.Percent(30) ? Post("/post", Body(random_.Below(500)))
                                 : Get("/get");
  }

  void Answer() {
    if (random_.Percent(5)) {
      Say(std::nullopt, "HTTP/1.1 102 Processing\r\n\r\n");
    }
    const bool to_head = heads_.front();
    heads_.pop_front();
    if (to_head || random_.Percent(10)) {
      const std::string status = to_head ? "200 OK" : "304 Not Modified";
      Say(std::nullopt, "HTTP/1.1 " + status + "\r\nContent-Length: 9\r\n\r\n");
    } else if (random_.Percent(10)) {
      const std::string quoted = Ok("quoted");
      const std::string whole = Ok(quoted);
      Say(std::nullopt, whole.substr(0, whole.size() - quoted.size()));
      Say(std::nullopt, quoted);
    } else {
      Say(std::nullopt, Ok(Body(random_.Below(500))));
    }
  }

  /// `client_knows`: of what the server said; nullopt: it is the server that speaks.
  void Say(std::optional<uint64_t> client_knows, std::string_view bytes) {
    if (client_knows) {
      talk_.ClientKnows(*client_knows);
    }
    const auto size = static_cast<uint32_t>(bytes.size());
    const uint32_t lost = !random_.Percent(loss_percent_) ? 0
                          : random_.Percent(50)           ? size
                                                          : random_.Below(size);
    const bool first = random_.Percent(50);
    const uint32_t piece = random_.Percent(10) ? random_.Between(1, 40) : size;
    const std::string_view seen = bytes.substr(first ? lost : 0, size - lost);
    if (lost > 0 && first) {
      client_knows ? talk_.ClientLost(lost) : talk_.ServerLost(lost);
    }
    client_knows ? talk_.ClientIn(piece, seen) : talk_.ServerIn(piece, seen);
    if (lost > 0 && !first) {
      client_knows ? talk_.ClientLost(lost) : talk_.ServerLost(lost);
    }
    talk_.KnowAll();
  }

  test_support::Random random_;
  const bool rests_;
  const uint32_t loss_percent_;
  const uint32_t stale_percent_;  ///< of the requests, sent before the last answers came
  const uint32_t depth_;          ///< of the client's pipeline
  const bool fills_;              ///< after each answer, and not after all
  std::deque<bool> heads_;        ///< are the open requests for a head?
  uint64_t knew_ = 0;
  size_t rested_ = 0;
  Talk talk_;
};

TEST(Resting, WhateverIsSaidComesToTheSame) {
  size_t rested = 0;
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    Chat chat(seed, true);
    ASSERT_TRUE(chat.Hold() == Chat(seed, false).Hold()) << "seed " << seed;
    rested += chat.rested();
  }
  EXPECT_GT(rested, 10'000U);
}

}  // namespace
}  // namespace trafrec::reassembly
