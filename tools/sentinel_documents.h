#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/http_client.h"

namespace trafrec::tools {

/// A document that a mutating sentinel wrote, or a replay of it.
struct SentinelDocument {
  std::string id;
  int64_t seq_no = 0;
  int64_t primary_term = 0;
};

/// Finds the documents of mutating sentinels in an index, and removes them. An index that does not
/// index fields it does not know (dynamic: false) hides them from the search.
class SentinelDocuments {
 public:
  SentinelDocuments(HttpBase base, HttpClient client, std::string index)
      : base_(std::move(base)), client_(std::move(client)), index_(std::move(index)) {}

  /// Up to limits of one search; call again until there are none.
  Result<std::vector<SentinelDocument>> Find();
  /// Only if nobody changed it since it was found.
  Status Remove(const SentinelDocument& document);

 private:
  Result<HttpAnswer> Send(const std::string& method, const std::string& target,
                          const std::string& body);

  HttpBase base_;
  HttpClient client_;
  std::string index_;
};

}  // namespace trafrec::tools
