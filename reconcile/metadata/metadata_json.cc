#include "reconcile/metadata/metadata_json.h"

#include "reconcile/metadata/limits.h"

namespace trafrec::reconcile {
namespace {

void TakeFields(const JsonPlace& properties, const std::string& prefix, int depth,
                NamedValues& fields) {
  if (depth > limits::kMetadataDepth) {
    return;
  }
  for (const JsonPlace& field : properties.Children()) {
    const std::string name = prefix + field.Key();
    fields[name] = field["type"].exists() ? field["type"].Text() : "object";
    for (const char* within : {"properties", "fields"}) {
      if (field[within].Is(json::Type::kObject)) {
        TakeFields(field[within], name + ".", depth + 1, fields);
      }
    }
  }
}

void TakeNamed(const JsonPlace& settings, const std::string& prefix, int depth,
               NamedValues& named) {
  for (const JsonPlace& setting : settings.Children()) {
    const std::string name = prefix + setting.Key();
    if (setting.Is(json::Type::kObject)) {
      if (depth < limits::kMetadataDepth) {
        TakeNamed(setting, name + ".", depth + 1, named);
      }
    } else {
      named[name] = setting.Is(json::Type::kNull) ? "null" : TextsIn(setting);
    }
  }
}

}  // namespace

void TakeMapping(const JsonPlace& mapping, NamedValues& fields) {
  if (mapping["properties"].Is(json::Type::kObject)) {
    TakeFields(mapping["properties"], "", 0, fields);
  } else {
    for (const JsonPlace& type : mapping.Children()) {  // of 6.8
      if (type["properties"].Is(json::Type::kObject)) {
        TakeFields(type["properties"], "", 0, fields);
      }
    }
  }
  if (mapping["dynamic_templates"].exists()) {
    fields[""] = "dynamic_templates";
  }
}

void TakeSettings(const JsonPlace& settings, const std::string& prefix, NamedValues& named) {
  NamedValues found;
  TakeNamed(settings, "", 0, found);
  for (auto& [name, value] : found) {
    named[name.starts_with(prefix) ? name : prefix + name] = std::move(value);
  }
}

std::string TextsIn(const JsonPlace& place) {
  if (!place.Is(json::Type::kArray)) {
    return place.Text();
  }
  std::string texts;
  for (const JsonPlace& each : place.Children()) {
    texts += (texts.empty() ? "" : ",") + each.Text();
  }
  return texts;
}

std::string PatternsOf(const JsonPlace& made) {
  return TextsIn(made["index_patterns"].exists() ? made["index_patterns"] : made["template"]);
}

}  // namespace trafrec::reconcile
