#include "tools/sql_functions.h"

#include <span>
#include <string>

#include "replay/recorded/content.h"
#include "replay/recorded/message_head.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using store::db::SqlValue;
using Message = std::optional<store::StoredMessage>;
using Arguments = std::span<const SqlValue>;

/// SQL's text ends at a NUL for many functions: bytes with one are a blob.
SqlValue TextOrBlob(std::string bytes) {
  if (IsUtf8(bytes) && bytes.find('\0') == std::string::npos) {
    return bytes;
  }
  return store::db::Blob{std::move(bytes)};
}

SqlValue BodyOf(const Message& message, Arguments) {
  return message ? TextOrBlob(recorded::DecodeContent(*message, recorded::kContentBytesMax).bytes)
                 : SqlValue();
}

SqlValue HeadOf(const Message& message, Arguments) {
  return message ? TextOrBlob(message->head) : SqlValue();
}

/// Several fields of one name are joined, as RFC 9110 has it (section 5.2).
SqlValue HeaderOf(const Message& message, Arguments arguments) {
  const auto* name = std::get_if<std::string>(&arguments[1]);
  if (!message || name == nullptr) {
    return {};
  }
  std::optional<std::string> value;
  for (const recorded::HeaderField& field : recorded::ParseHead(message->head).fields) {
    if (field.value && recorded::SameFieldName(field.name, *name)) {
      value = value ? *value + ", " + std::string(*field.value) : std::string(*field.value);
    }
  }
  return value ? TextOrBlob(*std::move(value)) : SqlValue();
}

using Take = SqlValue (*)(const Message& message, Arguments arguments);

struct Function {
  const char* name;
  int arguments;
  bool request;
  Take take;
};
constexpr Function kFunctions[] = {
    {"request_body", 1, true, &BodyOf},       {"response_body", 1, false, &BodyOf},
    {"request_head", 1, true, &HeadOf},       {"response_head", 1, false, &HeadOf},
    {"request_header", 2, true, &HeaderOf},   {"header", 2, true, &HeaderOf},
    {"response_header", 2, false, &HeaderOf},
};

}  // namespace

Status AddMessageFunctions(store::LogTables& tables) {
  for (const Function& function : kFunctions) {
    TRY(tables.AddFunction(
        function.name, function.arguments,
        [&function](const store::StoredExchange& exchange,
                    Arguments arguments) -> Result<SqlValue> {
          return function.take(function.request ? exchange.request : exchange.response, arguments);
        }));
  }
  return {};
}

}  // namespace trafrec::tools
