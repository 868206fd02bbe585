// The move from Elasticsearch 6.8 and 7.x to OpenSearch 2 and 3.
//
// Rules come in the order in which one makes room for the next: APIs that are not there at all,
// then heads, then bodies, where a mapping's type level goes before anything in the mapping is
// looked at.

#include "replay/edit/transform/transforms.h"

#include <array>

#include "replay/edit/transform/rules.h"

namespace trafrec::transform {
namespace {

constexpr std::array<Rule, 18> kRules = {{
    {"x-pack-apis", &XpackApis},
    {"compatible-media-types", &CompatibleMediaTypes},
    {"include-type-name", &IncludeTypeName},
    {"renamed-parameters", &RenamedParameters},
    {"removed-parameters", &RemovedParameters},
    {"point-in-time", &PointInTime},
    {"types-in-lines", &TypesInLines},
    {"old-metadata-names", &OldMetadataNames},
    {"types-in-queries", &TypesInQueries},
    {"type-queries", &TypeQueries},
    {"mapping-type-level", &MappingTypeLevel},
    {"removed-mapping-members", &RemovedMappingMembers},
    {"flattened-fields", &FlattenedFields},
    {"unsupported-field-types", &UnsupportedFieldTypes},
    {"unknown-settings", &UnknownSettings},
    {"template-members", &TemplateMembers},
    {"unsupported-processors", &UnsupportedProcessors},
    {"types-in-paths", &TypesInPaths},
}};

class EsToOpenSearch final : public Transform {
 public:
  std::string_view name() const override { return "es-to-opensearch"; }

  std::vector<std::string> rules() const override {
    std::vector<std::string> names;
    for (const Rule& rule : kRules) {
      names.emplace_back(rule.name);
    }
    return names;
  }

  Outcome Apply(message::Request& request, std::string_view body) const override {
    Outcome outcome;
    const std::string target = request.target;
    Call call(request, body);
    for (uint32_t rule = 0; rule < kRules.size() && call.drop().empty(); ++rule) {
      if (kRules[rule].apply(call)) {
        outcome.rules.push_back(rule);
      }
    }
    outcome.target = request.target != target;
    outcome.fields = call.changed_fields();
    outcome.body = call.new_body();
    outcome.drop = call.drop();
    return outcome;
  }
};

}  // namespace

const Transform* FindTransform(std::string_view name) {
  static const EsToOpenSearch kEsToOpenSearch;
  return name == kEsToOpenSearch.name() ? &kEsToOpenSearch : nullptr;
}

std::vector<std::string> TransformNames() { return {"es-to-opensearch"}; }

}  // namespace trafrec::transform
