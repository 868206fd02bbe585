#pragma once

#include <functional>

#include "store/db/database.h"
#include "store/format/records.h"

namespace trafrec::store {

/// Copies the rows of an encrypted segment, which is also attached to `database` as `source`, into
/// its own tables as they are: those whose frames are in the new table `frame`. Pages that cannot
/// be read are passed over. Fails only if the new rows cannot be written.
Status CopyRows(db::Database& source, db::Database& database);

/// What earlier segments of the attempt hold of a message.
struct EarlierMessage {
  bool there = false;
  int64_t extents_put = 0;  ///< as its row says
  int64_t extents = 0;      ///< that are there
};

/// Takes messages of which a part is lost out of their exchanges' rows, which then say so.
Status TakeOutLostMessages(db::Database& database,
                           const std::function<EarlierMessage(MessageId)>& earlier);

}  // namespace trafrec::store
