#include "replay/dialect/search_call.h"

namespace trafrec::dialect {

bool SearchCall::is_on(std::string_view name) const {
  return has_query(name) && query(name) != "false";
}

std::string_view SearchCall::content() const {
  return request.body.empty() ? query("source") : request.body;
}

Operation MakeOperation(const SearchCall& call) {
  Operation operation;
  operation.kind = call.path().kind;
  operation.mutation = IsMutation(operation.kind);
  operation.repeat = operation.mutation ? Repeat::kIdempotent : Repeat::kSafe;
  return operation;
}

}  // namespace trafrec::dialect
