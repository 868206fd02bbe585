#include "tools/source_state.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

using Json = nlohmann::json;

/// The member, or null: whatever the answer is, looking never fails.
const Json& At(const Json& value, const char* name) {
  static const Json kNull;
  const auto found = value.is_object() ? value.find(name) : value.end();
  return value.is_object() && found != value.end() ? *found : kNull;
}

std::optional<int64_t> Number(const Json& value) {
  return value.is_number_integer() ? std::optional(value.get<int64_t>()) : std::nullopt;
}

/// The cluster state gives some numbers as text.
std::optional<int64_t> NumberInText(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::string Text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

void AddStats(const std::string& index, const Json& stats, SourceState& state) {
  if (const std::string uuid = Text(At(stats, "uuid")); !uuid.empty()) {
    state.indices[index].uuid = uuid;
  }
  const Json& shards = At(stats, "shards");
  if (!shards.is_object()) {
    return;
  }
  for (const auto& [shard, copies] : shards.items()) {
    for (const Json& copy : copies) {
      const Json& routing = At(copy, "routing");
      const Json& numbers = At(copy, "seq_no");
      state.shards.push_back({.index = index,
                              .shard = shard,
                              .node = Text(At(routing, "node")),
                              .primary = At(routing, "primary") == Json(true),
                              .max_seq_no = Number(At(numbers, "max_seq_no")),
                              .local_checkpoint = Number(At(numbers, "local_checkpoint")),
                              .global_checkpoint = Number(At(numbers, "global_checkpoint"))});
    }
  }
}

void AddMetadata(const std::string& index, const Json& metadata, SourceState& state) {
  IndexIdentity& identity = state.indices[index];
  const std::string uuid = Text(At(At(At(metadata, "settings"), "index"), "uuid"));
  identity.uuid = uuid.empty() ? identity.uuid : uuid;
  identity.routing_num_shards = Number(At(metadata, "routing_num_shards"));
  const Json& terms = At(metadata, "primary_terms");
  if (!terms.is_object()) {
    return;
  }
  for (const auto& [shard, term] : terms.items()) {
    const auto number = NumberInText(shard);
    if (const auto value = Number(term); number && value) {
      identity.primary_terms[*number] = *value;
    }
  }
}

std::string OrUnknown(const std::optional<int64_t>& number) {
  return number ? std::to_string(*number) : "unknown";
}

}  // namespace

SourceState ParseSourceState(std::string_view answer) {
  SourceState state;
  const Json json = Json::parse(answer, nullptr, false);
  if (!json.is_object()) {
    state.trouble = "the answer is no JSON object";
    return state;
  }
  if (const Json& indices = At(json, "indices"); indices.is_object()) {
    for (const auto& [index, stats] : indices.items()) {
      AddStats(index, stats, state);
    }
  }
  if (const Json& indices = At(At(json, "metadata"), "indices"); indices.is_object()) {
    for (const auto& [index, metadata] : indices.items()) {
      AddMetadata(index, metadata, state);
    }
  }
  if (const std::string id = Text(At(json, "_id")); !id.empty()) {
    state.written = WrittenDocument{.index = Text(At(json, "_index")),
                                    .id = id,
                                    .seq_no = Number(At(json, "_seq_no")),
                                    .primary_term = Number(At(json, "_primary_term"))};
  }
  return state;
}

std::string SourceStateInWords(const SourceState& state) {
  std::string out;
  for (const ShardCopy& copy : state.shards) {
    out += fmt::format("    {}/{} {}: max_seq_no {}, local checkpoint {}, global checkpoint {}\n",
                       EscapeForTerminal(copy.index), EscapeForTerminal(copy.shard),
                       copy.primary ? "primary" : "replica", OrUnknown(copy.max_seq_no),
                       OrUnknown(copy.local_checkpoint), OrUnknown(copy.global_checkpoint));
  }
  for (const auto& [index, identity] : state.indices) {
    out +=
        fmt::format("    {}: uuid {}", EscapeForTerminal(index), EscapeForTerminal(identity.uuid));
    for (const auto& [shard, term] : identity.primary_terms) {
      out += fmt::format("{}{} of shard {}",
                         shard == identity.primary_terms.begin()->first ? ", primary term " : ", ",
                         term, shard);
    }
    out += identity.routing_num_shards
               ? fmt::format(", routing_num_shards {}", *identity.routing_num_shards)
               : "";
    out += "\n";
  }
  if (state.written) {
    out +=
        fmt::format("    wrote {}/{}: _seq_no {}, primary term {}\n",
                    EscapeForTerminal(state.written->index), EscapeForTerminal(state.written->id),
                    OrUnknown(state.written->seq_no), OrUnknown(state.written->primary_term));
  }
  return out + (state.trouble.empty() ? "" : "    " + state.trouble + "\n");
}

void AppendSourceStateJson(JsonAppender& json, const SourceState& state) {
  json.Open("shards", '[');
  for (const ShardCopy& copy : state.shards) {
    json.Open('{');
    json.Text("index", copy.index);
    json.Text("shard", copy.shard);
    json.Text("node", copy.node);
    json.Bool("primary", copy.primary);
    json.NumberOrNull("max_seq_no", copy.max_seq_no);
    json.NumberOrNull("local_checkpoint", copy.local_checkpoint);
    json.NumberOrNull("global_checkpoint", copy.global_checkpoint);
    json.Close('}');
  }
  json.Close(']');
  json.Open("indices", '[');
  for (const auto& [index, identity] : state.indices) {
    json.Open('{');
    json.Text("index", index);
    json.Text("uuid", identity.uuid);
    json.NumberOrNull("routing_num_shards", identity.routing_num_shards);
    json.Open("primary_terms", '{');
    for (const auto& [shard, term] : identity.primary_terms) {
      json.Number(std::to_string(shard), term);
    }
    json.Close('}');
    json.Close('}');
  }
  json.Close(']');
  if (state.written) {
    json.Open("written", '{');
    json.Text("index", state.written->index);
    json.Text("id", state.written->id);
    json.NumberOrNull("seq_no", state.written->seq_no);
    json.NumberOrNull("primary_term", state.written->primary_term);
    json.Close('}');
  } else {
    json.Null("written");
  }
}

}  // namespace trafrec::tools
