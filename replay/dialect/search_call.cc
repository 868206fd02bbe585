#include "replay/dialect/search_call.h"

#include "replay/dialect/json.h"

namespace trafrec::dialect {

bool SearchCall::is_on(std::string_view name) const {
  return has_query(name) && query(name) != "false";
}

std::optional<int64_t> SearchCall::number(std::string_view name) const {
  return IntegerOf(std::string(query(name)));
}

std::string_view SearchCall::content() const {
  return request.body.empty() ? query("source") : request.body;
}

std::string_view SearchCall::binary_type() const {
  const std::string_view type = request.body.empty() ? query("source_content_type")
                                                     : FieldOf(request.headers, "Content-Type");
  for (const std::string_view format : {"cbor", "smile", "yaml"}) {
    if (type.find(format) != std::string_view::npos) {
      return type;
    }
  }
  return {};
}

Operation MakeOperation(const SearchCall& call) {
  Operation operation;
  operation.kind = call.path().kind;
  operation.mutation = IsMutation(operation.kind);
  operation.repeat = operation.mutation ? Repeat::kIdempotent : Repeat::kSafe;
  return operation;
}

}  // namespace trafrec::dialect
