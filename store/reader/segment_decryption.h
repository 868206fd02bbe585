#pragma once

#include <memory>

#include "base/error.h"
#include "store/db/database.h"
#include "store/format/encryption.h"
#include "store/format/segment_cipher.h"

namespace trafrec::store {

/// Lets the queries of a reader see an encrypted segment as if it were clear: temporary tables and
/// views stand before the tables and decrypt what is asked for. Null, and nothing done, if the
/// segment is not encrypted. An Error names the recipients if identities were given and none is one
/// of them.
///
/// Without any identity null comes back, too, and the views hide what is encrypted: a row's target
/// and host, and the words of a sentinel, read "(encrypted)", addresses are null, and a condition
/// on one of them in the view `exchanges` is an Error of kPermission.
///
/// What comes back must outlive the connection, and the connection stays at its place.
Result<std::unique_ptr<SegmentCipher>> OpenEncryptedSegment(db::Database& database,
                                                            const Identities& identities);

}  // namespace trafrec::store
