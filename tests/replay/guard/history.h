#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"
#include "replay/message/http_message.h"
#include "tests/replay/guard/model_target.h"

namespace trafrec::guard {

/// One request of a recorded history, with what the source said of its operations.
struct Recorded {
  std::unique_ptr<message::Request> request;
  std::unique_ptr<dialect::Meaning> meaning;
  std::vector<dialect::Outcome> outcomes;
  std::vector<int> numbers;  ///< of its operations
  bool answered = true;      ///< else the log has no answer, though the source carried it out
};

/// Requests of all kinds for few documents, made and answered by a source in memory.
struct History {
  std::vector<Recorded> exchanges;
  ModelTarget source{"source"};
};

History MakeHistory(std::mt19937_64& random, size_t exchanges);

/// One random request for one document, or a bulk of some. `number` is the next operation's.
message::Request RandomRequest(std::mt19937_64& random, const ModelTarget& target, int& number,
                               std::vector<int>& numbers);

}  // namespace trafrec::guard
