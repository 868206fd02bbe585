#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace trafrec::reconcile::limits {

/// Writes and sights that one reading keeps; each takes half a kilobyte here, and as much again in
/// the model. A log with more is read twice, and only facts of documents that may matter are kept:
/// so many, or of documents in question alone.
constexpr size_t kFacts = 200'000;

/// Facts of documents in question. Of these a few are in the model at a time. If there are more,
/// nothing is said of the index.
constexpr size_t kFactsInQuestion = 1'000'000;

/// Documents of a long log whose last version is remembered, 16 bytes each at half a table's load.
/// What happened unseen to those beyond is not looked for, which leaves questions open and decides
/// none.
constexpr size_t kDocumentsWatched = size_t{1} << 22;

/// Documents to which something happened that no answer names, and of which nothing is asked: their
/// facts are kept as far as these leave room for those of documents in question.
constexpr size_t kDocumentsInDoubt = 50'000;

/// Stretches of a shard's numbers without a hole, over all shards, at 100 bytes each. Nothing is
/// said of an index whose numbers are in more pieces.
constexpr size_t kNumberRuns = 500'000;

/// Requests times answers of a connection whose order is in doubt, at eight bytes. Of longer ones
/// no answer finds its request.
constexpr size_t kPairingsTried = size_t{1} << 23;

/// Exchanges that one thread hands to another at a time, and their bytes as the log has them.
constexpr size_t kBatchExchanges = 64;
constexpr size_t kBatchBytes = size_t{256} << 10U;
/// So much is read of a log ahead of what is taken down. What has been taken apart takes a few
/// times as much.
constexpr size_t kBatches = 32;
constexpr size_t kBatchesBytes = size_t{4} << 20U;

/// Within so long, or twice the longest that a write of the log took, a request is presumed to have
/// been carried out: a pause of the source's collector is shorter, or others' answers show it.
constexpr TimeNs kSoonNs = 500 * kNsPerMs;

/// Within so long, or twice the longest that a write of its time took, what was received was begun
/// and done: an answer takes so long on an idle machine.
constexpr TimeNs kAtOnceNs = 20 * kNsPerMs;

/// What was written so long ago, searches find: twice the default of index.refresh_interval.
constexpr TimeNs kVisibleNs = 2'000 * kNsPerMs;

/// A deleted document's version is forgotten after index.gc_deletes; its default. Then versions
/// start again at 1.
constexpr TimeNs kDeletesKeptNs = 60'000 * kNsPerMs;

/// Exchanges under one name of which no answer says which index it means; more are taken together.
constexpr size_t kUnplacedExchanges = 100'000;

/// Kinds of values that a log's indices took, 100 bytes each, and refusals that are explained by
/// them. Of kinds beyond none is presumed to be taken; with more refusals nothing is.
constexpr size_t kKindsTaken = 200'000;
constexpr size_t kRefusedKept = 5'000;

/// Where of so many writes one sets the document's version, what was lost may have set any. Where
/// fewer do, they set those of documents of their own.
constexpr uint64_t kWritesForEachVersionSet = 10;

/// Bytes of the longest text that Lucene takes as one term.
constexpr size_t kTermBytes = 32'766;

}  // namespace trafrec::reconcile::limits
