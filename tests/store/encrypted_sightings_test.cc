// Recorders whose logs are encrypted, read together: with a key as if they were clear, and without
// one as far as ports and sequence numbers go.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/merge_fixture.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class EncryptedSightings : public testing::Test {
 protected:
  EncryptedSightings() { keys_->push_back(crypto::Identity::Generate()); }

  Witness Encrypted(const std::string& name, Witness::Place place = {},
                    bool addresses = true) const {
    return {log_, name, place, false, {{keys_->front().recipient()}, addresses}};
  }
  std::unique_ptr<LogReader> Open(const Identities& identities) const {
    return LogReader::Open(log_, identities).value();
  }

  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
  const std::shared_ptr<std::vector<crypto::Identity>> keys_ =
      std::make_shared<std::vector<crypto::Identity>>();
  const Identities nobody_ = nullptr;
};

TEST_F(EncryptedSightings, AreJoinedWithAnIdentityAsIfTheyWereClear) {
  Encrypted("a").SawAll(1, 2).End();
  Encrypted("b").SawAll(2, 2).End();
  const auto reader = Open(keys_);
  EXPECT_THAT(reader->notes(), IsEmpty());
  EXPECT_THAT(Shown(*reader), ElementsAre("a-0001-11 /index/_doc/1", "a-0001-12 /index/_doc/2 x2"));
  EXPECT_THAT(Numbers(*reader, {.where = "client NOT NULL AND target LIKE '%/2'"}), SizeIs(1));
}

TEST_F(EncryptedSightings, AreJoinedByPortsWithoutAnIdentityAndANoteSaysSo) {
  Encrypted("a").SawAll(1, 2).End();
  Encrypted("b").SawAll(2, 2).End();
  const auto reader = Open(nobody_);
  EXPECT_THAT(reader->notes(), ElementsAre(HasSubstr("addresses of recorder 'a' are encrypted"),
                                           HasSubstr("addresses of recorder 'b' are encrypted")));
  EXPECT_THAT(Shown(*reader), ElementsAre("a-0001-11 (encrypted)", "a-0001-12 (encrypted) x2"));
}

TEST_F(EncryptedSightings, OfWhichOneIsClearAreJoinedToo) {
  Encrypted("a").SawAll(1, 1).End();
  Witness(log_, "b").SawAll(1, 1).End();
  const ExchangeRow row = Rows(*Open(nobody_)).at(0);
  EXPECT_EQ(row.sighting_count(), 2U);
  EXPECT_EQ(row.client.address, Connection(1).client.address);
}

TEST_F(EncryptedSightings, NeedNoNoteWhereAddressesAreClear) {
  Encrypted("a", {}, false).SawAll(1, 1).End();
  Encrypted("b", {}, false).SawAll(1, 1).End();
  EXPECT_THAT(Open(nobody_)->notes(), IsEmpty());
}

TEST_F(EncryptedSightings, AreNotFilteredByWhatIsHiddenWithoutAnIdentity) {
  Encrypted("a").SawAll(1, 2).End();
  Encrypted("b").SawAll(1, 2).End();
  const auto reader = Open(nobody_);
  EXPECT_THAT(RefusalOf(*reader, "target='/index/_doc/1'"),
              HasSubstr("target and host are encrypted"));
  EXPECT_THAT(RefusalOf(*reader, "server LIKE '10.%'"),
              HasSubstr("client and server are encrypted"));
  EXPECT_THAT(Numbers(*reader, {.where = "method='PUT' AND sightings=2"}), SizeIs(2));
}

TEST_F(EncryptedSightings, ClocksAreComparedWithAnIdentityAndWithout) {
  constexpr int64_t kAhead = 5 * kNsPerSecond;
  Encrypted("a").SawAll(1, 50).End();
  Witness(log_, "b", {.clock_ahead_ns = kAhead}).SawAll(1, 50).End();
  for (const Identities& identities : {nobody_, Identities(keys_)}) {
    const MergeReport report = Open(identities)->Merged().value().value();
    ASSERT_THAT(report.clocks, SizeIs(1));
    EXPECT_LE(std::abs(report.clocks[0].offset_ns - kAhead), report.clocks[0].uncertainty_ns);
    EXPECT_EQ(report.seen_by_several, 50U);
  }
}

}  // namespace
}  // namespace trafrec::store
