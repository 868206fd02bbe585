#include "tools/dlq/letter_request.h"

#include <fmt/format.h>

#include "replay/recorded/exchange_view.h"
#include "store/files/log_layout.h"
#include "store/reader/exchange_id.h"

namespace trafrec::tools {
namespace {

/// The lines of an item in its bulk; the whole body of a request that is one operation.
std::string BodyOf(const dialect::Meaning& meaning, uint32_t item, std::string_view body) {
  for (const dialect::Operation& operation : meaning.operations) {
    if (operation.item == item && operation.action.length > 0) {
      return std::string(operation.action.In(body)) + std::string(operation.source.In(body));
    }
  }
  return std::string(body);
}

}  // namespace

Result<LetterRequests> LetterRequests::Open(const ledger::RunFacts& facts,
                                            std::vector<std::filesystem::path> folders,
                                            store::Identities identities) {
  if (folders.empty()) {
    folders.assign(facts.log_folders.begin(), facts.log_folders.end());
  }
  if (folders.empty()) {
    return Fail(ErrorCode::kNotFound, "the run does not say where its log is",
                "name it by --log LOG");
  }
  const auto identity = store::ReadLogIdentity(folders.front());
  if (!identity) {
    return Fail(identity.error().code,
                "the log of the run cannot be read: " + identity.error().what,
                "name it by --log LOG, if it is elsewhere now");
  }
  if (identity->log_id != facts.log_id) {
    return Fail(ErrorCode::kUsage,
                fmt::format("{} is another log: the run is of {}, and this one is {}",
                            folders.front().string(), facts.log_id, identity->log_id),
                "name the log that the run is of by --log LOG");
  }
  const auto named = facts.options.find("dialect");
  const dialect::Dialect* dialect =
      dialect::FindDialect(named == facts.options.end() ? "http" : named->second);
  TRY_ASSIGN(auto log, store::LogReader::Open(store::LogSelection{
                           .folders = std::move(folders), .identities = std::move(identities)}));
  return LetterRequests(std::move(log), dialect == nullptr ? dialect::HttpDialect() : *dialect);
}

LetterRequest LetterRequests::Find(const ledger::Address& at) {
  LetterRequest found;
  const auto row = log_->Find(FormatExchangeId(at.exchange));
  const auto stored =
      row ? log_->Load(*row) : Result<store::StoredExchange>(std::unexpected(row.error()));
  if (!stored) {
    found.trouble = stored.error().what;
    found.locked = stored.error().code == ErrorCode::kPermission;
    return found;
  }
  const recorded::ExchangeView view(*stored);
  if (view.request() == nullptr) {
    found.trouble = "the log does not have the beginning of this request";
    return found;
  }
  const dialect::RequestView& request = *view.request();
  found.method = std::string(request.method);
  found.target = std::string(request.target);
  for (const dialect::HeaderView& header : request.headers) {
    found.headers.emplace_back(header.name, header.value);
  }
  found.body = BodyOf(dialect_->Understand(request), at.item, request.body);
  return found;
}

}  // namespace trafrec::tools
