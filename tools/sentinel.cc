#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "store/crypto/encoding.h"
#include "store/crypto/key_file.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/http_auth.h"
#include "tools/sentinel_documents.h"
#include "tools/sentinel_sender.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

constexpr std::array<std::string_view, 4> kPurposes = {"backfill-begin", "backfill-end", "lag",
                                                       "cutover"};

std::string InWords(const std::vector<SentSentinel>& round) {
  std::string out;
  for (const SentSentinel& sent : round) {
    out += fmt::format("{} {} {}\n  sentinel {} of {} for {}, nonce {}\n", sent.answer.status,
                       sent.method, sent.target, sent.token.purpose, FormatTime(sent.token.sent_at),
                       sent.token.audience, store::crypto::ToHex(sent.token.nonce));
    out += SourceStateInWords(sent.state);
  }
  return out;
}

std::string InJson(const std::vector<SentSentinel>& round) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Open("sentinels", '[');
  for (const SentSentinel& sent : round) {
    json.Open('{');
    json.Text("method", sent.method);
    json.Text("target", sent.target);
    json.Number("status", sent.answer.status);
    json.Text("key", sent.token.key_id);
    json.Text("audience", sent.token.audience);
    json.Text("purpose", sent.token.purpose);
    json.Time("sent", sent.token.sent_at);
    json.Text("nonce", store::crypto::ToHex(sent.token.nonce));
    AppendSourceStateJson(json, sent.state);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  return out + "\n";
}

class SentinelCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return json_; }

 private:
  Status Check() const;
  Result<HttpAccess> MakeAccess() const;
  Result<ExitCode> Clean(HttpBase base, HttpClient client) const;
  Result<ExitCode> SendRounds(SentinelSender& sender, std::chrono::milliseconds pause) const;

  std::string url_;
  std::string key_;
  std::string audience_;
  std::string purpose_;
  std::string index_;
  std::string every_;
  std::string log_;
  bool clean_ = false;
  std::string auth_;
  std::string auth_file_;
  HttpAccess access_;
  std::string timeout_ = "30s";
  bool json_ = false;
};

CommandText SentinelCommand::text() const {
  return {
      .name = "sentinel",
      .summary = "send signed marks through the traffic that a recorder sees",
      .usage = {"trafrec sentinel URL -k FILE --audience NAME --purpose PURPOSE [options]",
                "trafrec sentinel URL --clean --mutating INDEX [options]"},
      .description =
          {"Asks an Elasticsearch or OpenSearch for its shards' sequence numbers and for its "
           "indices' identities, with a signed token in the User-Agent. A recorder that sees the "
           "requests, and trusts the key (trafrec record --audience --trust-sentinel), counts each "
           "with its whole answer as a watermark: a proved place in the log. trafrec watermarks "
           "shows them.",
           "Purposes: backfill-begin, backfill-end, lag, cutover, or x- with a word of your own."},
      .examples =
          {{"where the log stood when the backfill began",
            "trafrec sentinel http://es:9200 --key migration.key --audience prod --purpose "
            "backfill-begin"},
           {"a mark each 10 seconds that is in the order of commits, too",
            "trafrec sentinel http://es:9200 --key migration.key --audience prod --purpose lag "
            "--mutating marks --every 10s"},
           {"remove what these wrote", "trafrec sentinel http://es:9200 --clean --mutating marks"}},
  };
}

void SentinelCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  options.Positional("URL", url_, "of the source, http or https, as its clients reach it");
  options.Group("Sentinel");
  options.Text("-k,--key", key_, "FILE", "the secret key that signs (trafrec keygen --for sign)");
  options.Text("--audience", audience_, "NAME", "whom it is meant for: the recorders' --audience");
  options.Text("--purpose", purpose_, "PURPOSE",
               "backfill-begin, backfill-end, lag, cutover, or x-TEXT");
  options.Text("--mutating", index_, "INDEX", "write a document into this index, too");
  options.Text("--every", every_, "DURATION", "again and again, until Ctrl-C");
  options.Text("--log", log_, "LOG",
               "sign how far this log's manifests have come, so that verify sees if it is cut "
               "afterwards");
  options.Flag("--clean", clean_, "list and remove the documents that --mutating INDEX wrote");
  options.Group("Access");
  options.Choice("--auth", auth_, "basic|bearer|api-key",
                 "the kind of secret to show: user:password, a token, or an API key");
  options.Text("--auth-file", auth_file_, "FILE", kAuthFileMeaning);
  options.Text("--ca", access_.ca_file, "FILE",
               "certificates that the server's must lead to (PEM)");
  options.Text("--cert", access_.certificate_file, "FILE", "certificate of the client (PEM)");
  options.Text("--cert-key", access_.certificate_key_file, "FILE", "its key (PEM)");
  options.Flag("--insecure", access_.insecure, "take any certificate of the server");
  options.Text("--timeout", timeout_, "DURATION", "wait for an answer that long; 30s if not given");
  options.Group("Output");
  options.Flag("--json", json_, "print one JSON object a round");
}

Status SentinelCommand::Check() const {
  if (url_.empty()) {
    return Fail(ErrorCode::kUsage, "no URL given", "trafrec sentinel http://es:9200 …");
  }
  if (!index_.empty()) {
    TRY(CheckIndexName(index_));
  }
  if (clean_) {
    return index_.empty() ? Fail(ErrorCode::kUsage, "--clean: of which index?",
                                 "add --mutating INDEX, as when the documents were written")
                          : Status();
  }
  if (key_.empty()) {
    return Fail(ErrorCode::kUsage, "no key given",
                "add --key FILE; trafrec keygen --for sign makes one");
  }
  if (!store::IsSentinelAudience(audience_)) {
    return Fail(
        ErrorCode::kUsage,
        audience_.empty() ? "no audience given" : "'" + audience_ + "' cannot be an audience",
        "add --audience NAME, 1 to 63 characters of a-z, 0-9, '.', '_' and '-'");
  }
  const bool own = purpose_.starts_with("x-") && purpose_.size() > 2;
  if (!store::IsSentinelPurpose(purpose_) ||
      (!own && std::ranges::find(kPurposes, purpose_) == kPurposes.end())) {
    return Fail(ErrorCode::kUsage,
                purpose_.empty() ? "no purpose given" : "'" + purpose_ + "' is no purpose",
                "backfill-begin, backfill-end, lag, cutover, or x- with up to 61 characters of "
                "a-z, 0-9 and '-'");
  }
  return {};
}

Result<HttpAccess> SentinelCommand::MakeAccess() const {
  HttpAccess access = access_;
  TRY_ASSIGN(access.authorization, ReadAuthorization(auth_, auth_file_));
  TRY_ASSIGN(access.timeout_ms, ParseDurationMs(timeout_));
  return access;
}

Result<ExitCode> SentinelCommand::Run(const Cli& /*cli*/) {
  TRY(Check());
  int64_t pause_ms = 0;
  if (!every_.empty()) {
    TRY_ASSIGN(pause_ms, ParseDurationMs(every_));
  }
  TRY_ASSIGN(HttpBase base, ParseHttpBase(url_));
  TRY_ASSIGN(const HttpAccess access, MakeAccess());
  TRY_ASSIGN(HttpClient client, HttpClient::Make(base, access));
  if (clean_) {
    return Clean(std::move(base), std::move(client));
  }
  TRY_ASSIGN(auto key, store::crypto::ReadSigningKey(key_));
  SentinelSender sender(std::move(base), std::move(client), std::move(key), audience_, purpose_);
  if (!index_.empty()) {
    TRY(sender.RequireIndex(index_));
  }
  return SendRounds(sender, std::chrono::milliseconds(pause_ms));
}

Result<ExitCode> SentinelCommand::SendRounds(SentinelSender& sender,
                                             std::chrono::milliseconds pause) const {
  auto next = std::chrono::steady_clock::now();
  while (true) {
    std::vector<store::HeadClaim> heads;
    if (!log_.empty()) {
      TRY_ASSIGN(heads, store::HeadClaimsOf(log_));
    }
    const auto round = sender.SendRound(index_, heads);
    if (round) {
      TRY(PrintText(json_ ? InJson(*round) : InWords(*round)));
    } else if (every_.empty()) {
      return std::unexpected(round.error());
    } else {
      // The source may be back for the next one.
      PrintError(round.error(), json_);
    }
    if (every_.empty()) {
      return ExitCode::kDone;
    }
    next = std::max(next + pause, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next);
  }
}

Result<ExitCode> SentinelCommand::Clean(HttpBase base, HttpClient client) const {
  SentinelDocuments documents(std::move(base), std::move(client), index_);
  std::vector<std::string> removed;
  while (true) {
    TRY_ASSIGN(const std::vector<SentinelDocument> found, documents.Find());
    if (found.empty()) {
      break;
    }
    for (const SentinelDocument& document : found) {
      TRY(documents.Remove(document));
      removed.push_back(document.id);
      if (!json_) {
        TRY(PrintText("removed " + EscapeForTerminal(document.id) + "\n"));
      }
    }
  }
  if (!json_) {
    return PrintText(fmt::format("{} removed from {}\n", CountOf(removed.size(), "document"),
                                 EscapeForTerminal(index_)));
  }
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Text("index", index_);
  json.Texts("removed", removed);
  json.Close('}');
  return PrintText(out + "\n");
}

}  // namespace

std::unique_ptr<Command> MakeSentinelCommand() { return std::make_unique<SentinelCommand>(); }

}  // namespace trafrec::tools
