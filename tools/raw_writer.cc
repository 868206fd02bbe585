#include "tools/raw_writer.h"

#include <cerrno>

#include "store/reader/exchange_id.h"
#include "tools/output.h"

namespace trafrec::tools {

Status WriteFile(const std::filesystem::path& path, std::string_view bytes) {
  TRY_ASSIGN(Output file, Output::Open(path.string()));
  file.Write(bytes);
  return file.Finish();
}

Result<RawWriter> RawWriter::Open(const std::filesystem::path& directory) {
  if (!directory.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed) {
      return FailErrno(failed.value(), "cannot make the directory " + directory.string());
    }
  }
  return RawWriter(directory);
}

Status RawWriter::Put(const store::StoredExchange& exchange, std::string& out) {
  const std::string id = FormatExchangeId(exchange.row.id);
  for (const auto* message : {&exchange.request, &exchange.response}) {
    if (!*message) {
      continue;
    }
    const store::StoredMessage& stored = **message;
    if (directory_.empty()) {
      out += stored.head;
      out += stored.body;
      out += stored.trailers;
    } else {
      const char* kind = message == &exchange.request ? ".request" : ".response";
      TRY(WriteFile(directory_ / (id + kind), stored.head + stored.body + stored.trailers));
    }
  }
  return {};
}

}  // namespace trafrec::tools
