#pragma once

#include <cstdint>

namespace trafrec::reassembly {

/// LINKTYPE_ values (https://www.tcpdump.org/linktypes.html) that the dissector knows.
enum LinkType : uint16_t {
  kLinkNull = 0,  ///< BSD loopback, address family in the capturing host's byte order
  kLinkEthernet = 1,
  kLinkPpp = 9,
  kLinkRawDlt12 = 12,  ///< DLT_RAW, as some tools wrote it into files
  kLinkRawDlt14 = 14,  ///< the same on OpenBSD
  kLinkPppHdlc = 50,
  kLinkPppEther = 51,
  kLinkRaw = 101,
  kLinkCiscoHdlc = 104,
  kLink80211 = 105,
  kLinkLoop = 108,  ///< OpenBSD loopback, address family in network byte order
  kLinkLinuxCooked = 113,
  kLink80211Radiotap = 127,
  kLinkPppPppd = 166,  ///< a direction in place of the address byte
  kLinkPpi = 192,
  kLinkPppWithDirection = 204,  ///< a direction before it
  kLinkIpv4 = 228,
  kLinkIpv6 = 229,
  kLinkNflog = 239,
  kLinkLinuxCooked2 = 276,
};

}  // namespace trafrec::reassembly
