#include "tests/replay/guard/history.h"

#include <fmt/format.h>

#include <set>

#include "replay/dialect/dialect.h"

namespace trafrec::guard {
namespace {

using Random = std::mt19937_64;

bool OneIn(Random& random, unsigned n) { return random() % n == 0; }

constexpr std::string_view kScript =
    R"("script":{"source":"if (ctx._source.ops == null) { ctx._source.ops = [params.op] } )"
    R"(else { ctx._source.ops.add(params.op) }","params":{"op":)";

/// An action, its parameters and its document, for a single request or a line of a bulk.
struct Draft {
  std::string action;
  std::string id;  // "": automatic
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string body;
};

void AddCondition(Random& random, const ModelTarget& target, const std::string& id, Draft& draft) {
  const auto found = target.documents().find({"a", id});
  if (found != target.documents().end() && found->second.exists && OneIn(random, 4)) {
    const int64_t off = OneIn(random, 3) ? 1 : 0;  // a condition that fails
    draft.parameters.emplace_back("if_seq_no", std::to_string(found->second.seq_no + off));
    draft.parameters.emplace_back("if_primary_term", std::to_string(found->second.primary_term));
  }
}

Draft RandomDraft(Random& random, const ModelTarget& target, int number) {
  Draft draft;
  draft.id = std::to_string(random() % 3);
  const std::string document = fmt::format("{{\"ops\":[{}]}}", number);
  const std::string script = fmt::format("{}{}}}}}", kScript, number);
  switch (random() % 10) {
    case 0:
    case 1:
      draft = {"index", OneIn(random, 2) ? "" : draft.id, {}, document};
      if (!draft.id.empty()) {
        AddCondition(random, target, draft.id, draft);
      }
      break;
    case 2:
      draft = {"create", draft.id, {}, document};
      break;
    case 3:
      draft = {"delete", draft.id, {}, ""};
      AddCondition(random, target, draft.id, draft);
      break;
    case 4:
      draft = {"update", draft.id, {}, fmt::format(R"({{"doc":{{"p":{}}}}})", number)};
      AddCondition(random, target, draft.id, draft);
      break;
    case 5:
      draft = {"update", draft.id, {}, fmt::format("{{{},\"upsert\":{}}}", script, document)};
      break;
    case 6:
      draft = {"update",
               draft.id,
               {},
               fmt::format(R"({{"doc":{{"p":{}}},"doc_as_upsert":true}})", number)};
      break;
    case 7:
      // Versions of the same document rise; others do not reach them.
      draft = {OneIn(random, 3) ? "delete" : "index", draft.id, {}, ""};
      draft.body = draft.action == "index" ? document : "";
      draft.parameters = {{"version", std::to_string(int64_t{number} * 1000)},
                          {"version_type", "external"}};
      break;
    default:
      draft = {"update", draft.id, {}, "{" + script + "}"};
      AddCondition(random, target, draft.id, draft);
      if (draft.parameters.empty() && OneIn(random, 3)) {
        draft.parameters.emplace_back("retry_on_conflict", "3");
      }
      break;
  }
  return draft;
}

message::Request Single(const Draft& draft) {
  message::Request request;
  request.method = draft.action == "delete" ? "DELETE" : draft.id.empty() ? "POST" : "PUT";
  request.target = draft.action == "create"   ? "/a/_create/" + draft.id
                   : draft.action == "update" ? "/a/_update/" + draft.id
                   : draft.id.empty()         ? "/a/_doc"
                                              : "/a/_doc/" + draft.id;
  if (draft.action == "update") {
    request.method = "POST";
  }
  for (size_t i = 0; i < draft.parameters.size(); ++i) {
    request.target +=
        (i == 0 ? "?" : "&") + draft.parameters[i].first + "=" + draft.parameters[i].second;
  }
  request.body = draft.body;
  return request;
}

std::string Lines(const Draft& draft) {
  std::string members = draft.id.empty() ? "" : fmt::format("\"_id\":\"{}\"", draft.id);
  for (const auto& [name, value] : draft.parameters) {
    members += fmt::format("{}\"{}\":{}", members.empty() ? "" : ",", name,
                           name == "version_type" ? "\"" + value + "\"" : value);
  }
  return fmt::format("{{\"{}\":{{{}}}}}\n{}{}", draft.action, members, draft.body,
                     draft.body.empty() ? "" : "\n");
}

}  // namespace

message::Request RandomRequest(Random& random, const ModelTarget& target, int& number,
                               std::vector<int>& numbers) {
  const size_t items = OneIn(random, 3) ? 1 + random() % 5 : 0;
  if (items == 0) {
    numbers.push_back(number);
    return Single(RandomDraft(random, target, number++));
  }
  message::Request request;
  request.method = "POST";
  request.target = "/a/_bulk?refresh=false";
  for (size_t i = 0; i < items; ++i) {
    numbers.push_back(number);
    request.body += Lines(RandomDraft(random, target, number++));
  }
  return request;
}

namespace {

/// Whether all that a replay must know of an exchange without an answer is in other answers: the
/// documents that its conditions name.
bool MayBeUnanswered(const Recorded& recorded, const std::set<int64_t>& told) {
  for (size_t i = 0; i < recorded.outcomes.size(); ++i) {
    const auto& seq_no = recorded.meaning->operations[i].writing.condition.if_seq_no;
    if (seq_no && recorded.outcomes[i].fate != dialect::Fate::kConflict &&
        !told.contains(*seq_no)) {
      return false;
    }
  }
  return true;
}

}  // namespace

History MakeHistory(Random& random, size_t exchanges) {
  History history;
  int number = 1;
  std::set<int64_t> told;
  for (size_t i = 0; i < exchanges; ++i) {
    Recorded recorded;
    recorded.request = std::make_unique<message::Request>(
        RandomRequest(random, history.source, number, recorded.numbers));
    const message::Request& request = *recorded.request;
    recorded.meaning = std::make_unique<dialect::Meaning>(
        dialect::SearchDialect().Understand({request.method, request.target, {}, request.body}));
    const message::Answer answer = history.source.Handle(request);
    recorded.outcomes = dialect::SearchDialect()
                            .ReadAnswer(*recorded.meaning, {answer.status, {}, answer.body})
                            .outcomes;
    recorded.answered = !OneIn(random, 12) || !MayBeUnanswered(recorded, told);
    for (const dialect::Outcome& outcome : recorded.outcomes) {
      if (recorded.answered && outcome.TookSeqNo()) {
        told.insert(*outcome.seq_no);
      }
    }
    history.exchanges.push_back(std::move(recorded));
  }
  return history;
}

}  // namespace trafrec::guard
