#include "reconcile/history/sights.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <utility>

#include "reconcile/source/answers.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;
using json::Tree;

std::optional<int64_t> NumberIn(const Tree& tree, uint32_t object, std::string_view key) {
  const auto node = tree.Find(object, key);
  const auto text = node ? tree.ScalarOf(*node) : std::nullopt;
  int64_t value = 0;
  if (!text || text->empty() ||
      std::from_chars(text->data(), text->data() + text->size(), value).ptr !=
          text->data() + text->size()) {
    return std::nullopt;
  }
  return value;
}

std::string TextIn(const Tree& tree, uint32_t object, std::string_view key) {
  const auto node = tree.Find(object, key);
  return (node ? tree.ScalarOf(*node) : std::nullopt).value_or("");
}

/// The number behind `mark` in the words of an error: "current version [3]".
std::optional<int64_t> NumberAfter(std::string_view words, std::string_view mark) {
  const size_t at = words.find(mark);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = words.substr(at + mark.size());
  int64_t value = 0;
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (read.ec != std::errc() || read.ptr == rest.data() + rest.size() || *read.ptr != ']') {
    return std::nullopt;
  }
  return value;
}

/// Whether the answer's sources are whole and current: the client may have asked for a part.
struct Asked {
  bool whole_source = true;
  bool realtime = true;

  Asked(const dialect::RequestView& request, Kind kind) {
    const size_t query = std::min(request.target.find('?'), request.target.size());
    const std::string_view fields = request.target.substr(query);
    for (const std::string_view name : {"_source", "fields", "filter_path"}) {
      whole_source = whole_source && fields.find(name) == std::string_view::npos &&
                     request.body.find(name) == std::string_view::npos;
    }
    // What a scroll goes on with, its opener asked for.
    whole_source = whole_source && kind != Kind::kUseContext;
    realtime = fields.find("realtime=false") == std::string_view::npos &&
               request.body.find("realtime") == std::string_view::npos;
  }
};

class SightReader {
 public:
  SightReader(const Tree& tree, const Asked& asked, const Span& at)
      : tree_(tree), asked_(asked), at_(at) {}

  std::vector<Sight> Take() { return std::move(sights_); }

  /// A document as gets and hits show it.
  void Document(uint32_t node, bool current, const dialect::Operation* operation) {
    Sight sight;
    sight.at = at_;
    sight.current = current && asked_.realtime;
    sight.document = {TextIn(tree_, node, "_index"), TextIn(tree_, node, "_id"),
                      TextIn(tree_, node, "_routing")};
    if (operation != nullptr) {
      const dialect::Key* key = dialect::FindDocument(operation->keys);
      if (key != nullptr && sight.document.routing.empty()) {
        sight.document.routing = key->routing;
      }
      const auto found = tree_.Find(node, "found");
      if (!found || tree_.Find(node, "error")) {
        return;
      }
      sight.present = tree_.type(*found) == json::Type::kTrue;
    } else {
      sight.present = true;
    }
    if (sight.document.index.empty() || sight.document.id.empty()) {
      return;
    }
    sight.version = NumberIn(tree_, node, "_version");
    sight.seq_no = NumberIn(tree_, node, "_seq_no");
    sight.primary_term = NumberIn(tree_, node, "_primary_term");
    if (const auto source = tree_.Find(node, "_source")) {
      TakeSource(tree_.TextOf(*source), asked_.whole_source, sight);
    }
    sights_.push_back(std::move(sight));
  }

  void Hits(uint32_t answer) {
    const auto outer = tree_.Find(answer, "hits");
    const auto hits = outer ? tree_.Find(*outer, "hits") : std::nullopt;
    if (!hits || tree_.type(*hits) != json::Type::kArray) {
      return;
    }
    for (const uint32_t hit : tree_.ChildrenOf(*hits)) {
      Document(hit, false, nullptr);
    }
  }

 private:
  const Tree& tree_;
  const Asked& asked_;
  const Span at_;
  std::vector<Sight> sights_;
};

/// The error of an item, or of the whole answer.
std::string ReasonOf(const Tree& tree, uint32_t object) {
  const auto error = tree.Find(object, "error");
  return error ? TextIn(tree, *error, "reason") : "";
}

bool MayBeUnchanged(const dialect::Operation& operation, const dialect::Outcome& outcome) {
  return outcome.fate == Fate::kNoop || outcome.fate == Fate::kConflict ||
         (outcome.fate == Fate::kNotFound && operation.kind == Kind::kUpdate);
}

bool MayShow(const dialect::Meaning& meaning, const std::vector<dialect::Outcome>& outcomes) {
  if (dialect::ShowsDocuments(meaning.kind)) {
    return true;
  }
  for (size_t i = 0; i < outcomes.size() && i < meaning.operations.size(); ++i) {
    if (MayBeUnchanged(meaning.operations[i], outcomes[i])) {
      return true;
    }
  }
  return false;
}

/// What a write shows that changed nothing.
std::optional<Sight> UnchangedSight(const dialect::Operation& operation,
                                    const dialect::Outcome& outcome, const std::string& reason,
                                    const Span& at) {
  const dialect::Key* key = dialect::FindDocument(operation.keys);
  if (key == nullptr || key->id.empty()) {
    return std::nullopt;
  }
  Sight sight;
  sight.at = at;
  sight.current = true;
  sight.document = {outcome.index.empty() ? key->name : outcome.index, key->id, key->routing};
  if (outcome.fate == Fate::kNoop) {
    sight.present = true;
    sight.version = outcome.version;
    sight.seq_no = outcome.seq_no;
    sight.primary_term = outcome.primary_term;
    // A script's "noop" may be of a document that was not there: then it has no number.
    return outcome.seq_no ? std::optional(sight) : std::nullopt;
  }
  if (outcome.fate == Fate::kNotFound && operation.kind == Kind::kUpdate) {
    return outcome.error == "document_missing_exception" ? std::optional(sight) : std::nullopt;
  }
  if (outcome.fate != Fate::kConflict) {
    return std::nullopt;
  }
  if (reason.find("but no document was found") != std::string::npos) {
    return sight;
  }
  sight.version = NumberAfter(reason, "current version [");
  sight.seq_no = NumberAfter(reason, "current document has seqNo [");
  sight.primary_term = NumberAfter(reason, "and primary term [");
  if (!sight.seq_no) {
    sight.primary_term.reset();
  }
  sight.present = reason.find("document already exists") != std::string::npos;
  // 6.8 says "current document has seqNo" of a deleted one, too, and so do all of "higher or equal
  // to the one provided".
  sight.untold = !sight.present && sight.seq_no;
  const bool told = sight.present || sight.untold;
  return told && (sight.version || sight.seq_no) ? std::optional(sight) : std::nullopt;
}

}  // namespace

void TakeSource(std::string_view json, bool whole, Sight& sight) {
  const auto tree = Tree::Parse(json);
  if (!tree || tree->size() == 0) {
    return;
  }
  sight.tokens = Tokens(*tree, Tree::kRoot);
  if (whole) {
    sight.source = FieldsOf(*tree, Tree::kRoot);
  }
}

std::vector<Sight> SightsIn(const dialect::RequestView& request, const dialect::Meaning& meaning,
                            const dialect::AnswerView& answer,
                            const std::vector<dialect::Outcome>& outcomes, const Span& at) {
  if (!MayShow(meaning, outcomes)) {
    return {};  // most of a log: its answers need not be taken apart
  }
  const auto tree = Tree::Parse(answer.body);
  if (!tree || tree->size() == 0) {
    return {};
  }
  const Asked asked(request, meaning.kind);
  SightReader reader(*tree, asked, at);
  switch (meaning.kind) {
    case Kind::kGet:
      if (!meaning.operations.empty()) {
        reader.Document(Tree::kRoot, true, meaning.operations.data());
      }
      return reader.Take();
    case Kind::kMultiGet: {
      const auto docs = tree->Find(Tree::kRoot, "docs");
      const auto elements = docs ? tree->ChildrenOf(*docs) : std::vector<uint32_t>();
      for (size_t i = 0; i < elements.size() && elements.size() == meaning.operations.size(); ++i) {
        reader.Document(elements[i], true, &meaning.operations[i]);
      }
      return reader.Take();
    }
    case Kind::kSearch:
    case Kind::kUseContext:
      reader.Hits(Tree::kRoot);
      return reader.Take();
    case Kind::kMultiSearch: {
      const auto responses = tree->Find(Tree::kRoot, "responses");
      for (const uint32_t response :
           responses ? tree->ChildrenOf(*responses) : std::vector<uint32_t>()) {
        reader.Hits(response);
      }
      return reader.Take();
    }
    default:
      break;
  }
  std::vector<Sight> sights;
  const auto items = tree->Find(Tree::kRoot, "items");
  const auto elements = items ? tree->ChildrenOf(*items) : std::vector<uint32_t>();
  for (size_t i = 0; i < outcomes.size() && i < meaning.operations.size(); ++i) {
    uint32_t said = Tree::kRoot;
    if (meaning.kind == Kind::kBulk && elements.size() == outcomes.size()) {
      const auto wrapped = tree->ChildrenOf(elements[i]);
      said = wrapped.empty() ? Tree::kRoot : wrapped.front();
    }
    if (!MayBeUnchanged(meaning.operations[i], outcomes[i])) {
      continue;
    }
    if (auto sight =
            UnchangedSight(meaning.operations[i], outcomes[i], ReasonOf(*tree, said), at)) {
      sights.push_back(std::move(*sight));
    }
  }
  return sights;
}

std::vector<ShardSight> ShardSightsIn(const dialect::RequestView& request,
                                      const dialect::AnswerView& answer, const Span& at) {
  if (request.target.find("_stats") == std::string_view::npos) {
    return {};
  }
  std::map<std::pair<std::string, uint32_t>, int64_t> highest;
  const auto positions = ReadPositions(answer.body);
  for (const ShardPosition& copy : positions.value_or(std::vector<ShardPosition>())) {
    const auto [place, is_new] = highest.try_emplace({copy.index, copy.shard}, copy.max_seq_no);
    place->second = std::max(place->second, copy.max_seq_no);
  }
  std::vector<ShardSight> sights;
  for (const auto& [shard, number] : highest) {
    sights.push_back({.index = shard.first, .shard = shard.second, .at = at, .max_seq_no = number});
  }
  return sights;
}

}  // namespace trafrec::reconcile
