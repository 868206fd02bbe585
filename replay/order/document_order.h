#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "replay/order/graph.h"

namespace trafrec::order {

/// Where an operation on one document stands among the writes of its shard, as the source's answer
/// says.
struct Commit {
  enum class What : uint8_t {
    kWrite,  ///< it took the number
    /// It changed nothing: the number is that of the write that it found. It comes after that one
    /// and before the next, where it would change something.
    kNoop,
    kRead,  ///< it showed what that write left: after that one, and before the next
  };

  int64_t seq_no = 0;
  /// Sequence numbers of different generations are not compared: an index that was made again under
  /// its name begins at 0.
  uint64_t generation = 0;
  What what = What::kWrite;

  int64_t place() const { return 2 * seq_no + (what == What::kWrite ? 0 : 1); }
};

/// When an operation was at the source, by the clock of who saw it.
struct Times {
  TimeNs began_at = 0;                  ///< first byte of the request
  std::optional<TimeNs> answered_at{};  ///< first byte of the answer; nothing: none was seen
  uint32_t clock = 0;                   ///< a small number for each recorder
};

/// Whether `a` was answered before `b` began, also if two recorders' clocks differ by so much.
bool Precedes(const Times& a, const Times& b, TimeNs clock_error_ns);

/// The operations on one document whose places among its writes are known. Writes and noops are in
/// one row; reads of one place are free among themselves. One thread.
class DocumentOrder {
 public:
  /// Adds those that an operation that comes now waits for to `earlier`, and those that wait for it
  /// to `later`. Operations come by the time at which they began.
  void Find(const Commit& commit, const Times& times, TimeNs clock_error_ns,
            std::vector<NodeRef>& earlier, std::vector<uint64_t>& later) const;
  /// After Find, under its number.
  void Add(const Commit& commit, const Times& times, NodeRef node, TimeNs clock_error_ns,
           Graph& graph);
  /// All below that number have ended. The last write stays, as others are told to come after it.
  void Forget(uint64_t below);

 private:
  struct Member {
    NodeRef node{};
    Times times{};
  };
  /// Of what one write left. Those that nobody who comes can precede are one node.
  struct Readers {
    std::vector<Member> open{};
    std::optional<NodeRef> told{};
    uint64_t last = 0;  ///< the greatest number
    size_t fold_at = 0;
  };

  void AddRead(Readers& readers, const Member& read, TimeNs clock_error_ns, Graph& graph);

  std::map<int64_t, Member> writes_;  ///< by place
  std::map<int64_t, Readers> reads_;  ///< by place
};

}  // namespace trafrec::order
