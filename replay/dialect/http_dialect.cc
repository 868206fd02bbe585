// What a request means to a service of which only HTTP is known: the method says what it does (RFC
// 9110, section 9; WebDAV: RFC 4918, RFC 3253, RFC 3648, RFC 3744, RFC 5323; PATCH: RFC 5789), the
// target says to what. A resource is its normalised path and query (target.h); methods that work on
// a tree touch everything below it as well, as a pattern.

#include <utility>

#include "replay/dialect/dialect.h"
#include "replay/dialect/target.h"

namespace trafrec::dialect {
namespace {

struct Method {
  std::string_view name;
  Kind kind;
  Repeat repeat;
  bool tree = false;  // with collections it touches what is below
};

constexpr Method kMethods[] = {
    {"GET", Kind::kRead, Repeat::kSafe},
    {"HEAD", Kind::kRead, Repeat::kSafe},
    {"OPTIONS", Kind::kRead, Repeat::kSafe},
    {"TRACE", Kind::kRead, Repeat::kSafe},
    {"PROPFIND", Kind::kRead, Repeat::kSafe, true},
    {"REPORT", Kind::kRead, Repeat::kSafe, true},
    {"SEARCH", Kind::kRead, Repeat::kSafe, true},
    {"QUERY", Kind::kRead, Repeat::kSafe},
    {"PUT", Kind::kWrite, Repeat::kIdempotent},
    {"DELETE", Kind::kWrite, Repeat::kIdempotent, true},
    {"POST", Kind::kWrite, Repeat::kAdds},
    {"PATCH", Kind::kWrite, Repeat::kAdds},
    {"PROPPATCH", Kind::kWrite, Repeat::kIdempotent},
    {"MKCOL", Kind::kWrite, Repeat::kIdempotent},
    {"COPY", Kind::kWrite, Repeat::kIdempotent, true},
    {"MOVE", Kind::kWrite, Repeat::kIdempotent, true},
    {"LOCK", Kind::kWrite, Repeat::kAdds, true},
    {"UNLOCK", Kind::kWrite, Repeat::kIdempotent, true},
    {"ACL", Kind::kWrite, Repeat::kIdempotent},
    {"ORDERPATCH", Kind::kWrite, Repeat::kIdempotent},
    {"MKCALENDAR", Kind::kWrite, Repeat::kIdempotent},
};

const Method* Find(std::string_view name) {
  for (const Method& method : kMethods) {
    if (method.name == name) {
      return &method;
    }
  }
  return nullptr;
}

/// A resource; with `tree` also all below it. A '*' in a path stands for itself, but it is a key's
/// wildcard: such a key may meet too much, never too little.
void AddPath(std::string path, bool write, bool tree, Operation& operation) {
  if (tree) {
    const std::string folder = path.ends_with('/') ? path : path + "/";
    operation.keys.push_back({.scope = Scope::kPath, .write = write, .name = folder + "*"});
  }
  operation.keys.push_back({.scope = Scope::kPath, .write = write, .name = std::move(path)});
}

/// The collections that hold it: what is written into one needs it, or makes it. With and without
/// the slash, because requests name them either way.
void AddCollections(std::string_view path, Operation& operation) {
  std::string_view rest = path.substr(0, path.find('?'));
  if (rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  for (size_t slash = rest.rfind('/'); slash != std::string_view::npos && slash > 0;
       slash = rest.rfind('/')) {
    operation.keys.push_back(
        {.scope = Scope::kPath, .name = std::string(rest.substr(0, slash + 1))});
    rest = rest.substr(0, slash);
    operation.keys.push_back({.scope = Scope::kPath, .name = std::string(rest)});
  }
}

class Http final : public Dialect {
 public:
  std::string_view name() const override { return "http"; }

  Meaning Understand(const RequestView& request) const override {
    const Method* method = Find(request.method);
    Operation operation;
    Meaning meaning;
    const std::string path = NormalTarget(request.target);
    if (method == nullptr) {
      meaning.path = std::string(request.method);
      operation.keys.push_back({.scope = Scope::kCluster, .write = true});
    } else {
      meaning.api = method->name;
      meaning.path = path.substr(0, path.find('?'));
      meaning.kind = method->kind;
      operation.kind = method->kind;
      operation.repeat = method->repeat;
      operation.mutation = IsMutation(method->kind);
      const bool moves = method->name == "MOVE";
      AddPath(path, operation.mutation && method->name != "COPY", method->tree, operation);
      if (operation.mutation) {
        AddCollections(path, operation);
      }
      if (moves || method->name == "COPY") {
        std::string destination = NormalTarget(FieldOf(request.headers, "Destination"));
        AddCollections(destination, operation);
        AddPath(std::move(destination), true, true, operation);
      }
    }
    meaning.mutation = operation.mutation;
    meaning.operations.push_back(std::move(operation));
    return meaning;
  }

  Answer ReadAnswer(const Meaning& meaning, const AnswerView& answer) const override {
    Answer read;
    for (const Operation& operation : meaning.operations) {
      read.outcomes.push_back(
          {.item = operation.item, .fate = FateOfStatus(answer.status), .status = answer.status});
    }
    return read;
  }
};

}  // namespace

const Dialect& HttpDialect() {
  static const Http kHttp;
  return kHttp;
}

}  // namespace trafrec::dialect
