#pragma once

#include "replay/edit/transform/call.h"

// The rules of es-to-opensearch: docs/replay_edits.md has the table of them. Each returns true if
// it did something.

namespace trafrec::transform {

// path_rules.cc
bool CompatibleMediaTypes(Call& call);
bool XpackApis(Call& call);
bool PointInTime(Call& call);
bool TypesInPaths(Call& call);

// parameter_rules.cc
bool IncludeTypeName(Call& call);
bool RenamedParameters(Call& call);
bool RemovedParameters(Call& call);

// line_rules.cc
bool TypesInLines(Call& call);
bool OldMetadataNames(Call& call);

// mapping_rules.cc
bool MappingTypeLevel(Call& call);
bool RemovedMappingMembers(Call& call);
bool FlattenedFields(Call& call);
bool UnsupportedFieldTypes(Call& call);

// settings_rules.cc
bool UnknownSettings(Call& call);
bool TemplateMembers(Call& call);
bool UnsupportedProcessors(Call& call);

// query_rules.cc
bool TypesInQueries(Call& call);
bool TypeQueries(Call& call);

}  // namespace trafrec::transform
