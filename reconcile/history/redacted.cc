#include "reconcile/history/redacted.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "reconcile/history/history.h"
#include "reconcile/history/limits.h"
#include "reconcile/history/understood.h"
#include "replay/dialect/target.h"
#include "replay/recorded/message_head.h"
#include "store/format/redacted_pointers.h"

namespace trafrec::reconcile {
namespace {

constexpr std::string_view kBegin = "redacted-";
constexpr size_t kDigits = 32;

/// Parameters that say which document a write is of, and whether it is carried out.
constexpr std::array<std::string_view, 10> kTelling = {
    "routing",   "parent",          "op_type",  "version",       "version_type",
    "if_seq_no", "if_primary_term", "pipeline", "doc_as_upsert", "require_alias",
};

bool HasTokenParameter(std::string_view target) {
  return HoldsToken(target) &&
         std::ranges::any_of(dialect::ParseTarget(target).query, [](const auto& parameter) {
           return IsToken(parameter.value) &&
                  std::ranges::find(kTelling, parameter.name) != kTelling.end();
         });
}

}  // namespace

bool IsToken(std::string_view text) {
  return text.size() == kBegin.size() + kDigits && text.starts_with(kBegin) &&
         std::ranges::all_of(text.substr(kBegin.size()),
                             [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool HoldsToken(std::string_view text) { return text.find(kBegin) != std::string_view::npos; }

bool MayHoldTokens(const std::vector<store::AttemptInfo>& attempts) {
  // An import decodes bodies for other reasons, too.
  return std::ranges::any_of(attempts, [](const store::AttemptInfo& attempt) {
    return !attempt.source.starts_with("import") ||
           !store::RedactedPointersIn(attempt.source).empty();
  });
}

bool MayHaveSentLongText(const store::StoredMessage& request) {
  const recorded::MessageHead head = recorded::ParseHead(request.head);
  return request.facts.wire_bytes > limits::kTermBytes ||
         !recorded::FieldValue(head.fields, "Content-Encoding").empty();
}

std::string_view HiddenIn(const dialect::RequestView& request, const dialect::Operation& operation,
                          const dialect::Outcome& outcome) {
  if (!operation.mutation) {
    return "";
  }
  if (std::ranges::any_of(operation.keys, [](const dialect::Key& key) {
        return IsToken(key.id) || IsToken(key.routing) || IsToken(key.name);
      })) {
    return "names of documents";
  }
  if (IsToken(outcome.id) || IsToken(outcome.index)) {
    return "what answers say of documents";
  }
  return HasTokenParameter(request.target) ? "parameters of requests" : "";
}

void NoteRedaction(const Understood& understood, History& history) {
  const dialect::Meaning& meaning = understood.meaning();
  for (size_t i = 0; history.hidden.empty() && i < meaning.operations.size(); ++i) {
    history.hidden = HiddenIn(*understood.view().request(), meaning.operations[i],
                              understood.answer().outcomes[i]);
  }
  if (understood.has_edited_request()) {
    history.tokens.Mistrust();
  }
  const bool of_documents = dialect::ShowsDocuments(meaning.kind) ||
                            dialect::WritesDocument(meaning.kind) ||
                            meaning.kind == dialect::Kind::kBulk;
  if (!of_documents && (understood.has_edited_request() || understood.has_edited_answer())) {
    history.metadata.Mistrust();
  }
}

}  // namespace trafrec::reconcile
