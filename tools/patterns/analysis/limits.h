#pragma once

#include <cstddef>
#include <cstdint>

// What the analysis of one log may hold. Together below 100 MB, whatever the log is like.

namespace trafrec::patterns::limits {

/// Slots of the timeline; over it their width grows. A second each for three days, a minute each
/// for half a year; 585 years (all that a time can be) fit as days.
inline constexpr size_t kSlotsMax = size_t{1} << 18;

/// Request shapes, clients and indices of which nothing is forgotten. A service has some hundreds;
/// more come from ids that do not look like ids, or from somebody who sends noise.
inline constexpr size_t kShapesMax = 1'000;
inline constexpr size_t kClientsMax = 2'000;
inline constexpr size_t kIndicesMax = 2'000;

/// Indices and APIs remembered of one client, for the person who must tell its owner.
inline constexpr size_t kNamesOfClientMax = 32;

/// Bytes of a name that is a key here: a path, a User-Agent, an index.
inline constexpr size_t kKeyBytesMax = 240;

/// Mutations that wait for their answers at one time: a connection each, of as many as a host has
/// ports. The sum of their waiting in a day's slot still fits 64 bits.
inline constexpr size_t kInFlightMax = size_t{1} << 16;

/// Rows of traffic by minute in JSON: a minute each for a month.
inline constexpr size_t kMinutesMax = 50'000;

}  // namespace trafrec::patterns::limits
