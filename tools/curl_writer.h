#pragma once

#include <cstdint>
#include <filesystem>

#include "tools/exchange_writer.h"

namespace trafrec::tools {

struct CurlOptions {
  std::string base_url;          ///< "http://other:9200" instead of the recorded server; may be ""
  std::filesystem::path script;  ///< the file that the commands go to; its bodies lie beside it, in
                                 ///< SCRIPT.bodies. Empty: bodies stand in the commands
};

/// Shell commands that send the recorded requests again with curl: the same method, target, header
/// fields in order, and body.
class CurlWriter : public ExchangeWriter {
 public:
  explicit CurlWriter(CurlOptions options);

  void Begin(std::string& out) override;
  Status Put(const store::StoredExchange& exchange, std::string& out) override;
  std::vector<std::string> Notes() const override;

 private:
  bool CanSend(const store::StoredExchange& exchange);
  Status PutBody(const store::StoredExchange& exchange, std::string& command,
                 std::string& here_document);

  const CurlOptions options_;
  std::filesystem::path bodies_;
  uint64_t without_request_ = 0;
  uint64_t incomplete_ = 0;
  uint64_t unsendable_ = 0;
  uint64_t fields_ = 0;
  uint64_t trailers_ = 0;
};

}  // namespace trafrec::tools
