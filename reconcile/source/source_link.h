#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "replay/send/sender.h"

namespace trafrec::reconcile {

/// How a source is asked.
struct SourcePace {
  int64_t interval_ns = 0;  ///< the least from one request to the next
  /// What passes time; tests give one that does not.
  std::function<void(int64_t ns)> wait;

  /// limits.h's interval, and a sleep.
  static SourcePace Usual();
};

/// One request after the other to one source, no faster than the pace. A request that the source is
/// too busy for is sent again. One thread.
class SourceLink {
 public:
  static Result<std::unique_ptr<SourceLink>> Open(const send::Target& target, SourcePace pace);
  ~SourceLink();

  /// The body of a 2xx answer. Else an Error with the source, the reason and a remedy:
  /// kPermission for 401 and 403, kNotFound for 404, kUnsupported for an answer that is too large.
  Result<std::string> Ask(std::string_view method, const std::string& target,
                          const std::string& body = {});

  /// Sent so far, those that were sent again, too.
  uint64_t requests() const { return requests_; }

 private:
  SourceLink(const send::Target& target, SourcePace pace)
      : named_(target.name + " " + target.url), pace_(std::move(pace)) {}
  send::Sent SendOnce(std::string_view method, const std::string& target, const std::string& body);

  const std::string named_;  ///< "source http://es:9200"
  SourcePace pace_;
  asio::io_context loop_{1};
  std::unique_ptr<send::Sender> sender_;
  int64_t last_ = 0;
  uint64_t requests_ = 0;
};

}  // namespace trafrec::reconcile
