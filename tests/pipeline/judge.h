#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/pipeline/losses.h"
#include "tests/support/collecting_sink.h"

namespace trafrec::pipeline {

enum class Defect : uint8_t {
  kWrongBytes,    ///< looks complete, and is not what was sent
  kWrongPair,     ///< an answer with a request that it does not answer
  kInvention,     ///< a message that nobody sent, without a flag that doubts it
  kTwice,         ///< one message, recorded twice
  kNotIdentical,  ///< nothing was lost, and yet something is missing or flagged
  kBrokenRule     ///< counters that do not add up, records out of order
};
inline constexpr size_t kDefects = 6;

const char* DefectName(Defect defect);

struct Finding {
  Defect defect;
  uint32_t conversation = 0;
  std::string text;
};

/// A conversation with what was done to it.
struct Sent {
  Conversation conversation;
  std::vector<Segment> segments;
  Captured captured;
  std::vector<bool> captured_segments;
  bool reuses_ports = false;
  TimeNs from = 0;
  TimeNs until = 0;
};

/// What became of the exchanges that were sent. Each is in one of the sums.
struct Outcome {
  uint64_t exchanges = 0;  ///< = touched + untouched
  uint64_t touched = 0;  ///< bytes of it were not captured = touched_unflagged + flagged or missing
  uint64_t untouched = 0;  ///< = right + flagged + unpaired + missing
  uint64_t right = 0;
  uint64_t flagged = 0;             ///< paired right, but flagged incomplete
  uint64_t unpaired = 0;            ///< its request or its answer stands alone
  uint64_t missing = 0;             ///< neither is there
  uint64_t gaps = 0;                ///< runs of lost bytes
  uint64_t flagged_inventions = 0;  ///< messages that nobody sent, flagged as found by searching
  uint64_t presumed_wrong = 0;      ///< wrong pairs that are flagged as presumed

  void Add(const Outcome& other);
};

/// Compares what the sink collected with what was sent. `lossless`: every exchange must be there,
/// identical and without a flag.
///
/// Identical means: method, target, heads, bodies, trailers, interim answers, status, framing,
/// lengths, places in the flow, raw sequence numbers, the pair, and flags. What may differ after
/// transformations are times, ACK numbers, counts of copies, and the flag early_response, which
/// tells the order in which the capture saw the two messages.
class Judge {
 public:
  Judge(const std::vector<Sent>& sent, const test_support::CollectingSink& sink, bool lossless);

  const std::vector<Finding>& findings() const { return findings_; }
  /// By conversation.
  const std::vector<Outcome>& outcomes() const { return outcomes_; }

 private:
  struct Fate {
    bool request = false;
    bool response = false;
    bool paired = false;
    bool right = false;
  };
  struct Found {
    const Sent* sent = nullptr;
    size_t index = 0;
    bool exact = false;  ///< begins where that message began
  };

  const Sent* Find(const store::ConnectionRecord& connection, TimeNs at) const;
  Found Locate(const Sent& sent, Side side, uint32_t first_seq) const;
  void JudgeExchange(const test_support::CollectedExchange& collected);
  Found JudgeMessage(const Sent& sent, Side side, const store::ExchangeRecord& record);
  void JudgePair(const Sent& sent, const Found& request, const Found& response,
                 const store::ExchangeRecord& record);
  std::string Difference(const Found& found, Side side,
                         const test_support::CollectedMessage& message,
                         store::Flags connection_flags) const;
  std::string InterimDifference(const Found& found, const store::ExchangeRecord& record) const;
  void CountFates();
  void Report(Defect defect, const Sent& sent, std::string text);

  const std::vector<Sent>& sent_;
  const test_support::CollectingSink& sink_;
  const bool lossless_;
  std::multimap<Endpoint, const Sent*> by_client_;
  std::vector<std::vector<Fate>> fates_;
  std::vector<Outcome> outcomes_;
  std::vector<Finding> findings_;
};

}  // namespace trafrec::pipeline
