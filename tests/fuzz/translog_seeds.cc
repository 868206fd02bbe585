// First inputs for translog_fuzz.

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/reconcile/translog/translog_samples.h"

int main(int argc, char** argv) {
  using namespace trafrec::test_support;
  if (argc != 2) {
    std::fputs("usage: translog_seeds FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
  };
  for (const Product product :
       {Product::kElasticsearch6, Product::kElasticsearch7, Product::kOpenSearch2}) {
    const std::string number = std::to_string(static_cast<int>(product));
    const std::string index = IndexBody(product, {.id = "a", .routing = "r"});
    const std::string deletion = DeleteBody(product, "a", 1);
    write("file-" + number,
          TranslogHeader() + Framed(index) + Framed(deletion) + Framed(NoOpBody(2, "why")));
    write("index-" + number, index);
    write("delete-" + number, deletion);
    write("checkpoint-" + number, CheckpointFile(product, {.offset = 55}));
  }
  write("smile",
        std::string(
            ":)\n\x05\xfa\x80\x61\xf8\x20\x21\x22\x23\xc3\x24\x20\x80\x41\x61\x62\xf9\x81\x62\x63"
            "\xfa\x40\xe0\x61\xfc\xfb\x41\xfd\x82\xff\xff\xfb",
            36));
  write("pairs", IndexBody(Product::kOpenSearch2, {.id = "a\xed\xa0\xbd\xed\xb8\x80z"}, 4));
  return 0;
}
