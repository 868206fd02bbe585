#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "store/crypto/key_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Keygen, MakesAKeyForSignaturesAndPrintsItsId) {
  const TemporaryFolder folder;
  const std::string path = folder / "k";
  const Outcome outcome = Trafrec({"keygen", "--for", "sign", "--out", path});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto key = store::crypto::ReadSigningKey(path);
  ASSERT_TRUE(key);
  EXPECT_THAT(outcome.out, HasSubstr("key " + key->id()));
  EXPECT_TRUE(store::crypto::ReadVerifyKey(path + ".pub"));
}

TEST(Keygen, MakesAKeyForEncryption) {
  const TemporaryFolder folder;
  const std::string path = folder / "k";
  const Outcome outcome = Trafrec({"keygen", "--for", "encrypt", "--out", path, "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  const auto identity = store::crypto::ReadIdentity(path);
  ASSERT_TRUE(identity);
  EXPECT_EQ(json["for"], "encrypt");
  EXPECT_EQ(json["id"], identity->id());
  EXPECT_EQ(json["secret"], path);
  EXPECT_EQ(json["public"], path + ".pub");
}

TEST(Keygen, PrintsNothingOfTheSecret) {
  const TemporaryFolder folder;
  const std::string path = folder / "k";
  const Outcome outcome = Trafrec({"keygen", "--for", "sign", "--out", path});
  std::ifstream file(path);
  std::string header;
  std::string body;
  std::getline(file, header);
  std::getline(file, body);
  ASSERT_NE(body, "");
  EXPECT_EQ(outcome.out.find(body), std::string::npos);
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Keygen, RefusesToOverwrite) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("k", "mine");
  const Outcome outcome = Trafrec({"keygen", "--for", "sign", "--out", path});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("keys are not overwritten"));
  EXPECT_EQ(std::filesystem::file_size(path), 4U);
}

TEST(Keygen, AsksWhatTheKeyIsFor) {
  const Outcome outcome = Trafrec({"keygen"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--for sign"));
}

}  // namespace
}  // namespace trafrec::tools
