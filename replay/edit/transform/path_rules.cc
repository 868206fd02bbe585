#include <algorithm>
#include <array>
#include <vector>

#include "replay/edit/transform/rules.h"

namespace trafrec::transform {
namespace {

/// What Elasticsearch has under its own licence, by its clients' names. A name that ends with '.'
/// or
/// '_' stands for all that begin so.
constexpr std::array<std::string_view, 36> kXpack = {"async_search.",
                                                     "autoscaling.",
                                                     "cat.ml_",
                                                     "cat.transforms",
                                                     "ccr.",
                                                     "data_frame.",
                                                     "deprecation.",
                                                     "enrich.",
                                                     "eql.",
                                                     "esql.",
                                                     "fleet.",
                                                     "graph.",
                                                     "ilm.",
                                                     "indices.freeze",
                                                     "indices.migrate_to_data_stream",
                                                     "indices.modify_data_stream",
                                                     "indices.promote_data_stream",
                                                     "indices.unfreeze",
                                                     "inference.",
                                                     "license.",
                                                     "logstash.",
                                                     "migration.",
                                                     "ml.",
                                                     "monitoring.",
                                                     "rollup.",
                                                     "searchable_snapshots.",
                                                     "security.",
                                                     "shutdown.",
                                                     "slm.",
                                                     "sql.",
                                                     "ssl.",
                                                     "terms_enum",
                                                     "text_structure.",
                                                     "transform.",
                                                     "watcher.",
                                                     "xpack."};

bool IsXpack(std::string_view api) {
  return std::ranges::any_of(kXpack, [api](std::string_view name) {
    return name.ends_with('.') || name.ends_with('_') ? api.starts_with(name) : api == name;
  });
}

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const size_t end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

/// application/vnd.elasticsearch+json;compatible-with=7 is application/json.
std::string WithoutVendor(std::string_view value) {
  constexpr std::string_view kVendor = "application/vnd.elasticsearch+";
  std::string out;
  while (true) {
    const size_t at = value.find(kVendor);
    out += value.substr(0, at);
    if (at == std::string_view::npos) {
      return out;
    }
    value.remove_prefix(at + kVendor.size());
    const size_t name = std::min(value.find_first_of("; ,"), value.size());
    out += "application/";
    out += value.substr(0, name);
    value.remove_prefix(name);
    // Of its parameters only the version goes.
    const size_t end = std::min(value.find(','), value.size());
    std::string_view parameters = value.substr(0, end);
    value.remove_prefix(end);
    while (!parameters.empty()) {
      const size_t next = std::min(parameters.find(';', 1), parameters.size());
      const std::string_view one = parameters.substr(0, next);
      out += one.find("compatible-with") == std::string_view::npos ? one : "";
      parameters.remove_prefix(next);
    }
  }
}

}  // namespace

bool CompatibleMediaTypes(Call& call) {
  for (message::Field& field : call.request().fields) {
    if ((message::SameName(field.name, "Accept") ||
         message::SameName(field.name, "Content-Type")) &&
        field.value.find("application/vnd.elasticsearch+") != std::string::npos) {
      field.value = WithoutVendor(field.value);
      call.MarkFields();
    }
  }
  return call.changed_fields();
}

bool XpackApis(Call& call) {
  const auto& segments = call.target().segments;
  const bool unknown = call.api().empty() && !segments.empty() && segments[0] == "_xpack";
  if (!unknown && (call.in_opensearch() || !IsXpack(call.api()))) {
    return false;
  }
  call.Drop("OpenSearch has no " + std::string(unknown ? "_xpack" : call.api()));
  return true;
}

bool PointInTime(Call& call) {
  if (call.api() == "open_point_in_time") {
    call.SetPath("/" + std::string(call.target().written[0]) + "/_search/point_in_time");
    return true;
  }
  if (call.api() != "close_point_in_time") {
    return false;
  }
  call.SetPath("/_search/point_in_time");
  call.EditBody([](const json::Tree& tree, json::Patch& patch) {
    if (const auto id = tree.Find(json::Tree::kRoot, "id"); id) {
      patch.Rename(*id, "pit_id");
      patch.Replace(*id, "[" + std::string(tree.TextOf(*id)) + "]");
    }
  });
  return true;
}

bool TypesInPaths(Call& call) {
  if (call.api() == "indices.put_mapping" && call.path().starts_with("/_mapping")) {
    call.SetPath("/_all/_mapping");  // OpenSearch wants an index there
    return true;
  }
  if (call.in_opensearch() || call.path().find("{type}") == std::string_view::npos) {
    return false;
  }
  const std::vector<std::string_view> pattern = Split(call.path());
  const auto& written = call.target().written;
  const bool document = call.path().starts_with("/{index}/{type}/{id}");
  std::string path;
  if (call.api() == "indices.exists_type") {
    path = "/" + std::string(written[0]);  // of an index without types, that it is there
  } else if (document) {
    // /{index}/{type}/{id}, and with an operation behind it, which now stands before the id.
    const std::string_view operation = pattern.size() > 3 ? written[3] : "_doc";
    path = "/" + std::string(written[0]) + "/" + std::string(operation) + "/" +
           std::string(written[2]);
  } else {
    for (size_t i = 0; i < pattern.size(); ++i) {
      path += pattern[i] == "{type}" ? "" : "/" + std::string(written[i]);
    }
    path += pattern.size() == 2 && pattern[1] == "{type}" && pattern[0] == "{index}" ? "/_doc" : "";
  }
  call.SetPath(path);
  return true;
}

}  // namespace trafrec::transform
