#pragma once

#include <cstddef>
#include <cstdint>

// The constants of the pcap and pcapng formats (IETF drafts draft-ietf-opsawg-pcap and
// draft-ietf-opsawg-pcapng), as a little-endian machine reads a little-endian file.

namespace trafrec::capture::format {

inline constexpr uint32_t kPcapMicroseconds = 0xa1b2c3d4;
inline constexpr uint32_t kPcapNanoseconds = 0xa1b23c4d;
/// Alexey Kuznetzov's variant (old Linux distributions): eight more bytes in each packet's header,
/// among them the packet's direction.
inline constexpr uint32_t kPcapKuznetzov = 0xa1b2cd34;
inline constexpr size_t kPcapFileHeader = 24;
inline constexpr size_t kPcapPacketHeader = 16;
inline constexpr size_t kPcapKuznetzovHeader = 24;
/// Above these bits of the link type are the length of the frame check sequence and flags.
inline constexpr uint32_t kLinkTypeMask = 0xffff;

inline constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;
inline constexpr uint32_t kSectionHeader = 0x0a0d0d0a;  // the same in both byte orders
inline constexpr uint32_t kInterfaceDescription = 1;
inline constexpr uint32_t kPacketBlock = 2;  // obsolete, and still found
inline constexpr uint32_t kSimplePacket = 3;
inline constexpr uint32_t kInterfaceStatistics = 5;
inline constexpr uint32_t kEnhancedPacket = 6;

inline constexpr uint16_t kOptionEnd = 0;
inline constexpr uint16_t kOptionInterfaceName = 2;
inline constexpr uint16_t kOptionTimeResolution = 9;
inline constexpr uint16_t kOptionTimeOffset = 14;
inline constexpr uint16_t kOptionPacketFlags = 2;
inline constexpr uint16_t kOptionInterfaceDrops = 5;
inline constexpr uint16_t kOptionSystemDrops = 7;

inline constexpr uint32_t kFlagsDirectionMask = 3;
inline constexpr uint32_t kFlagsOutbound = 2;
inline constexpr uint32_t kFlagsChecksumNotReady = 1U << 9;

}  // namespace trafrec::capture::format
