#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "replay/dialect/key.h"
#include "replay/order/access_map.h"
#include "replay/order/age_queue.h"
#include "replay/order/document_order.h"
#include "replay/order/graph.h"

namespace trafrec::order {

/// An operation as the source saw it.
struct SourceOperation {
  /// What it touches. Names are those of real indices where they are known, ids also those that
  /// the source gave.
  std::vector<dialect::Key> keys{};
  TimeNs began_at = 0;                  ///< first byte of the request
  std::optional<TimeNs> answered_at{};  ///< first byte of the answer; nothing: none was seen
  uint32_t clock = 0;                   ///< a small number for each recorder
  /// Of the first key's document that it writes or, if it is a read, reads.
  std::optional<Commit> commit{};
  /// The same number for all of one request that holds many; 0: it is alone in its request.
  uint64_t request = 0;
  /// What it shares with others, so that they can be named together. None of it: it is known whole
  /// when it comes.
  std::vector<uint64_t> labels{};
  std::vector<uint64_t> after{};   ///< it waits for one of those so far that bear such a label
  std::vector<uint64_t> before{};  ///< all so far that bear one wait for it, if they overlapped
};

struct SchedulerOptions {
  /// Operations that are held at a time, and how far one may be ahead of the oldest that has not
  /// ended. Memory is some 500 bytes for each.
  uint64_t window = 65'536;
  /// By how much the clocks of two recorders may differ. Within it their times say nothing.
  TimeNs clock_error_ns = 0;
  /// All operations that ever come are of clock 0: nothing is kept for others.
  bool one_clock = false;
};

/// Decides which operations of a log may be sent when, so that the target goes through the source's
/// states. B waits for A if
///
///   - A was answered before B began, both touch a common key, and one writes it: whoever sent B
///     may have known of A; or
///   - both write one document and A has the lower sequence number: so it was, whatever the times
///     say. What changed nothing comes right after the write that it found; or
///   - A wrote what B read of a document, by its number; or A read what was there before B wrote
///     it; or
///   - both write one document and are of one request, where A stands before B; or
///   - whoever adds them says so, by their labels, and no circle comes of it.
///
/// Everything else is free. The same operations in the same order give the same order and the same
/// digest, however fast they end. Operations come in by the time at which they began; memory is
/// bounded by the window, not by the log. One thread.
class Scheduler {
 public:
  explicit Scheduler(const SchedulerOptions& options) : options_(options) {}

  /// False: one has to End first, or to be taken.
  bool HasRoom() const { return next_ - first_open() < options_.window; }
  /// Numbers are 0, 1, … in the order of the calls.
  uint64_t Add(const SourceOperation& operation);
  /// No operation comes that began before.
  void Advance(TimeNs began_at) { OpenGates(began_at); }
  /// No operation comes any more.
  void Close();

  /// The next one that may be sent, the earliest first; nothing if all that are held wait. Where
  /// nothing is under way: TakeOldest(HasRoom()).
  std::optional<uint64_t> Take();
  /// The same, and nothing where all that are held wait.
  std::optional<uint64_t> TakeFree();
  /// When TakeFree has nothing, and nothing is under way, or the caller holds back what he took:
  /// the earliest of those that wait. `more`: others may come in before one of these ends. Nothing,
  /// if one of them may be what these wait for.
  std::optional<uint64_t> TakeOldest(bool more);
  /// It has its outcome on the target, or will never be sent.
  void End(uint64_t number);

  /// Operations that are held and were not ended.
  uint64_t held() const { return held_; }
  /// For whom it waits now.
  std::vector<uint64_t> WaitsFor(uint64_t number) const { return graph_.WaitsFor(number); }

  /// Over all operations so far and what each had to wait for.
  uint64_t digest() const { return digest_; }
  /// Sequence numbers that contradict the times (a clock is wrong by more than was said) or that
  /// came to light later than the window reaches: so many edges were left out.
  uint64_t unordered() const { return unordered_; }

 private:
  struct Gate {
    TimeNs until;
    uint64_t number;
    bool operator>(const Gate& other) const { return until > other.until; }
  };
  struct Committed {
    DocumentOrder order;
    uint64_t touched = 0;
  };
  struct Labelled {
    struct Member {
      NodeRef node;
      Times times;
    };
    std::vector<Member> members{};
    uint64_t touched = 0;
  };

  uint64_t first_open() const { return next_ - ended_.size(); }
  void FindEarlier(const SourceOperation& operation, std::vector<NodeRef>& earlier);
  void FindEarlierInRequest(const SourceOperation& operation, std::vector<NodeRef>& earlier);
  void Remember(const SourceOperation& operation, NodeRef node);
  void RememberInRequest(const SourceOperation& operation, NodeRef node);
  Committed* CommittedOf(const SourceOperation& operation);
  void FindAfter(const SourceOperation& operation, std::vector<NodeRef>& earlier) const;
  void LetWait(const SourceOperation& operation, const Times& times, NodeRef node);
  void OpenGates(TimeNs began_at);
  void Forget();

  const SchedulerOptions options_;
  Graph graph_;
  AccessMap accesses_;
  std::unordered_map<std::string, Committed> committed_;
  AgeQueue<const std::string*> committed_ages_;  ///< its keys
  uint64_t request_ = 0;  ///< that came last, and the last writes of documents in it
  std::unordered_map<std::string, NodeRef> in_request_;
  std::unordered_map<uint64_t, Labelled> labels_;
  AgeQueue<uint64_t> label_ages_;
  std::priority_queue<Gate, std::vector<Gate>, std::greater<>> gates_;
  std::deque<bool> ended_;  ///< of the operations from first_open() on
  uint64_t next_ = 0;
  uint64_t held_ = 0;
  uint64_t in_flight_ = 0;
  uint64_t digest_ = 0;
  uint64_t unordered_ = 0;
  std::vector<NodeRef> earlier_;     ///< scratch
  std::vector<uint64_t> later_;      ///< likewise
  AccessMap::Places met_;            ///< likewise
  std::vector<AccessMap::Own> own_;  ///< where the operation that is added is remembered
};

}  // namespace trafrec::order
