// The items of a bulk, by their lines.
//
// Only action lines are read, and the source lines of updates (for their scripts): a line that is a
// document is somebody else's affair, and most of the body. Where a line cannot be read, both
// products refuse the whole request before they do anything; a server that reads a bulk piece by
// piece (/_bulk/stream, Elasticsearch from 8.16 on) may have carried out what stands before. So
// what was understood stays, and the rest is one operation that may be anything.

#include <fmt/format.h>

#include <utility>

#include "replay/dialect/document_fields.h"
#include "replay/dialect/index_names.h"
#include "replay/dialect/limits.h"
#include "replay/dialect/lines.h"
#include "replay/dialect/search_call.h"

namespace trafrec::dialect {
namespace {

std::optional<Kind> ActionOf(std::string_view name) {
  for (const Kind kind : {Kind::kIndex, Kind::kCreate, Kind::kUpdate, Kind::kDelete}) {
    if (NameOf(kind) == name) {
      return kind;
    }
  }
  return std::nullopt;
}

struct Action {
  DocumentFields fields;
  std::optional<Kind> kind{};
  bool read = false;
};

/// {"index": {"_index": "logs", "_id": "1"}}; returns what is wrong, or "".
std::string ReadAction(std::string_view line, Action& action) {
  std::string trouble = ReadJson(line, [&action](JsonValue& root) {
    root.EachMember([&action](std::string_view name, JsonValue& value) {
      if (action.read) {
        return;
      }
      action.read = true;
      action.kind = ActionOf(name);
      value.EachMember(
          [&action](std::string_view key, JsonValue& field) { action.fields.Take(key, field); });
    });
  });
  if (trouble.empty() && !action.read) {
    trouble = "no action in it";
  }
  return trouble;
}

class BulkReader {
 public:
  BulkReader(const SearchCall& call, Meaning& meaning)
      : body_(call.request.body), lines_(body_), meaning_(meaning) {
    defaults_.index = IndexName(call.part("index"));
    defaults_.type = call.part("type");
    for (const std::string_view name : {"routing", "pipeline", "require_alias"}) {
      if (call.has_query(name)) {
        defaults_.Take(name, std::string(call.query(name)));
      }
    }
  }

  void Run() {
    while (!lines_.done()) {
      const ByteRange line = lines_.Next();
      if (IsBlank(line.In(body_))) {
        continue;
      }
      std::string trouble = meaning_.operations.size() == limits::kOperations
                                ? "more operations than are looked at"
                                : ReadItem(line);
      if (!trouble.empty()) {
        GiveUp(line, std::move(trouble));
        return;
      }
    }
  }

 private:
  std::string ReadItem(ByteRange line) {
    const size_t number = lines_.number();
    Action action{.fields = defaults_};
    if (const std::string trouble = ReadAction(line.In(body_), action); !trouble.empty()) {
      return fmt::format("line {} of the bulk: {}", number, trouble);
    }
    if (!action.kind) {
      Note(fmt::format(
          "line {} of the bulk: its action is none of index, create, update and delete", number));
      lines_.Next();
      return "";
    }
    Operation operation = DocumentOperation(*action.kind, std::move(action.fields));
    operation.item = static_cast<uint32_t>(meaning_.operations.size());
    operation.action = line;
    if (operation.kind != Kind::kDelete) {
      if (lines_.done()) {
        return fmt::format("line {} of the bulk: the document after it is missing", number);
      }
      operation.source = lines_.Next();
      ReadSource(operation);
    }
    meaning_.operations.push_back(std::move(operation));
    return "";
  }

  /// A bad document spoils its own item only, as with both products.
  void ReadSource(Operation& operation) {
    if (operation.kind != Kind::kUpdate) {
      return;
    }
    const std::string trouble = ReadUpdate(operation.source.In(body_), operation.writing);
    if (operation.writing.scripted && !operation.writing.condition.any()) {
      operation.repeat = Repeat::kAdds;
    }
    if (!trouble.empty()) {
      Note(fmt::format("line {} of the bulk: {}", lines_.number(), trouble));
    }
  }

  /// The first trouble is told.
  void Note(std::string trouble) {
    if (meaning_.trouble.empty()) {
      meaning_.trouble = std::move(trouble);
    }
  }

  void GiveUp(ByteRange from, std::string trouble) {
    Note(std::move(trouble));
    Operation rest;
    rest.item = static_cast<uint32_t>(meaning_.operations.size());
    rest.keys.push_back({.scope = Scope::kCluster, .write = true});
    rest.action = {from.offset, body_.size() - from.offset};
    meaning_.operations.push_back(std::move(rest));
  }

  std::string_view body_;
  Lines lines_;
  DocumentFields defaults_;
  Meaning& meaning_;
};

}  // namespace

void UnderstandBulk(const SearchCall& call, Meaning& meaning) { BulkReader(call, meaning).Run(); }

}  // namespace trafrec::dialect
