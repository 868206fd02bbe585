#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/replay/send/scripted_server.h"

namespace trafrec::replay {

/// A few requests of a search engine, over an index in memory: documents by id with numbers that
/// rise, create, conditional and plain index, bulk of these, delete, get, refresh, documents
/// counted by index. Knows what order it was
/// asked in.
class FakeSearch {
 public:
  /// Before a request is carried out: another answer instead, or nothing. In any thread.
  using Intercept = std::function<std::optional<std::string>(const std::string& request)>;
  /// After it was carried out: another answer instead. "" for none at all: the connection ends.
  using Swallow = std::function<bool(const std::string& request)>;

  explicit FakeSearch(Intercept intercept = {}, Swallow swallow = {});

  std::string url() const { return server_.url(); }
  /// Start lines of what was asked, in order.
  std::vector<std::string> asked() const;
  size_t AskedFor(const std::string& part) const;
  std::optional<std::string> Source(const std::string& id) const;
  /// How often the document was written.
  int64_t VersionOf(const std::string& id) const;

 private:
  struct Document {
    std::string source;
    int64_t seq_no = 0;
    int64_t version = 0;
  };

  std::string Answer(const std::string& request);
  std::string CarryOut(const std::string& method, const std::string& target,
                       const std::string& body);
  std::string Bulk(const std::string& body);
  std::string CountByIndex() const;
  std::string Delete(const std::string& id);
  std::pair<int, std::string> Write(bool create, const std::string& id, const std::string& source,
                                    std::optional<int64_t> if_seq_no);

  const Intercept intercept_;
  const Swallow swallow_;
  mutable std::mutex mutex_;
  std::map<std::string, Document> documents_;
  int64_t next_seq_no_ = 0;
  std::vector<std::string> asked_;
  send::ScriptedServer server_;  // last: its threads use all of the above
};

/// "HTTP/1.1 STATUS …" with a JSON body.
std::string JsonAnswer(int status, const std::string& body, const std::string& fields = "");

}  // namespace trafrec::replay
