#include "tools/compare/difference_json.h"

#include "replay/compare/known_differences.h"

namespace trafrec::tools {

void AppendDifference(JsonAppender& json, const compare::Difference& difference) {
  json.Bytes("source_pointer", difference.source_pointer);
  json.Bytes("target_pointer", difference.target_pointer);
  json.Bytes("source", difference.source);
  json.Bytes("target", difference.target);
  json.Bytes("words", compare::InWords(difference));
  if (difference.known == nullptr) {
    json.Null("known");
    return;
  }
  json.Open("known", '{');
  json.Text("id", difference.known->id);
  json.Text("words", difference.known->words);
  json.Text("versions", difference.known->versions);
  difference.known->transform.empty() ? json.Null("transform")
                                      : json.Text("transform", difference.known->transform);
  json.Close('}');
}

}  // namespace trafrec::tools
