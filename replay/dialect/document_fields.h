#pragma once

#include <string>
#include <string_view>

#include "replay/dialect/json.h"
#include "replay/dialect/operation.h"

namespace trafrec::dialect {

/// What a request says of one document, whether in a path and query or in a line of JSON.
struct DocumentFields {
  std::string index;
  std::string type;
  std::string id;
  std::string routing;
  std::string op_type;
  Writing writing;

  /// Takes one named value, under the names of bulk lines, mget's elements and query parameters,
  /// with or without the '_' that 6.8 allows. False: no such name.
  bool Take(std::string_view name, JsonValue& value);
  bool Take(std::string_view name, const std::string& value);
};

/// An operation on that document. `kind` is kIndex, kCreate, kUpdate, kDelete or kGet; of an index
/// with op_type create it becomes kCreate.
Operation DocumentOperation(Kind kind, DocumentFields fields);

/// Looks into the body of an update: script, upsert. Returns what is wrong with it, or "".
std::string ReadUpdate(std::string_view body, Writing& writing);

}  // namespace trafrec::dialect
