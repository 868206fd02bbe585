#pragma once

#include <cstdint>
#include <string>

#include "bench/traffic/text.h"
#include "tests/support/random.h"

namespace trafrec::bench {

using test_support::Random;

/// What one exchange puts on the wire.
struct ExchangeBytes {
  std::string request;
  std::string response;
};

/// Makes exchange after exchange of one kind of traffic.
class Workload {
 public:
  enum class Kind : uint8_t {
    kBulk,  ///< _bulk requests, searches with their hits, documents: bodies of 1 to 200 KB
    kSmall  ///< documents by id, answers of about 200 bytes
  };

  Workload(Kind kind, Random& random) : kind_(kind), random_(random), text_(random) {}

  void Make(ExchangeBytes& exchange);

 private:
  void MakeBulk(ExchangeBytes& exchange);
  void MakeSearch(ExchangeBytes& exchange);
  void MakeDocument(ExchangeBytes& exchange);
  void MakeSmall(ExchangeBytes& exchange);
  size_t BodyBytes();
  void AppendIndex(std::string& out);
  void AppendAnswer(std::string& out, std::string_view status, std::string_view body, bool gzip);
  void AppendRequest(std::string& out, std::string_view method, std::string_view target,
                     std::string_view body, bool accept_gzip);

  Kind kind_;
  Random& random_;
  TextMaker text_;
  std::string target_;
  std::string body_;
  std::string packed_;
  uint64_t sequence_ = 0;
};

}  // namespace trafrec::bench
