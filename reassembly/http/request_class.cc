#include "reassembly/http/request_class.h"

#include <algorithm>
#include <array>

namespace trafrec::reassembly {
namespace {

/// Last path parts of requests that read though they are POSTs.
constexpr std::array<std::string_view, 11> kReadEndpoints = {
    "_search", "_msearch",  "_mget",    "_count",         "_field_caps",  "_explain",
    "_eql",    "_validate", "_analyze", "_search_shards", "_termvectors",
};

std::string_view TakeLastPart(std::string_view& path) {
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const size_t slash = path.rfind('/');
  const std::string_view part = slash == std::string_view::npos ? path : path.substr(slash + 1);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  return part;
}

bool IsReadEndpoint(std::string_view part) {
  return std::find(kReadEndpoints.begin(), kReadEndpoints.end(), part) != kReadEndpoints.end();
}

}  // namespace

bool IsRead(std::string_view method, std::string_view target) {
  if (method == "GET" || method == "HEAD" || method == "OPTIONS") {
    return true;
  }
  if (method != "POST") {
    return false;
  }
  std::string_view path = target.substr(0, target.find_first_of("?#"));
  const std::string_view last = TakeLastPart(path);
  if (IsReadEndpoint(last)) {
    return true;
  }
  // _search/scroll, _search/template, _msearch/template; _explain/ID, _termvectors/ID.
  const std::string_view before = TakeLastPart(path);
  const bool form = last == "scroll" || last == "template" || last == "query";
  return (form && (before == "_search" || before == "_msearch" || before == "_validate")) ||
         before == "_explain" || before == "_termvectors";
}

}  // namespace trafrec::reassembly
