// First inputs for the fuzz targets of import, a subfolder for each.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/import/samples.h"

namespace {

namespace fs = std::filesystem;

void Write(const fs::path& folder, const char* name, const std::string& text) {
  fs::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary) << text;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trafrec::test_support;
  if (argc != 2) {
    std::fputs("usage: make_import_seeds FOLDER\n", stderr);
    return 2;
  }
  const fs::path folder = argv[1];
  const std::string a = HarEntry("/a?b", "2026-11-21T06:48:01Z", R"(,"connection":"7")");
  const std::string b = HarEntry("/b", "2026-11-21T06:48:00+01:00", R"(,"_fromCache":"disk")");
  Write(folder / "har_fuzz", "two", Har({a, b}));
  Write(folder / "har_fuzz", "damaged", Har({a, "{\"a\":[,", a}));
  Write(folder / "gor_fuzz", "pairs", GorPair("a1", "/a", "1000") + GorPair("a2", "/b", "2000"));
  Write(folder / "gor_fuzz", "chunked",
        GorRecord("1 a 5 1",
                  "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "2\r\nab\r\n0\r\nT: 1\r\n\r\n") +
            GorRecord("3 a 6 1", "HTTP/1.1 100 Continue\r\n\r\n"));
  std::string gap = NdjsonLine("/b", 2);
  gap.insert(gap.rfind('}'),
             R"(,"wire":{"client_isn":1,"opened":"2026-11-21T06:48:00Z","close":"fin",)"
             R"("request":{"seq":7,"framing":"chunked"}},"gaps":[{"message":"request",)"
             R"("part":"body","body_offset":1,"length":2,"cause":"closed"}])");
  Write(folder / "ndjson_fuzz", "lines", NdjsonLine("/a", 1) + gap);
  return 0;
}
