#include "reconcile/routing/index_settings.h"

#include <limits>

#include "replay/dialect/json.h"

namespace trafrec::reconcile {
namespace {

using dialect::JsonValue;

/// Objects in objects that names of settings are put together from: index.version.created has two.
constexpr int kSettingDepthMax = 4;

std::optional<uint32_t> NumberOf(const std::optional<std::string>& text) {
  const auto number = dialect::IntegerOf(text);
  return number && *number >= 0 && *number <= INT32_MAX
             ? std::optional(static_cast<uint32_t>(*number))
             : std::nullopt;
}

void TakeSetting(std::string_view name, const std::optional<std::string>& value,
                 IndexSettings& into) {
  if (name.starts_with("index.")) {
    name.remove_prefix(6);
  }
  if (name == "number_of_shards") {
    into.shards = NumberOf(value);
  } else if (name == "number_of_routing_shards") {
    into.routing_shards = NumberOf(value);
  } else if (name == "routing_partition_size") {
    into.partition_size = NumberOf(value);
  } else if (name == "default_pipeline" || name == "final_pipeline") {
    if (value && *value != "_none") {
      into.pipelines.push_back(*value);
    }
  } else if (name == "gc_deletes") {
    into.gc_deletes_set = true;
  } else if (name == "uuid") {
    into.uuid = value.value_or("");
  } else if (name == "version.created") {
    const auto created = NumberOf(value);
    into.created = created ? std::optional(VersionId{*created}) : std::nullopt;
  } else if (name == "creation_date") {
    const auto ms = dialect::IntegerOf(value);
    if (ms && *ms >= 0 && *ms < std::numeric_limits<TimeNs>::max() / kNsPerMs) {
      into.made_at = *ms * kNsPerMs;
    }
  } else if (name.starts_with("resize.source.") || name.starts_with("shrink.source.")) {
    into.resized = true;
  }
}

/// "index": {"version": {"created": …}} and "index.version.created": … are the same.
void TakeSettings(const std::string& prefix, int depth, JsonValue& object, IndexSettings& into) {
  object.EachMember([&](std::string_view key, JsonValue& value) {
    const std::string name = prefix + std::string(key);
    if (value.type() == JsonValue::Type::kObject) {
      if (depth < kSettingDepthMax) {
        TakeSettings(name + ".", depth + 1, value, into);
      }
      return;
    }
    TakeSetting(name, value.Text(), into);
  });
}

/// {"0": 1} in answers, [1] in the source's files.
void TakePrimaryTerms(JsonValue& terms, IndexSettings& into) {
  uint32_t place = 0;
  terms.EachElement([&](JsonValue& term) {
    if (const auto value = dialect::IntegerOf(term.Text())) {
      into.primary_terms[place] = *value;
    }
    ++place;
  });
  terms.EachMember([&](std::string_view shard, JsonValue& term) {
    const auto number = NumberOf(std::string(shard));
    const auto value = dialect::IntegerOf(term.Text());
    if (number && value) {
      into.primary_terms[*number] = *value;
    }
  });
}

/// One index of the cluster state, of a settings answer, or of the request that makes it.
void TakeIndex(JsonValue& index, IndexSettings& into) {
  std::optional<uint32_t> routing_shards;
  index.EachMember([&](std::string_view key, JsonValue& value) {
    if (key == "settings") {
      TakeSettings("", 0, value, into);
    } else if (key == "routing_num_shards") {
      routing_shards = NumberOf(value.Text());
    } else if (key == "primary_terms") {
      TakePrimaryTerms(value, into);
    }
  });
  if (routing_shards) {
    into.routing_shards = routing_shards;
  }
}

void TakeIndices(JsonValue& indices, std::vector<IndexSettings>& into) {
  indices.EachMember([&](std::string_view name, JsonValue& index) {
    IndexSettings& made = into.emplace_back();
    made.name = name;
    TakeIndex(index, made);
  });
}

/// What of a text was read, if all of it was right.
std::vector<IndexSettings> Read(std::string_view text,
                                void (*take)(JsonValue&, std::vector<IndexSettings>&)) {
  std::vector<IndexSettings> found;
  const std::string trouble = dialect::ReadJson(text, [&](JsonValue& root) { take(root, found); });
  return trouble.empty() ? found : std::vector<IndexSettings>();
}

}  // namespace

std::optional<KnownRouting> RoutingOf(const IndexSettings& settings,
                                      std::optional<VersionId> product) {
  if (!settings.shards) {
    return std::nullopt;
  }
  KnownRouting known{{*settings.shards, 0, settings.partition_size.value_or(1)}};
  const auto created = settings.created ? settings.created : product;
  if (settings.routing_shards) {
    known.routing.routing_shards = *settings.routing_shards;
  } else if (known.routing.shards == 1 && known.routing.partition_size == 1) {
    known.routing.routing_shards = 1;  // whatever it is, there is one shard
  } else if (created && !settings.resized) {
    known.routing.routing_shards = DefaultRoutingShards(known.routing.shards, *created);
    known.basis = RoutingBasis::kDefault;
  }
  return known.routing.valid() ? std::optional(known) : std::nullopt;
}

std::vector<IndexSettings> ReadClusterState(std::string_view answer) {
  return Read(answer, [](JsonValue& root, std::vector<IndexSettings>& found) {
    root.EachMember([&](std::string_view key, JsonValue& metadata) {
      if (key == "metadata") {
        metadata.EachMember([&](std::string_view part, JsonValue& indices) {
          if (part == "indices") {
            TakeIndices(indices, found);
          }
        });
      }
    });
  });
}

std::vector<IndexSettings> ReadSettingsAnswer(std::string_view answer) {
  return Read(answer, TakeIndices);
}

std::optional<IndexSettings> ReadCreation(std::string_view name, std::string_view body) {
  IndexSettings made;
  made.name = name;
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return made;
  }
  bool object = false;
  const std::string trouble = dialect::ReadJson(body, [&](JsonValue& root) {
    object = root.type() == JsonValue::Type::kObject;
    TakeIndex(root, made);
  });
  return object && trouble.empty() ? std::optional(made) : std::nullopt;
}

}  // namespace trafrec::reconcile
