#pragma once

#include <cstdint>
#include <optional>
#include <string>

// What the live source is asked, and what it says. Texts are UTF-8; sources are JSON as the source
// wrote it.

namespace trafrec::reconcile {

struct SourceIdentity {
  std::string cluster_uuid;
  std::string cluster_name;
  std::string product;  ///< "elasticsearch", or what the source calls its distribution
  std::string version;  ///< "7.10.2"
};

struct DocumentQuestion {
  std::string index;
  std::string id;
  std::string routing{};  ///< "": none
};

/// A document as a get sees it: whatever was refreshed.
struct DocumentState {
  enum class Kind : uint8_t {
    kFound,
    kMissing,  ///< never there, or deleted: a get does not tell which
    kRefused,  ///< `reason` says why: no such index, routing missing
  };
  Kind kind = Kind::kRefused;
  std::optional<int64_t> version{};
  std::optional<int64_t> seq_no{};
  std::optional<int64_t> primary_term{};
  std::string routing{};
  std::string source{};
  std::string reason{};
};

/// Sequence numbers, both ends included.
struct SeqNoRange {
  int64_t first = 0;
  int64_t last = 0;
};

/// A document that a search found by the number of its last operation. Documents that were written
/// again since then, or deleted, are not found, nor what was not refreshed.
struct NumberedDocument {
  std::string id;
  std::string routing{};
  int64_t seq_no = 0;
  int64_t primary_term = 0;
  int64_t version = 0;
  std::string source{};
};

/// How far one copy of a shard is.
struct ShardPosition {
  std::string index;
  std::string index_uuid;
  uint32_t shard = 0;
  bool primary = false;
  int64_t max_seq_no = -1;
  int64_t local_checkpoint = -1;
  int64_t global_checkpoint = -1;
  std::optional<int64_t> writes{};  ///< documents indexed or deleted since the copy was opened
};

/// How a primary came to its node.
struct ShardRecovery {
  std::string index;
  uint32_t shard = 0;
  std::string type;              ///< "SNAPSHOT", "EMPTY_STORE", "EXISTING_STORE", "PEER"
  std::string stage;             ///< "DONE" once it is over
  std::string snapshot{};        ///< of a restored one
  std::string snapshot_index{};  ///< under which name it was taken
};

/// A write that runs now.
struct RunningWrite {
  std::string id;          ///< "node:number"
  std::string action;      ///< "indices:data/write/bulk[s]"
  std::string what{};      ///< the source's description
  int64_t started_ms = 0;  ///< by the source's clock, since the Unix epoch
  int64_t running_ns = 0;
};

}  // namespace trafrec::reconcile
