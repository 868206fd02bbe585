#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.h"
#include "base/error.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// The addresses of one machine.
class MachineAddresses {
 public:
  /// Those of this machine's interfaces now.
  static MachineAddresses OfThisMachine();
  explicit MachineAddresses(std::set<IpAddress> addresses) : addresses_(std::move(addresses)) {}

  /// Loopback and unspecified ones (0.0.0.0, ::) are, whatever its interfaces have.
  bool Has(const IpAddress& address) const;
  /// One endpoint, or one port of this machine under two of its addresses.
  bool AreOne(const Endpoint& a, const Endpoint& b) const;

 private:
  std::set<IpAddress> addresses_;
};

/// The targets of a run, to be compared with what was recorded. Names are asked of the resolver
/// once.
class TargetAddresses {
 public:
  explicit TargetAddresses(const std::vector<std::string>& urls);

  /// An Error if that server is one of them.
  Status RefuseSource(const Endpoint& server) const;

 private:
  MachineAddresses machine_;
  std::vector<std::pair<std::string, std::vector<Endpoint>>> targets_;  ///< by URL
};

/// An Error if one of these URLs leads to a server of the log.
Status RefuseRecordedSource(const store::LogSelection& log, const std::vector<std::string>& urls);

}  // namespace trafrec::tools
