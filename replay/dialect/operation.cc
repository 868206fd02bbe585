#include "replay/dialect/operation.h"

#include <algorithm>

namespace trafrec::dialect {

std::string_view NameOf(Kind kind) {
  switch (kind) {
    case Kind::kIndex:
      return "index";
    case Kind::kCreate:
      return "create";
    case Kind::kUpdate:
      return "update";
    case Kind::kDelete:
      return "delete";
    case Kind::kBulk:
      return "bulk";
    case Kind::kGet:
      return "get";
    case Kind::kMultiGet:
      return "multi_get";
    case Kind::kSearch:
      return "search";
    case Kind::kMultiSearch:
      return "multi_search";
    case Kind::kOpenContext:
      return "open_context";
    case Kind::kUseContext:
      return "use_context";
    case Kind::kCloseContext:
      return "close_context";
    case Kind::kByQuery:
      return "by_query";
    case Kind::kReindex:
      return "reindex";
    case Kind::kTask:
      return "task";
    case Kind::kRefresh:
      return "refresh";
    case Kind::kMaintain:
      return "maintain";
    case Kind::kIndexAdmin:
      return "index_admin";
    case Kind::kAdmin:
      return "admin";
    case Kind::kInspect:
      return "inspect";
    case Kind::kRead:
      return "read";
    case Kind::kWrite:
      return "write";
    case Kind::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view NameOf(Repeat repeat) {
  switch (repeat) {
    case Repeat::kSafe:
      return "safe";
    case Repeat::kIdempotent:
      return "idempotent";
    case Repeat::kAdds:
      break;
  }
  return "adds";
}

bool WritesDocument(Kind kind) {
  return kind == Kind::kIndex || kind == Kind::kCreate || kind == Kind::kUpdate ||
         kind == Kind::kDelete;
}

bool ShowsDocuments(Kind kind) {
  return kind == Kind::kGet || kind == Kind::kMultiGet || kind == Kind::kSearch ||
         kind == Kind::kMultiSearch || kind == Kind::kUseContext;
}

bool IsMutation(Kind kind) {
  switch (kind) {
    case Kind::kIndex:
    case Kind::kCreate:
    case Kind::kUpdate:
    case Kind::kDelete:
    case Kind::kBulk:
    case Kind::kByQuery:
    case Kind::kReindex:
    case Kind::kTask:
    case Kind::kIndexAdmin:
    case Kind::kAdmin:
    case Kind::kWrite:
    case Kind::kUnknown:
      return true;
    default:
      return false;
  }
}

std::vector<std::string_view> IndicesOf(const Meaning& meaning) {
  std::vector<std::string_view> names;
  for (const Operation& operation : meaning.operations) {
    for (const Key& key : operation.keys) {
      const bool index = key.scope == Scope::kIndex || key.scope == Scope::kDocument;
      if (index && std::ranges::find(names, key.name) == names.end()) {
        names.push_back(key.name);
      }
    }
  }
  return names;
}

}  // namespace trafrec::dialect
