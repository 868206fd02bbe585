#pragma once

#include <cstdint>

namespace trafrec::reassembly {

/// LINKTYPE_ values (https://www.tcpdump.org/linktypes.html) that the dissector knows.
enum LinkType : uint16_t {
  kLinkNull = 0,  ///< BSD loopback, address family in the capturing host's byte order
  kLinkEthernet = 1,
  kLinkTokenRing = 6,
  kLinkPpp = 9,
  kLinkFddi = 10,
  kLinkAtmDlt11 = 11,  ///< LLC over ATM, as some tools wrote it into files
  kLinkRawDlt12 = 12,  ///< DLT_RAW, as some tools wrote it into files
  kLinkRawDlt14 = 14,  ///< the same on OpenBSD
  kLinkPppHdlc = 50,
  kLinkPppEther = 51,
  kLinkAtm = 100,
  kLinkRaw = 101,
  kLinkCiscoHdlc = 104,
  kLink80211 = 105,
  kLinkFrameRelay = 107,
  kLinkLoop = 108,  ///< OpenBSD loopback, address family in network byte order
  kLinkEnc = 109,   ///< OpenBSD's view into IPsec
  kLinkLinuxCooked = 113,
  kLinkPfLog = 117,
  kLink80211Prism = 119,
  kLinkIpOverFibreChannel = 122,
  kLink80211Radiotap = 127,
  kLinkPktapDlt149 = 149,  ///< PKTAP, as Apple's tcpdump wrote it into files
  kLink80211Avs = 163,
  kLinkPppPppd = 166,  ///< a direction in place of the address byte
  kLinkPpi = 192,
  kLinkPppWithDirection = 204,  ///< a direction before it
  kLinkMpls = 219,
  kLinkIpv4 = 228,
  kLinkIpv6 = 229,
  kLinkNflog = 239,
  kLinkPktap = 258,  ///< Apple's, each packet with a link type of its own
  kLinkLinuxCooked2 = 276,
};

}  // namespace trafrec::reassembly
