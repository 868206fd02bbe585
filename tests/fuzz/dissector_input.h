#pragma once

#include <cstdint>

#include "reassembly/dissection/link_type.h"

namespace trafrec::reassembly {

/// What the first byte of a packet in a fuzzer's input stands for; the last is unknown.
inline constexpr uint16_t kFuzzedLinkTypes[] = {kLinkEthernet,
                                                kLinkRaw,
                                                kLinkNull,
                                                kLinkLinuxCooked,
                                                kLinkLinuxCooked2,
                                                kLinkPpp,
                                                kLinkPppEther,
                                                kLinkCiscoHdlc,
                                                kLink80211,
                                                kLink80211Radiotap,
                                                kLinkPpi,
                                                kLinkNflog,
                                                kLinkPppWithDirection,
                                                147};

}  // namespace trafrec::reassembly
