// docs/sentinel.md is enough to verify sentinels: a verifier in another language, written from it,
// must give the same reasons as ours.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "store/crypto/encoding.h"
#include "store/sentinel/sentinel_watch.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using Json = nlohmann::json;

struct Passing {
  std::string user_agent;
  std::string method;
  std::string target;
  std::string body;
  TimeNs at;
};

class Verifiers : public testing::Test {
 protected:
  SentinelToken Token() {
    SentinelToken token;
    token.audience = "prod";
    token.sent_at = kBegin;
    token.nonce = {static_cast<uint8_t>(++tokens_), static_cast<uint8_t>(tokens_ >> 8)};
    token.purpose = "cutover";
    return token;
  }
  /// A genuine sentinel, signed by `signer`, of a token that `change` may have changed before.
  Passing Genuine(const crypto::SigningKey& signer,
                  const std::function<void(SentinelToken&)>& change = {}) {
    Passing passing{"", "PUT", "/marks/_doc/1?refresh=true", R"({"a":"ä"})", kBegin};
    SentinelToken token = Token();
    if (change) {
      change(token);
    }
    SignSentinel(token, {passing.method, passing.target, crypto::Sha256::Of(AsBytes(passing.body))},
                 signer);
    passing.user_agent = FormatSentinelToken(token);
    return passing;
  }

  std::vector<std::string> OursSays(const std::vector<Passing>& all) const {
    std::vector<std::string> reasons;
    NonceStore none;
    class : public RecordSink {
      void PutConnection(const ConnectionRecord&) override {}
      void PutExtent(MessageId, uint32_t, Bytes) override {}
      void PutMessage(const MessageRecord&) override {}
      void PutMessageFacts(MessageId, const MessageFacts&, Bytes, uint32_t) override {}
      void PutExchange(const ExchangeRecord&) override {}
      void PutLoss(const LossRecord&) override {}
      void Advance(const Marks&, TimeNs) override {}
    } nowhere;
    SentinelWatch watch(trust_, none, nowhere, [&](const SentinelRecord& record) {
      reasons.back() = SentinelVerdictName(record.verdict);
    });
    for (const Passing& passing : all) {
      // What does not even claim to be a sentinel is none.
      reasons.emplace_back("malformed");
      const ExchangeNumber number = reasons.size();
      const std::string head = "X / HTTP/1.1\r\nUser-Agent: " + passing.user_agent + "\r\n\r\n";
      watch.SeeRequest(
          Message(MessageIdOf(number, Side::kClient), AsBytes(head), AsBytes(passing.body)),
          passing.target);
      ExchangeRecord exchange = Exchange(number);
      exchange.method = passing.method;
      exchange.target = passing.target;
      exchange.began_at = passing.at;
      watch.PutExchange(exchange);
    }
    return reasons;
  }

  std::vector<std::string> PythonSays(const std::vector<Passing>& all) const {
    const auto base64 = [](Bytes bytes) {
      return crypto::ToBase64(bytes, crypto::Base64::kPadded);
    };
    Json keys;
    for (const TrustedKey& trusted : trust_.keys) {
      keys[base64(trusted.key.bytes())] =
          trusted.purposes.empty() ? Json() : Json(trusted.purposes);
    }
    std::string lines;
    for (const Passing& passing : all) {
      lines += Json{{"user_agent", passing.user_agent},
                    {"method", passing.method},
                    {"target", passing.target},
                    {"body", base64(AsBytes(passing.body))},
                    {"at", passing.at},
                    {"audience", trust_.audience},
                    {"keys", keys}}
                   .dump() +
               "\n";
    }
    const TemporaryFolder folder;
    const std::string command = fmt::format("{} {} < {}", TRAFREC_PYTHON, TRAFREC_SENTINEL_VERIFIER,
                                            folder.Write("sentinels", lines));
    FILE* const pipe = popen(command.c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    std::vector<std::string> reasons;
    std::array<char, 256> line;
    while (fgets(line.data(), line.size(), pipe) != nullptr) {
      reasons.emplace_back(line.data());
      reasons.back().pop_back();
    }
    EXPECT_EQ(pclose(pipe), 0);
    return reasons;
  }

  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
  const crypto::SigningKey narrow_ = crypto::SigningKey::Generate();
  const SentinelTrust trust_{"prod",
                             {{key_.verify_key(), {}}, {narrow_.verify_key(), {"lag", "x-test"}}}};
  unsigned tokens_ = 0;
};

TEST_F(Verifiers, AgreeOnEveryReason) {
  constexpr TimeNs kWindow = 60 * kNsPerSecond;
  std::vector<Passing> all = {Genuine(key_), Genuine(narrow_),
                              Genuine(crypto::SigningKey::Generate())};
  all.push_back(all.front());
  all.push_back(Genuine(narrow_, [](SentinelToken& token) { token.purpose = "x-test"; }));
  all.push_back(Genuine(key_, [](SentinelToken& token) { token.audience = "test"; }));
  for (const TimeNs off : {-kWindow - 1, -kWindow, kWindow, kWindow + 1}) {
    all.push_back(Genuine(key_, [&](SentinelToken& token) { token.sent_at += off; }));
  }
  for (std::string Passing::* part : {&Passing::method, &Passing::target, &Passing::body}) {
    all.push_back(Genuine(key_));
    all.back().*part += "x";
    all.push_back(Genuine(key_));
    all.back().*part += "\n";
  }
  all.push_back(Genuine(key_));
  all.back().user_agent[17] = '2';
  const std::vector<std::string> ours = OursSays(all);
  EXPECT_EQ(PythonSays(all), ours);
  EXPECT_EQ(
      std::set(ours.begin(), ours.end()),
      (std::set<std::string>{"counted", "unknown_key", "untrusted_purpose", "replayed",
                             "other_audience", "out_of_time", "bad_signature", "other_version"}));
}

TEST_F(Verifiers, AgreeOnEveryAlteredCharacter) {
  std::vector<Passing> all;
  const size_t length = Genuine(key_).user_agent.size();
  for (size_t at = 0; at < length; ++at) {
    for (const char c : {'0', 'f', 'A', ' ', '='}) {
      all.push_back(Genuine(key_));
      all.back().user_agent[at] = c;
    }
    all.push_back(Genuine(key_));
    all.back().user_agent.erase(at, 1);
    all.push_back(Genuine(key_));
    all.back().user_agent.insert(at, "0");
  }
  EXPECT_EQ(PythonSays(all), OursSays(all));
}

}  // namespace
}  // namespace trafrec::store
