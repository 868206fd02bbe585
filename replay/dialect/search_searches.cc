// Requests that find documents. Which indices they read is in the path, and sometimes in the body
// too: a terms query, a percolation or an indexed shape looks a document up in an index that it
// names. Such a body reads everything: rare, and to wait for too much is better than for too
// little.

#include <fmt/format.h>

#include <utility>

#include "replay/dialect/index_names.h"
#include "replay/dialect/json.h"
#include "replay/dialect/limits.h"
#include "replay/dialect/lines.h"
#include "replay/dialect/search_call.h"

namespace trafrec::dialect {
namespace {

bool NamesOtherIndices(std::string_view body) {
  return body.find("\"index\"") != std::string_view::npos ||
         body.find("\"_index\"") != std::string_view::npos;
}

/// The id of the point in time that the search looks into; "" if there is none.
std::string PointInTime(std::string_view body) {
  std::string id;
  if (body.find("\"pit\"") == std::string_view::npos) {
    return id;
  }
  ReadJson(body, [&id](JsonValue& root) {
    root.EachMember([&id](std::string_view key, JsonValue& value) {
      if (key == "pit") {
        value.EachMember([&id](std::string_view name, JsonValue& field) {
          if (name == "id") {
            id = field.Text().value_or("");
          }
        });
      }
    });
  });
  return id;
}

/// What a search of these indices with this body reads.
void AddSearchKeys(std::string_view indices, std::string_view body, std::vector<Key>& keys) {
  if (NamesOtherIndices(body)) {
    AddIndexKeys("", false, keys);
    return;
  }
  if (std::string pit = indices.empty() ? PointInTime(body) : ""; !pit.empty()) {
    // It sees what was there when it was opened, and later searches of it wait for none of this.
    keys.push_back({.scope = Scope::kContext, .name = std::move(pit)});
    return;
  }
  AddIndexKeys(indices, false, keys);
}

/// The indices of a search's header line, or of the request if it names none.
std::string HeaderIndices(std::string_view header, std::string_view defaults,
                          std::string& trouble) {
  std::string indices;
  if (IsBlank(header)) {
    return std::string(defaults);
  }
  const auto add = [&indices](JsonValue& value) {
    if (const auto name = value.Text(); name && !name->empty()) {
      indices += (indices.empty() ? "" : ",") + *name;
    }
  };
  trouble = ReadJson(header, [&](JsonValue& root) {
    root.EachMember([&](std::string_view key, JsonValue& value) {
      if (key == "index" || key == "indices") {
        if (value.type() == JsonValue::Type::kArray) {
          value.EachElement(add);
        } else {
          add(value);
        }
      }
    });
  });
  return indices.empty() ? std::string(defaults) : indices;
}

}  // namespace

void UnderstandSearch(const SearchCall& call, Meaning& meaning) {
  Operation operation = MakeOperation(call);
  if (const std::string_view id = call.part("id"); !id.empty()) {
    // _explain looks for one document, as searches see it.
    operation.keys.push_back({.scope = Scope::kDocument,
                              .name = IndexName(call.part("index")),
                              .id = std::string(id),
                              .routing = std::string(call.query("routing"))});
  } else {
    AddSearchKeys(call.part("index"), call.content(), operation.keys);
  }
  operation.type = call.part("type");
  meaning.operations.push_back(std::move(operation));
}

void UnderstandMultiSearch(const SearchCall& call, Meaning& meaning) {
  const std::string_view body = call.content();
  const bool in_body = !call.request.body.empty();
  Lines lines(body);
  while (!lines.done() && meaning.trouble.empty()) {
    const ByteRange header = lines.Next();
    const size_t number = lines.number();
    if (IsBlank(header.In(body)) && (number == 1 || lines.done())) {
      continue;  // elsewhere an empty line is a header that says nothing
    }
    const ByteRange source = lines.done() ? ByteRange{} : lines.Next();
    Operation operation = MakeOperation(call);
    operation.kind = Kind::kSearch;
    operation.item = static_cast<uint32_t>(meaning.operations.size());
    std::string trouble;
    const std::string indices = HeaderIndices(header.In(body), call.part("index"), trouble);
    if (meaning.operations.size() == limits::kOperations) {
      trouble = "more searches than are looked at";
    }
    if (trouble.empty()) {
      AddSearchKeys(indices, source.In(body), operation.keys);
    } else {
      meaning.trouble = fmt::format("line {} of the searches: {}", number, trouble);
      AddIndexKeys("", false, operation.keys);
    }
    operation.action = in_body ? header : ByteRange{};
    operation.source = in_body ? source : ByteRange{};
    meaning.operations.push_back(std::move(operation));
  }
}

}  // namespace trafrec::dialect
