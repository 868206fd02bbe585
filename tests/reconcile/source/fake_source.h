#pragma once

#include <deque>
#include <string>
#include <vector>

#include "reconcile/source/source_link.h"
#include "tests/replay/send/scripted_server.h"

namespace trafrec::reconcile {

/// A source that gives the answers that a test hands it, in their order, and keeps the requests.
class FakeSource {
 public:
  /// Bodies of answers of 200; "429 …" is another status and a body.
  explicit FakeSource(std::vector<std::string> answers);

  send::Target target() const;
  /// "POST /_mget BODY", in order. When the clients are gone.
  const std::vector<std::string>& requests() const { return requests_; }
  /// What was waited for, and no time passes.
  SourcePace pace(int64_t interval_ns = 0);
  const std::vector<int64_t>& waits() const { return waits_; }

  static inline const std::string kIdentity =
      R"({"cluster_name":"c","cluster_uuid":"U1","version":{"number":"7.10.2"}})";

 private:
  std::string AnswerTo(const std::string& request);

  std::vector<std::string> answers_;
  std::vector<std::string> requests_;
  std::vector<int64_t> waits_;
  send::ScriptedServer server_;
};

}  // namespace trafrec::reconcile
