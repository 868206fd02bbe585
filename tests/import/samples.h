#pragma once

#include <string>
#include <vector>

// Small files of each format.

namespace trafrec::test_support {

/// An entry of a HAR file; `more` are further members of the entry, with a comma before them.
inline std::string HarEntry(const std::string& path, const std::string& started,
                            const std::string& more = {}) {
  return R"({"startedDateTime":")" + started + R"(","time":3.5,"request":{"method":"GET","url":)" +
         R"("http://es:9200)" + path + R"(","httpVersion":"HTTP/1.1","cookies":[],"headers":)" +
         R"([{"name":"Host","value":"es:9200"}],"queryString":[],"headersSize":-1,"bodySize":0},)" +
         R"("response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","cookies":[],)" +
         R"("headers":[{"name":"Content-Length","value":"5"}],"content":{"size":5,"mimeType":)" +
         R"("text/plain","text":"hello"},"redirectURL":"","headersSize":-1,"bodySize":5},)" +
         R"("cache":{},"timings":{"blocked":-1,"send":0.5,"wait":2,"receive":1})" + more + "}";
}

inline std::string Har(const std::vector<std::string>& entries, const std::string& between = ",") {
  std::string text = R"({"log":{"version":"1.2","creator":{"name":"t","version":"1"},"entries":[)";
  for (size_t i = 0; i < entries.size(); ++i) {
    text += (i == 0 ? "" : between) + entries[i];
  }
  return text + "]}}";
}

inline std::string GorRecord(const std::string& header, const std::string& message) {
  return header + "\n" + message + "\n🐵🙈🙉\n";
}

inline std::string GorPair(const std::string& id, const std::string& path,
                           const std::string& time) {
  return GorRecord("1 " + id + " " + time + "000 10",
                   "GET " + path + " HTTP/1.1\r\nHost: es:9200\r\n\r\n") +
         GorRecord("2 " + id + " " + time + "500 20",
                   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
}

inline std::string NdjsonLine(const std::string& path, int n) {
  return R"({"v":1,"id":"web1-0001-1)" + std::to_string(n) +
         R"(","time":"2026-11-21T06:48:00.00000000)" + std::to_string(n) +
         R"(Z","recorder":"web1","connection":3,"n":)" + std::to_string(n) +
         R"(,"client":"10.0.0.1:40000","server":"10.0.0.2:9200","method":"GET","target":")" + path +
         R"(","host":"es","status":null,"request":{"version":"1.1","headers":[["Host","es"]]},)" +
         R"("response":null})" + "\n";
}

}  // namespace trafrec::test_support
