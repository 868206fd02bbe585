#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/dialect/key.h"

namespace trafrec::dialect {

/// What an operation does. The first five also say which action a bulk item is.
enum class Kind : uint8_t {
  kIndex,         ///< puts a document, whatever was there
  kCreate,        ///< puts a document where none is
  kUpdate,        ///< changes a document by a partial one or a script
  kDelete,        ///< deletes a document
  kBulk,          ///< of a whole request: its operations are items of the above kinds
  kGet,           ///< reads a document by its id: exact, whatever was refreshed
  kMultiGet,      ///< of a whole request: its operations are gets
  kSearch,        ///< finds documents: sees what was refreshed
  kMultiSearch,   ///< of a whole request: its operations are searches
  kOpenContext,   ///< opens a point in time
  kUseContext,    ///< goes on with a scroll, asks for an asynchronous result or a task
  kCloseContext,  ///< frees one of these
  kByQuery,       ///< updates or deletes what a search finds
  kReindex,       ///< copies what a search finds
  kTask,          ///< cancels or slows a running task
  kRefresh,       ///< makes what was written visible to searches
  kMaintain,      ///< flush, merge, caches: changes nothing that can be asked for
  kIndexAdmin,    ///< makes, deletes or changes indices, data streams, aliases, mappings
  kAdmin,         ///< changes the cluster: settings, templates, pipelines, scripts, users
  kInspect,       ///< looks at the cluster, or computes something from the request alone
  kRead,          ///< plain HTTP: a safe method
  kWrite,         ///< plain HTTP: any other
  kUnknown,       ///< no rule: ordered as a write of the whole service
};

/// "index", "by_query".
std::string_view NameOf(Kind kind);
/// Whether what it does leaves something behind that others can ask for: documents, indices,
/// settings, running tasks. Scrolls and refreshes do not.
bool IsMutation(Kind kind);
/// Whether its answer shows documents of an index.
bool ShowsDocuments(Kind kind);
/// Whether it writes one document that it names: index, create, update, delete.
bool WritesDocument(Kind kind);

/// What happens when an operation is carried out twice in a row.
enum class Repeat : uint8_t {
  kSafe,        ///< nothing: it changes nothing
  kIdempotent,  ///< the second one finds its work done, or is refused for it
  kAdds,        ///< the second one changes something again: increments, automatic ids
};

/// "safe", "idempotent", "adds".
std::string_view NameOf(Repeat repeat);

/// A piece of the request's body.
struct ByteRange {
  size_t offset = 0;
  size_t length = 0;

  std::string_view In(std::string_view body) const { return body.substr(offset, length); }
};

/// Whose counting a version follows.
enum class VersionType : uint8_t { kInternal, kExternal, kExternalGte };

/// Under which condition a document is written. With kInternal the version must be the stored one,
/// with the others a later one (or, kExternalGte, no earlier one).
struct Condition {
  std::optional<int64_t> if_seq_no;
  std::optional<int64_t> if_primary_term;
  std::optional<int64_t> version;
  VersionType version_type = VersionType::kInternal;

  bool any() const { return if_seq_no || if_primary_term || version; }
};

/// How a document is written; of document operations only.
struct Writing {
  Condition condition;
  bool automatic_id = false;
  bool scripted = false;  ///< an update by a script
  bool upserts = false;   ///< an update that makes the document if there is none
  bool require_alias = false;
  std::optional<int64_t> retry_on_conflict;
  std::string pipeline;
};

/// The least that has an order of its own. An exchange holds one, or as many as a bulk has items.
struct Operation {
  uint32_t item = 0;  ///< place in the request, from 0
  Kind kind = Kind::kUnknown;
  Repeat repeat = Repeat::kAdds;
  bool mutation = true;  ///< by its kind; an unknown one by RFC 9110's safe methods
  std::vector<Key> keys;
  std::string type;  ///< Elasticsearch 6.8 and 7: mapping type, "" for none or _doc
  Writing writing;
  /// Items of a bulk or msearch: their lines with line ends, `source` empty where there is none. In
  /// order and without overlap, so that a bulk can be split without writing it anew. Empty for
  /// other operations, and where ?source= takes the place of the body.
  ByteRange action;
  ByteRange source;
};

/// What a request means.
struct Meaning {
  /// "bulk", "indices.create": the names of the service's own clients; "" if the path is unknown.
  std::string_view api{};
  /// "/{index}/_doc/{id}". Of an unknown path its shape: "/_unknown/{}", to count by.
  std::string path{};
  Kind kind = Kind::kUnknown;
  bool mutation = true;                  ///< one of the operations is one
  std::string refresh{};                 ///< true, wait_for, false; "" if the request has none
  std::string wait_for_active_shards{};  ///< "" if the request has none
  std::vector<Operation> operations{};
  /// Why the body could not be understood ("line 3 of the bulk is no JSON object"); "" if it could.
  /// Operations then are those before that place, and one unknown for the rest.
  std::string trouble{};

  bool known() const { return kind != Kind::kUnknown; }
  /// Its operations may go in several requests: those of a bulk that could be read.
  bool goes_in_parts() const { return kind == Kind::kBulk && trouble.empty(); }
};

/// The indices, aliases and patterns that the request names, without doubles, in its order.
std::vector<std::string_view> IndicesOf(const Meaning& meaning);

}  // namespace trafrec::dialect
