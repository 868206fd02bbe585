#include "import/made_up.h"

#include "base/bytes.h"

namespace trafrec::import {
namespace {

/// FNV-1a.
class Hash {
 public:
  Hash& Add(Bytes bytes) {
    for (const uint8_t byte : bytes) {
      sum_ = (sum_ ^ byte) * 1'099'511'628'211ULL;
    }
    return *this;
  }
  Hash& Add(uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
      sum_ = (sum_ ^ (number >> shift & 0xffU)) * 1'099'511'628'211ULL;
    }
    return *this;
  }
  IpAddress ToAddress() const {
    IpAddress address;
    address.bytes[0] = 1;
    for (size_t i = 0; i < 8; ++i) {
      address.bytes[8 + i] = static_cast<uint8_t>(sum_ >> (8 * i));
    }
    return address;
  }

 private:
  uint64_t sum_ = 14'695'981'039'346'656'037ULL;
};

}  // namespace

void MakeUpAddresses(store::ConnectionRecord& connection) {
  if (connection.server.address == IpAddress{}) {
    // Nothing of its name: that may be encrypted, and addresses are not.
    connection.server.address.bytes = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  }
  if (connection.client == Endpoint{}) {
    connection.client.address = Hash()
                                    .Add(connection.server.address.bytes)
                                    .Add(connection.server.port)
                                    .Add(connection.number)
                                    .Add(static_cast<uint64_t>(connection.opened_at))
                                    .ToAddress();
  }
}

}  // namespace trafrec::import
