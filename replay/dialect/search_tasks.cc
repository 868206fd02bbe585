// Requests that go on for longer than one exchange: contexts (scrolls, points in time, asynchronous
// searches, cursors), tasks, and what runs as one: by-query operations and reindex.

#include <utility>

#include "replay/dialect/index_names.h"
#include "replay/dialect/json.h"
#include "replay/dialect/limits.h"
#include "replay/dialect/search_call.h"

namespace trafrec::dialect {
namespace {

/// Names of what a request goes on with: path, query and body.
constexpr std::string_view kIdParts[] = {"scroll_id", "id", "task_id", "async_id"};

void AddContext(std::string id, bool write, Operation& operation) {
  if (id == "_all") {
    id = "*";
  }
  if (operation.keys.size() == limits::kKeys) {
    operation.keys.clear();
    id = "*";
  }
  operation.keys.push_back({.scope = Scope::kContext, .write = write, .name = std::move(id)});
}

bool IsIdField(std::string_view key) {
  return key == "scroll_id" || key == "id" || key == "pit_id" || key == "cursor";
}

/// Ids in a body: {"scroll_id": "…"}, {"pit_id": ["…", "…"]}.
std::string AddContextsOfBody(std::string_view body, bool write, Operation& operation) {
  const auto add = [&](JsonValue& value) {
    if (auto id = value.Text()) {
      AddContext(std::move(*id), write, operation);
    }
  };
  return ReadJson(body, [&](JsonValue& root) {
    root.EachMember([&](std::string_view key, JsonValue& value) {
      if (IsIdField(key) && value.type() == JsonValue::Type::kArray) {
        value.EachElement(add);
      } else if (IsIdField(key)) {
        add(value);
      }
    });
  });
}

/// A name or a list of names.
std::string NamesOf(JsonValue& value) {
  std::string names;
  const auto add = [&names](JsonValue& element) {
    if (const auto name = element.Text()) {
      names += (names.empty() ? "" : ",") + *name;
    }
  };
  if (value.type() == JsonValue::Type::kArray) {
    value.EachElement(add);
  } else {
    add(value);
  }
  return names;
}

struct ReindexBody {
  std::string source;
  std::string dest;
  std::string pipeline;
  bool remote = false;
  bool scripted = false;

  std::string Read(std::string_view body) {
    return ReadJson(body, [this](JsonValue& root) {
      root.EachMember([this](std::string_view key, JsonValue& value) {
        scripted = scripted || key == "script";
        const bool from = key == "source";
        if (!from && key != "dest") {
          return;
        }
        value.EachMember([this, from](std::string_view name, JsonValue& field) {
          if (name == "index") {
            (from ? source : dest) = NamesOf(field);
          } else if (name == "pipeline") {
            pipeline = field.Text().value_or("");
          }
          remote = remote || (from && name == "remote");
        });
      });
    });
  }
};

}  // namespace

void UnderstandContext(const SearchCall& call, Meaning& meaning) {
  Operation operation = MakeOperation(call);
  if (operation.kind == Kind::kOpenContext) {
    AddIndexKeys(call.part("index"), false, operation.keys);
    meaning.operations.push_back(std::move(operation));
    return;
  }
  // The next page of a scroll is another one each time; a result that is asked for stays.
  const bool scroll = meaning.api == "scroll";
  const bool write = scroll || operation.kind != Kind::kUseContext;
  operation.repeat = scroll ? Repeat::kAdds : operation.repeat;
  for (const std::string_view name : kIdParts) {
    const std::string_view part = call.part(name);
    const std::string_view id = part.empty() ? call.query(name) : part;
    if (!id.empty()) {
      for (std::string& each : IndexNames(id)) {
        AddContext(std::move(each), write, operation);
      }
    }
  }
  if (const std::string_view body = call.content(); !body.empty()) {
    const std::string trouble = AddContextsOfBody(body, write, operation);
    meaning.trouble = trouble.empty() ? "" : "the ids in the body: " + trouble;
  }
  if (operation.keys.empty()) {
    AddContext("*", write, operation);
  }
  meaning.operations.push_back(std::move(operation));
}

void UnderstandByQuery(const SearchCall& call, Meaning& meaning) {
  Operation operation = MakeOperation(call);
  AddIndexKeys(call.part("index"), true, operation.keys);
  operation.type = call.part("type");
  operation.writing.pipeline = call.query("pipeline");
  const std::string_view body = call.content();
  if (meaning.api == "update_by_query" && !body.empty()) {
    const std::string trouble = ReadJson(body, [&operation](JsonValue& root) {
      root.EachMember([&operation](std::string_view key, JsonValue&) {
        operation.writing.scripted = operation.writing.scripted || key == "script";
      });
    });
    operation.writing.scripted = operation.writing.scripted || !trouble.empty();
    operation.repeat = operation.writing.scripted ? Repeat::kAdds : operation.repeat;
    meaning.trouble = trouble.empty() ? "" : "the body: " + trouble;
  }
  meaning.operations.push_back(std::move(operation));
}

void UnderstandReindex(const SearchCall& call, Meaning& meaning) {
  Operation operation = MakeOperation(call);
  ReindexBody body;
  const std::string trouble = body.Read(call.request.body);
  meaning.trouble = trouble.empty() ? "" : "the body of the reindex: " + trouble;
  operation.writing.scripted = body.scripted;
  operation.writing.pipeline = body.pipeline;
  operation.repeat = body.scripted ? Repeat::kAdds : operation.repeat;
  if (!body.remote && trouble.empty()) {
    AddIndexKeys(body.source, false, operation.keys);
  }
  // A script may choose another index for each document.
  AddIndexKeys(body.scripted || !trouble.empty() ? "" : body.dest, true, operation.keys);
  meaning.operations.push_back(std::move(operation));
}

}  // namespace trafrec::dialect
