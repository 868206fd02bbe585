#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"

namespace trafrec::reconcile {

struct History;

/// Ingest pipelines, as far as the log shows them. One may drop a document, or put it under another
/// id or routing, or into another index; and an index may have one that no request names.
class Pipelines {
 public:
  /// A request that was not refused: puts a pipeline, or gives indices one. `edited`: values of its
  /// body may be others than were sent.
  void Note(std::string_view api, std::string_view target, const dialect::Operation& operation,
            std::string_view body, bool edited);
  /// What an answer says of where a write went.
  void NoteOutcome(const dialect::Operation& operation, const dialect::Key& key,
                   const dialect::Outcome& outcome);

  /// Whether one of that name may put a document elsewhere. Of what nobody saw being put: yes.
  bool MayMove(const std::string& name) const;
  /// What is in the way of documents that are sent to `index`, beside what requests name.
  struct OfIndex {
    bool any = false;
    bool may_move = false;
  };
  OfIndex Of(const History& history, const std::string& index) const;

 private:
  std::map<std::string, bool> may_move_;                ///< by name
  std::map<std::string, std::set<std::string>> given_;  ///< by index, or a pattern
  std::set<std::string> moving_;    ///< names of indices that answers show to have such a one
  std::set<std::string> dropping_;  ///< or one that dropped a document
  std::set<std::pair<std::string, std::string>> led_;  ///< sent to, and carried out in
};

/// At the end of each source of evidence: marks questions that a pipeline may have got hold of. Of
/// those that may have gone elsewhere it takes that they may have taken a number of any index.
void TakePipelines(History& history);

}  // namespace trafrec::reconcile
