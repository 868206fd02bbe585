#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "replay/compare/rules.h"
#include "replay/compare/tally.h"

namespace trafrec::compare {

/// A pair of answers as it was compared once: what differs, before any rule was asked. Rules can be
/// asked again without reading the answers, as long as none of them needs more than this.
struct KeptPair {
  Compared pair{};
  int source_status = 0;
  int target_status = 0;
  /// Some differences were not kept, or a rule made others of them: the answers are needed.
  bool incomplete = false;
};

/// A pair that was compared under any rules, in a form that only the same build reads.
std::string KeptForm(const Compared& pair, int source_status, int target_status);
/// The opposite. Nothing: the bytes are none.
std::optional<KeptPair> ReadKept(std::string_view bytes);

/// The pair as these rules judge it. Nothing: they need the answers, or the request.
std::optional<Compared> JudgeKept(KeptPair kept, const std::vector<Rule>& rules);

}  // namespace trafrec::compare
