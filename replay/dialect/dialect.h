#pragma once

#include <string_view>

#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"
#include "replay/dialect/request.h"

namespace trafrec::dialect {

/// What requests mean to a kind of service. Pure functions of bytes: they keep nothing, so one
/// object serves all threads, and the same request always means the same. Bad requests are data:
/// there is a Meaning for any bytes.
class Dialect {
 public:
  virtual ~Dialect() = default;
  /// As in --dialect.
  virtual std::string_view name() const = 0;

  virtual Meaning Understand(const RequestView& request) const = 0;
  /// What became of each of its operations.
  virtual Answer ReadAnswer(const Meaning& meaning, const AnswerView& answer) const = 0;
};

/// Any HTTP service: RFC 9110's methods and WebDAV's, a path is a resource.
const Dialect& HttpDialect();

/// Elasticsearch 6.8 to 8, OpenSearch 1 to 3.
const Dialect& SearchDialect();

/// "http", "search"; null for other names.
const Dialect* FindDialect(std::string_view name);

}  // namespace trafrec::dialect
