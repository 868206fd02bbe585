#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "reconcile/history/content.h"
#include "reconcile/history/history.h"
#include "reconcile/span.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// A resource of a service: the Host field in lower case, and path and query as NormalTarget has
/// them.
struct ResourceName {
  std::string host{};
  std::string target{};

  friend auto operator<=>(const ResourceName&, const ResourceName&) = default;
};

/// What is known of a resource's state at one time (RFC 9110, sections 8.8 and 15).
struct ResourceState {
  bool present = false;
  std::optional<Print> content{};  ///< decoded; nothing: nobody showed it
  std::string etag{};              ///< a strong one, else ""
  std::string modified{};          ///< Last-Modified as sent; "" without one
  /// What the client would have (Accept, Accept-Language), and who it is (Authorization, Cookie):
  /// the same resource may look otherwise to another one.
  std::string variant{};
  std::string who{};
};

/// A request that shows the state, or leaves it behind.
struct ResourceSight {
  store::ExchangeId by{};
  Span at{};  ///< from the request's first byte to the answer's last
  ResourceState state{};
  /// Its answer says that this is how it left the resource, which it may have found otherwise.
  bool left = false;
  bool live = false;  ///< asked for, and not of the log
};

/// A request that may have changed the resource.
struct ResourceWrite {
  enum class How : uint8_t {
    kReplaces,  ///< PUT
    kDeletes,
    kOther,  ///< nobody can say what it leaves behind
  };

  store::ExchangeId id{};
  How how = How::kOther;
  std::optional<Print> content{};  ///< of kReplaces; nothing: the log lacks a part of it
  Span ran{};
  bool own = false;   ///< its target is the resource, and not what it is in
  bool done = false;  ///< its answer says so
};

struct Resource {
  std::vector<ResourceSight> sights{};
  std::vector<ResourceWrite> writes{};
};

/// What a log shows of the resources that its open requests name.
struct ResourceHistory {
  std::map<ResourceName, Resource> resources{};
  /// All mutations of a host, whatever they name: when each may have begun, and have ended.
  struct Times {
    std::vector<TimeNs> from{};  ///< sorted, each for itself
    std::vector<TimeNs> until{};
  };
  std::map<std::string, Times> mutations{};
  /// What each of History::questions names; nothing: a method that names no resource.
  std::vector<std::optional<ResourceName>> asked{};

  /// How many mutations of a host may have run within it.
  uint64_t MutationsIn(const std::string& host, const Span& span) const;
};

/// Two readings of the log: what `history` asks, and what else there is of it.
Result<ResourceHistory> ReadResources(store::LogReader& log, const dialect::Dialect& dialect,
                                      const History& history);

}  // namespace trafrec::reconcile
