#pragma once

namespace trafrec::jq {

/// Calls into libjq, whose assertions abort the process: of jq 1.6, `1e18 | todate` does. Not here:
/// false if `call` came to abort(), which it was taken out of. What it held is lost then, its locks
/// too, and nobody may use it again. So `call` calls C only, and owns nothing of C++.
///
/// Any thread. The handler of SIGABRT is the process's from the first use on; elsewhere an abort
/// ends the process as ever.
bool SurvivesAbort(void (*call)(void* about), void* about);

}  // namespace trafrec::jq
