#include "replay/compare/json_compare.h"

#include "replay/compare/json_walk.h"

namespace trafrec::compare {

Differences CompareJson(const json::Tree& source, const json::Tree& target) {
  return source.text() == target.text() ? Differences{} : JsonWalk(source, target).Run();
}

}  // namespace trafrec::compare
