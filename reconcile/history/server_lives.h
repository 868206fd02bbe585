#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.h"
#include "base/time.h"
#include "reconcile/span.h"

namespace trafrec::reconcile {

/// When servers were alive for certain, as recorders saw them: a connection that was open before an
/// instant, and got an answer behind it, shows that its server did not die in between. By each
/// recorder's own clock.
class ServerLives {
 public:
  /// From a connection's beginning to the last answer on it.
  void Note(const std::string& recorder, const Endpoint& server, const Span& life);

  bool LivedOnAt(const std::string& recorder, const Endpoint& server, TimeNs at) const;
  bool AnsweredAfter(const std::string& recorder, const Endpoint& server, TimeNs at) const;

 private:
  /// By their beginnings, none meets another.
  using Lives = std::map<TimeNs, TimeNs>;

  std::map<std::pair<std::string, Endpoint>, Lives> lives_;
};

}  // namespace trafrec::reconcile
