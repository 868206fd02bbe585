#include "tools/compare/difference_json.h"

namespace trafrec::tools {

void AppendDifference(JsonAppender& json, const compare::Difference& difference) {
  json.Bytes("source_pointer", difference.source_pointer);
  json.Bytes("target_pointer", difference.target_pointer);
  json.Bytes("source", difference.source);
  json.Bytes("target", difference.target);
  json.Bytes("words", compare::InWords(difference));
}

}  // namespace trafrec::tools
