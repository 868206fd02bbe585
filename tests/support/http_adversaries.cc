// Adversaries that attack the parser, the pairing and the exchanges that are not yet settled.

#include <algorithm>
#include <string>

#include "tests/support/adversaries.h"

namespace trafrec::test_support {
namespace {

constexpr size_t kSegment = 1'448;
constexpr std::string_view kRequest = "GET / HTTP/1.1\r\n\r\n";
constexpr std::string_view kAnswer = "HTTP/1.1 204 \r\n\r\n";

std::string Repeated(std::string_view text, size_t bytes) {
  std::string out;
  while (out.size() + text.size() <= bytes) {
    out += text;
  }
  return out;
}

/// Sends `data` in full segments over one connection.
void SendAll(HostileFlow& flow, std::string_view data) {
  for (; !data.empty(); data.remove_prefix(std::min(kSegment, data.size()))) {
    flow.Client(data.substr(0, kSegment));
  }
  flow.ServerAcks();
}

/// One connection after the other, each with `data` from its client.
void SendOften(HostileWire& wire, size_t packets, const std::string& data) {
  const size_t end = wire.packets() + packets;
  for (uint32_t number = 0; wire.packets() < end; ++number) {
    HostileFlow flow(wire, number);
    SendAll(flow, data);
    flow.Close();
  }
}

void BytePerPacket(HostileWire& wire, size_t packets) {
  const std::string head = "GET / HTTP/1.1\r\n" + Repeated("a: b\r\n", 2'000) + "\r\n";
  HostileFlow flow(wire);
  for (size_t i = 0; i < packets; ++i) {
    flow.Client(std::string_view(head).substr(i % head.size(), 1));
  }
}

void ManyFields(HostileWire& wire, size_t packets) {
  SendOften(wire, packets, "GET / HTTP/1.1\r\n" + Repeated("a:\r\n", 400'000) + "\r\n");
}

void ManyFoldedFields(HostileWire& wire, size_t packets) {
  SendOften(wire, packets, "GET / HTTP/1.1\r\n" + Repeated("a:\r\n \r\n", 400'000) + "\r\n");
}

void ManyCodings(HostileWire& wire, size_t packets) {
  SendOften(wire, packets,
            "GET / HTTP/1.1\r\n" + Repeated("Transfer-Encoding:,\nHost :\n", 400'000) + "\n");
}

void EndlessHead(HostileWire& wire, size_t packets) {
  SendOften(wire, packets, "GET / HTTP/1.1\r\n" + Repeated("a: b\r\n", 1'100'000));
}

void EndlessStartLine(HostileWire& wire, size_t packets) {
  SendOften(wire, packets, "GET /" + std::string(1'100'000, ' '));
}

void OneByteChunks(HostileWire& wire, size_t packets) {
  const std::string head = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  SendOften(wire, packets, head + Repeated("1\r\nx\r\n", 600'000));
}

void ManyTrailers(HostileWire& wire, size_t packets) {
  const std::string head = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  SendOften(wire, packets, head + Repeated("a\n", 600'000));
}

void EmptyLines(HostileWire& wire, size_t packets) {
  SendOften(wire, packets, std::string(1'000'000, '\n'));
}

void UnansweredPipeline(HostileWire& wire, size_t packets) {
  SendOften(wire, packets, Repeated(kRequest, 1'000'000));
}

void AnsweredPipeline(HostileWire& wire, size_t packets) {
  HostileFlow flow(wire);
  const std::string requests = Repeated(kRequest, 1'440);
  const std::string answers = Repeated(kAnswer, requests.size() / kRequest.size() * kAnswer.size());
  for (size_t i = 0; i < packets / 2; ++i) {
    flow.Client(requests).Server(answers);
  }
}

void AnswersToNobody(HostileWire& wire, size_t packets) {
  HostileFlow flow(wire);
  const std::string answers = Repeated(kAnswer, kSegment);
  flow.Client(kRequest);
  for (size_t i = 0; i < packets; ++i) {
    flow.Server(answers);
  }
}

void InterimAnswers(HostileWire& wire, size_t packets) {
  HostileFlow flow(wire);
  const std::string answers = Repeated("HTTP/1.1 100 \r\n\r\n", kSegment);
  flow.Client("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  for (size_t i = 0; i < packets; ++i) {
    flow.Server(answers);
  }
}

void AmbiguousPipeline(HostileWire& wire, size_t packets) {
  const std::string requests = Repeated(kRequest, 1'440);
  const size_t end = wire.packets() + packets;
  for (uint32_t number = 0; wire.packets() < end; ++number) {
    HostileFlow flow(wire, number);
    for (int i = 0; i < 100; ++i) {
      flow.Client(requests);
    }
    flow.LosesClient(requests).LosesServer(kAnswer);
    for (int i = 0; i < 1'000; ++i) {
      flow.Client(kRequest).Server(kAnswer).LosesServer(kAnswer);
    }
    wire.Wait(30 * kNsPerMs);
  }
}

void LostRequestsAmongMany(HostileWire& wire, size_t packets) {
  const size_t end = wire.packets() + packets;
  for (uint32_t number = 0; wire.packets() < end; ++number) {
    HostileFlow flow(wire, number);
    for (int i = 0; i < 4'000; ++i) {
      flow.Client(kRequest).LosesClient(kRequest);
    }
    flow.ServerAcks();
    wire.Wait(30 * kNsPerMs);
    for (int i = 0; i < 4'000; ++i) {
      flow.Server(kAnswer);
    }
  }
}

void StartsAfterGap(HostileWire& wire, size_t packets) {
  HostileFlow flow(wire);
  flow.Client(kRequest).LosesClient(kRequest);
  const std::string start = "GET / HTTP/1.1\r\n" + Repeated("a: b\r\n", kSegment - 16);
  flow.Client(start).ServerAcks();
  wire.Wait(30 * kNsPerMs);
  for (size_t i = 0; i < packets; ++i) {
    flow.Client(start);
  }
}

void CopiesOverManyMessages(HostileWire& wire, size_t packets) {
  HostileFlow flow(wire);
  const std::string requests = Repeated(kRequest, 1'440);
  flow.Client(requests);
  for (size_t i = 0; i < packets; ++i) {
    flow.ClientAt(0, requests);
  }
}

void ForeignProtocol(HostileWire& wire, size_t packets) {
  SendOften(wire, packets, Repeated("\x7fquic?", 200'000));
}

constexpr Adversary kAll[] = {
    {"heads of one byte per packet", BytePerPacket},
    {"heads of 100,000 fields", ManyFields},
    {"heads of 100,000 folded lines", ManyFoldedFields},
    {"heads of 30,000 lenient fields", ManyCodings},
    {"heads that never end", EndlessHead},
    {"start lines that never end", EndlessStartLine},
    {"chunks of one byte", OneByteChunks},
    {"trailers that never end", ManyTrailers},
    {"empty lines", EmptyLines},
    {"pipelined requests without answers", UnansweredPipeline},
    {"the shortest exchanges", AnsweredPipeline},
    {"answers to nobody", AnswersToNobody},
    {"interim answers", InterimAnswers},
    {"ambiguous pipelines", AmbiguousPipeline},
    {"a request lost after each request", LostRequestsAmongMany},
    {"starts without end after a gap", StartsAfterGap},
    {"copies over many messages", CopiesOverManyMessages},
    {"another protocol", ForeignProtocol},
};

}  // namespace

std::span<const Adversary> HttpAdversaries() { return kAll; }

}  // namespace trafrec::test_support
