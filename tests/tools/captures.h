#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/tcp_conversation.h"

// Small captures and logs for tests of the command line.

namespace trafrec::test_support {

/// A capture of one connection with these exchanges, in order:
///   GET /hello        200  "hello\n"
///   PUT /idx/_doc/1   201  {"result":"created"}     request body {"a":1}
///   GET /missing      404  no body
///   POST /slow        (no answer; the client resets)
void WriteSampleCapture(const std::filesystem::path& path);

/// One exchange `GET /n` for each n below `exchanges`, on one connection.
void WriteManyCapture(const std::filesystem::path& path, int exchanges);

/// Records a capture into a log under the recorder's name "test". Fails the test on an error.
void RecordInto(const std::string& log, const std::string& capture,
                const std::vector<std::string>& more = {});

}  // namespace trafrec::test_support
