// A program with an SQLite of its own, linked statically: loads an extension, runs statements, and
// prints the first value of each row.
//
// usage: own_sqlite EXTENSION STATEMENT…

#include <sqlite3.h>

#include <cstdio>

namespace {

int PrintFirst(void* /*unused*/, int /*count*/, char** values, char** /*names*/) {
  std::puts(values[0] == nullptr ? "" : values[0]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  sqlite3* handle = nullptr;
  char* error = nullptr;
  int code = sqlite3_open(":memory:", &handle);
  if (code == SQLITE_OK) {
    code = sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, nullptr);
  }
  if (code == SQLITE_OK && argc > 1) {
    code = sqlite3_load_extension(handle, argv[1], nullptr, &error);
  }
  for (int i = 2; i < argc && code == SQLITE_OK; ++i) {
    code = sqlite3_exec(handle, argv[i], &PrintFirst, nullptr, &error);
  }
  if (code != SQLITE_OK) {
    std::fprintf(stderr, "%s\n", error != nullptr ? error : sqlite3_errmsg(handle));
  }
  sqlite3_free(error);
  sqlite3_close(handle);
  return code == SQLITE_OK ? 0 : 1;
}
