#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of import, with its reason. What a bound leaves out is named in the report.

namespace trafrec::import::limits {

/// One entry of a HAR file, one line of NDJSON, one record of a .gor file, as text: twice the
/// largest body that trafrec itself decodes would not fit into memory beside its parsed form.
inline constexpr size_t kRecordBytes = size_t{128} << 20;
/// Read at a time: few calls, and a part of the cache.
inline constexpr size_t kReadBytes = size_t{256} << 10;
/// Nesting of one entry of a HAR file. Honest ones have less than ten levels; with it the search
/// for the next whole entry after damage takes time in proportion to the file.
inline constexpr size_t kJsonDepth = 64;
/// Text before the entries of a HAR file: pages, browser and creator.
inline constexpr size_t kPrologueBytes = size_t{16} << 20;
/// Bytes at the front of a file that tell its format.
inline constexpr size_t kFormatBytes = size_t{4} << 10;
/// Exchanges held to bring them into order of time, and to find the response of a request, over all
/// files; each file has its share, but no less than the least of it.
inline constexpr size_t kWindowBytes = size_t{64} << 20;
inline constexpr size_t kWindowExchanges = 65'536;
inline constexpr size_t kWindowBytesLeast = size_t{1} << 20;
inline constexpr size_t kWindowExchangesLeast = 64;
/// Files of one import: each has a window and perhaps a decompressor.
inline constexpr size_t kFiles = 1'000;
/// Connections whose facts are known at a time. Half of what the store remembers of closed ones
/// (store/limits.h): one that it forgot has been forgotten here, too, and is put again.
inline constexpr size_t kConnections = 32'768;
/// Names of connections, and recorders, that a file may use at a time.
inline constexpr size_t kConnectionNames = 65'536;
/// Numbers of connections have 40 bits for those of one source, and the rest for the source.
inline constexpr uint64_t kConnectionNumbers = uint64_t{1} << 40;
inline constexpr uint64_t kSources = uint64_t{1} << 16;
/// Numbers of exchanges that are taken over; their messages have twice the number.
inline constexpr uint64_t kExchangeNumbers = uint64_t{1} << 48;
/// Longer bodies go to the log in pieces of this, as a recorder's do.
inline constexpr size_t kExtentBytes = size_t{256} << 10;
/// Places of a file that are named one by one; all are counted.
inline constexpr size_t kNamedPlaces = 100;

}  // namespace trafrec::import::limits
