#include "tools/patterns/analysis/shape.h"

#include <string_view>
#include <vector>

#include "tools/patterns/analysis/folding.h"
#include "tools/patterns/analysis/limits.h"

namespace trafrec::patterns {
namespace {

/// "/{index}/_doc/{id}" with the indices put in, so that one sees which.
std::string PathOf(const dialect::Meaning& meaning) {
  constexpr std::string_view kPlace = "{index}";
  std::string path = meaning.path;
  const size_t place = path.find(kPlace);
  const std::vector<std::string_view> indices = dialect::IndicesOf(meaning);
  if (place == std::string::npos || indices.empty()) {
    return path;
  }
  std::string names;
  for (const std::string_view index : indices) {
    names += (names.empty() ? "" : ",") + FoldName(index);
  }
  return path.replace(place, kPlace.size(), names.substr(0, limits::kKeyBytesMax));
}

/// The parameters' names as FoldTarget has them: from the '?' on.
std::string ParametersOf(std::string_view target) {
  const size_t question = target.find('?');
  return question == std::string_view::npos ? "" : FoldTarget(target.substr(question));
}

}  // namespace

bool IsApi(const dialect::Meaning& meaning) {
  return meaning.known() && meaning.kind != dialect::Kind::kRead &&
         meaning.kind != dialect::Kind::kWrite && !meaning.path.empty();
}

std::string ShapeOf(const dialect::RequestView& request, const dialect::Meaning& meaning) {
  return std::string(request.method.substr(0, limits::kKeyBytesMax)) + " " +
         (IsApi(meaning) ? PathOf(meaning) + ParametersOf(request.target)
                         : FoldTarget(request.target));
}

}  // namespace trafrec::patterns
