#pragma once

#include "base/error.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

namespace trafrec::recorded {

/// The dialect that the first exchanges of a log speak.
Result<const dialect::Dialect*> RecognizeDialect(store::LogReader& log);

}  // namespace trafrec::recorded
