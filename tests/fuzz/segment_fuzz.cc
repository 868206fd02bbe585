// A sealed segment with any changes: the input says again and again
//   [offset in the file: 3][length: 1][bytes],
// and its first byte whether the file is cut behind the last change. Everything that reads a log
// reads it: a damaged segment is an error or a damage, never more.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "store/reader/log_reader.h"
#include "store/verify/verify.h"
#include "store/writer/log_writer.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace trafrec;
namespace fs = std::filesystem;

void PutExchange(store::LogWriter& writer, store::ExchangeNumber n) {
  store::MessageRecord message;
  message.id = store::MessageIdOf(n, store::Side::kClient);
  message.connection = 1;
  message.head = AsBytes("PUT /a HTTP/1.1\r\n\r\n");
  message.facts.wire_bytes = message.head.size();
  writer.PutMessage(message);
  store::ExchangeRecord exchange;
  exchange.number = n;
  exchange.connection = 1;
  exchange.has_request = true;
  exchange.method = "PUT";
  exchange.target = "/a";
  writer.PutExchange(exchange);
}

/// A small log, made once. `segment` is its only file of that kind.
struct Log {
  Log() {
    store::LogWriterOptions options;
    options.log = folder / "log";
    options.recorder = "r";
    auto writer = store::LogWriter::Open(options);
    CHECK(writer.has_value());
    store::ConnectionRecord connection;
    connection.number = 1;
    (*writer)->PutConnection(connection);
    for (store::ExchangeNumber n = 1; n <= 3; ++n) {
      PutExchange(**writer, n);
    }
    CHECK((*writer)->Close(1).has_value());
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(options.log)) {
      if (entry.path().extension() == ".sqlite") {
        segment = entry.path();
      }
    }
    std::ifstream file(segment, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
    CHECK(!bytes.empty());
  }

  const test_support::TemporaryFolder folder;
  fs::path segment;
  std::string bytes;
};

void ReadAll(const fs::path& log) {
  (void)store::VerifyLog(log).has_value();
  auto reader = store::LogReader::Open(log);
  if (!reader) {
    CHECK(!reader.error().what.empty());
    return;
  }
  (void)(*reader)->Attempts().has_value();
  (void)(*reader)->Find("r-0001-2").has_value();
  (void)(*reader)
      ->Visit({},
              [&](const store::ExchangeRow& row) {
                (void)(*reader)->Load(row).has_value();
                return true;
              })
      .has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Log kLog;
  std::string bytes = kLog.bytes;
  fuzz::Input input(data, size);
  const bool cut = (input.Byte() & 1) != 0;
  size_t end = bytes.size();
  while (!input.empty()) {
    const size_t low = input.Word();
    const size_t at = (low | size_t{input.Byte()} << 16) % bytes.size();
    const std::string_view change = AsText(input.Take(input.Byte()));
    end = std::min(at + change.size(), bytes.size());
    bytes.replace(at, end - at, change.substr(0, end - at));
  }
  std::ofstream(kLog.segment, std::ios::binary) << bytes.substr(0, cut ? end : bytes.size());
  ReadAll(kLog.folder / "log");
  return 0;
}
