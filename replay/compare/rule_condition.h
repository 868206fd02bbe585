#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "base/toml/toml_table.h"
#include "replay/condition/condition.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/request.h"

namespace trafrec::compare {

/// What rules ask of an exchange. Borrowed.
struct ExchangeFacts {
  std::string_view shape{};
  const dialect::RequestView* request = nullptr;
  const dialect::Meaning* meaning = nullptr;
  int source_status = 0;
  int target_status = 0;
  TimeNs time = 0;  ///< of the request at the source
};

/// For which exchanges a rule is: `when` of a rules file. All that is said must fit.
class RuleCondition {
 public:
  /// From its table; the Error names the line.
  static Result<RuleCondition> Read(TomlTable table);

  bool Fits(const ExchangeFacts& facts) const;
  /// More than the shape.
  bool asks_of_request() const { return request_.asks(); }
  /// Only requests of a dialect that knows indices can fit.
  bool names_index() const { return request_.needs_meaning(); }

 private:
  explicit RuleCondition(condition::Condition request) : request_(std::move(request)) {}

  condition::Condition request_;
  std::vector<std::string> shapes_;  ///< '*' is any text; empty: all
  std::vector<std::string> statuses_;
  std::vector<std::string> target_statuses_;
  std::optional<TimeNs> from_;
  std::optional<TimeNs> to_;
};

}  // namespace trafrec::compare
