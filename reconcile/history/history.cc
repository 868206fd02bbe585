#include "reconcile/history/history.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "reconcile/history/cluster_facts.h"
#include "reconcile/history/connection_watch.h"
#include "reconcile/history/document_watch.h"
#include "reconcile/history/document_way.h"
#include "reconcile/history/earlier_starts.h"
#include "reconcile/history/exchange_pass.h"
#include "reconcile/history/holes.h"
#include "reconcile/history/index_events.h"
#include "reconcile/history/loose_answer.h"
#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/open_request.h"
#include "reconcile/history/recorder_losses.h"
#include "reconcile/history/redacted.h"
#include "reconcile/history/second_look.h"
#include "reconcile/history/server_lives.h"
#include "reconcile/history/stray_answers.h"
#include "reconcile/history/unplaced.h"
#include "reconcile/history/unseen_answers.h"
#include "reconcile/history/wire.h"
#include "reconcile/history/write_times.h"
#include "replay/recorded/exchange_view.h"
#include "replay/recorded/request.h"
#include "store/reader/clock_error.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;

class HistoryReader {
 public:
  HistoryReader(const dialect::Dialect& dialect, const HistoryOptions& options,
                TimeNs clock_error_ns)
      : dialect_(dialect),
        options_(options),
        clock_error_ns_(clock_error_ns),
        watch_(
            [this](size_t request, TimeNs by) {
              OpenRequest& heard = history_.requests[request];
              heard.runs.until = std::min(heard.runs.until, by + clock_error_ns_);
              heard.heard = true;
            },
            [this](size_t request, uint64_t bytes) {
              history_.requests[request].answer_bytes = bytes;
              history_.requests[request].heard = true;
            }) {}

  void Begin(const std::vector<store::AttemptInfo>& attempts) {
    history_.hidden = options_.hidden;
    history_.redacted = MayHoldTokens(attempts);
    EarlierStarts starts;
    for (const store::AttemptInfo& attempt : attempts) {
      std::ranges::move(LossesOf(attempt, starts.SeenUntil(attempt)),
                        std::back_inserter(history_.lost));
      starts.Add(attempt);
      ended_.Add(attempt);
      watch_.NoteHoles(attempt);
      std::ranges::move(NotesOf(attempt), std::back_inserter(history_.notes));
    }
  }

  void Add(Understood& understood) {
    const store::StoredExchange& exchange = understood.exchange();
    const recorded::ExchangeView& view = understood.view();
    ++history_.exchanges;
    NoteEnd(exchange);
    if (view.request() == nullptr) {
      AddWritesIn(exchange, view, clock_error_ns_, history_.loose);
      watch_.Add(exchange, AskCut(exchange));
      return;
    }
    understood.Take(history_.alias_routings);
    const dialect::Meaning& meaning = understood.meaning();
    const bool answered = understood.answered();
    const Span& ran = understood.ran();
    if (understood.has_whole_answer() &&
        (meaning.kind == Kind::kBulk || dialect::WritesDocument(meaning.kind))) {
      write_times_.Note(exchange.request->facts.last_byte_at, exchange.row.latency_ns);
    }
    if (answered && !recorded::IsWhole(*exchange.request)) {
      // The request may lack what it names.
      AddWritesIn(exchange, view, clock_error_ns_, history_.loose);
    }
    if (answered) {
      AddClusterState(*view.request(), meaning, *view.answer(), ran, history_);
      AddSights(meaning, understood.sights());
    }
    NoteRedaction(understood, history_);
    const dialect::Answer& answer = understood.answer();
    const bool says = answered && (!answer.unreadable || exchange.row.method == "HEAD");
    std::optional<size_t> open;
    for (size_t i = 0; i < meaning.operations.size(); ++i) {
      const dialect::Operation& operation = meaning.operations[i];
      const int status = says || (answered && operation.mutation) ? view.answer()->status : 0;
      AddClusterChange(*view.request(), meaning, operation, answer.outcomes[i], status, ran,
                       history_);
      if (operation.mutation) {
        ++history_.mutations;
        AddMutation(understood, i, open);
      }
    }
    watch_.Add(exchange, open);
  }

  bool redacted() const { return history_.redacted; }
  /// The bodies of what follows are not looked at: there are too many facts.
  bool leaves_bodies() const { return history_.long_log; }
  DocumentWatch& documents() { return documents_; }
  const UnseenAnswers& unseen_answers() const { return unseen_; }

  History Finish() {
    const ServerLives lives = watch_.Lives();
    std::ranges::move(watch_.Finish(options_.until), std::back_inserter(history_.lost));
    for (LostTraffic& lost : history_.lost) {
      lost.ran.until += lost.answered ? 0 : Settle();
      lost.ran = lost.ran.Widened(clock_error_ns_);
      lost.sent_by = Span{0, lost.sent_by}.Widened(clock_error_ns_).until;
    }
    for (OpenRequest& request : history_.requests) {
      NoteLives(lives, ended_.Of(request.id), options_.until.has_value(), request);
      request.runs.until = std::min(request.runs.until, request.runs.from + Settle());
      NoteTimes(watch_.longest_answer_ns(), write_times_, request);
    }
    unplaced_.Finish(history_);
    if (options_.until) {
      history_.lost.push_back({.ran = {*options_.until, std::numeric_limits<TimeNs>::max()}});
      history_.read_until = *options_.until;
    }
    if (history_.product) {
      history_.TakeProduct(*history_.product);
    }
    return std::move(history_);
  }

 private:
  /// By the clock of the first recorder, whosever recorder saw it.
  Span RanOf(const store::StoredExchange& exchange) const {
    return SpanOf(exchange).Widened(clock_error_ns_);
  }

  TimeNs Settle() const { return std::max(options_.settle_ns, 2 * watch_.longest_answer_ns()); }

  void NoteEnd(const store::StoredExchange& exchange) {
    for (const auto* message : {&exchange.request, &exchange.response}) {
      if (*message) {
        history_.until = std::max(history_.until, (*message)->facts.last_byte_at);
      }
    }
  }

  void AddSights(const dialect::Meaning& meaning, std::vector<Sight>& sights) {
    for (Sight& sight : sights) {
      if (sight.present && dialect::ShowsDocuments(meaning.kind)) {
        history_.names.IsIndex(sight.document.index);
      }
      Keep(std::move(sight));
    }
  }

  void Keep(Sight sight) {
    if (IsToken(sight.document.id) || IsToken(sight.document.routing)) {
      history_.hidden = "names of documents";
    }
    if (history_.long_log) {
      documents_.Note(sight, index_events_.Made(sight.document.index));
      return;
    }
    history_.tokens.AddSight(history_, sight);
    sight.tokens.clear();
    history_.sights.push_back(std::move(sight));
    LimitFacts();
  }

  void Keep(Write write) {
    if (history_.long_log) {
      documents_.Note(write, index_events_.Made(write.document.index));
      return;
    }
    history_.writes.push_back(std::move(write));
    LimitFacts();
  }

  /// With too many facts, this look finds out which documents matter, and a second one keeps
  /// theirs.
  void LimitFacts() {
    if (history_.writes.size() + history_.sights.size() <= options_.facts_max) {
      return;
    }
    history_.long_log = true;
    for (Write& write : std::exchange(history_.writes, {})) {
      Keep(std::move(write));
    }
    for (Sight& sight : std::exchange(history_.sights, {})) {
      Keep(std::move(sight));
    }
    history_.tokens.CountAskedOnly();
  }

  void AddMutation(Understood& understood, size_t i, std::optional<size_t>& open) {
    const store::StoredExchange& exchange = understood.exchange();
    const dialect::RequestView& request = *understood.view().request();
    const dialect::Meaning& meaning = understood.meaning();
    const dialect::Operation& operation = meaning.operations[i];
    const dialect::Answer& answer = understood.answer();
    const bool answered = understood.answered();
    const Span& ran = understood.ran();
    const dialect::Outcome& outcome = answer.outcomes[i];
    const dialect::Key* key = dialect::FindDocument(operation.keys);
    history_.external_versions += SetsVersions(operation, request.body) ? 1 : 0;
    history_.precedents.Note(understood, i);
    if (!history_.long_log) {
      history_.tokens.AddWriter(understood.bodies()[i].texts);
    }
    if (HasHole(*exchange.request) && LacksSource(operation, BodyOf(request, operation))) {
      history_.tokens.AddUnread(UnreadOf(exchange, key == nullptr ? "" : key->id, answered));
    }
    if (operation.kind == Kind::kByQuery || operation.kind == Kind::kReindex) {
      AddByQuery(understood, operation);
    }
    index_events_.Add({request, meaning, operation, outcome, understood.has_edited_request(),
                       HasHole(*exchange.request), ran});
    if (outcome.fate == Fate::kRejected && meaning.kind == Kind::kBulk) {
      history_.turned_away = true;
    }
    if (key != nullptr) {
      NoteWay(understood, operation, *key, outcome, history_);
    }
    if (answered && key != nullptr && !understood.has_edited_answer()) {
      unseen_.Learn(*exchange.response, request, meaning, *key, outcome);
    }
    if (understood.has_stray_answer()) {
      if (const auto told = ToldBy(operation, outcome, answered, answer.by_query)) {
        Ask(understood, operation, outcome, open);
        history_.questions.back().told = told;
      }
    }
    if (key != nullptr && TookNumber(operation, outcome)) {
      if (recorded::IsWhole(*exchange.request)) {  // else its answer says what is known of it
        Write write = WriteOf(exchange.row.id, operation, *key, outcome, ran);
        unplaced_.Add(write, outcome);
        unseen_.Note(write);
        if (!history_.long_log) {
          write.change = std::move(understood.bodies()[i].change);
        }
        Keep(std::move(write));
      }
      return;
    }
    if (MayTakeNumber(outcome) && key != nullptr) {
      history_.refused.push_back(WriteOf(exchange.row.id, operation, *key, outcome, ran));
      unplaced_.Add(history_.refused.back(), outcome);
    }
    if (IsOpen(outcome, answered, operation)) {
      Ask(understood, operation, outcome, open);
    }
  }

  void AddByQuery(const Understood& understood, const dialect::Operation& operation) {
    const dialect::RequestView& request = *understood.view().request();
    const dialect::Answer& answer = understood.answer();
    const bool answered = understood.answered();
    const Span& ran = understood.ran();
    const dialect::Key* index = operation.keys.empty() ? nullptr : operation.keys.data();
    auto run = ByQueryRunOf(request, operation, answer, answered, ran,
                            index == nullptr ? nullptr : index_events_.MappingOf(index->name));
    if (run) {
      run->id = understood.exchange().row.id;
      if (understood.has_edited_request() || HasHole(*understood.exchange().request)) {
        run->ForgetScript();
      }
      if (IsOpen(answer.outcomes.front(), answered, operation)) {
        run->request = history_.requests.size();  // it is the next one that is asked of
      }
      history_.by_query.push_back(std::move(*run));
    }
  }

  void Ask(const Understood& understood, const dialect::Operation& operation,
           const dialect::Outcome& outcome, std::optional<size_t>& open) {
    Ask(understood.exchange(), *understood.view().request(), understood.meaning(), operation,
        outcome, open);
    if (understood.has_edited_request()) {
      history_.questions.back().ForgetSource(MayHaveSentLongText(*understood.exchange().request));
    }
  }

  void Ask(const store::StoredExchange& exchange, const dialect::RequestView& request,
           const dialect::Meaning& meaning, const dialect::Operation& operation,
           const dialect::Outcome& outcome, std::optional<size_t>& open) {
    if (!open) {
      open = history_.requests.size();
      history_.requests.push_back(
          OpenRequestOf(exchange, meaning, RanOf(exchange), ended_.Of(exchange.row.id), options_));
      if (dialect_.name() != "search") {
        history_.requests.back().wire = WireProof::kNone;
      }
    }
    const std::string_view body = BodyOf(request, operation);
    Question question = QuestionOf(operation, outcome, body);
    question.answered = exchange.response.has_value();
    question.alone = outcome.fate == Fate::kFailed || outcome.fate == Fate::kRejected ||
                     (IsWhole(exchange.response) && SaysSuccess(exchange.row.status));
    question.at.exchange = exchange.row.id;
    question.request = *open;
    if (meaning.kind == Kind::kBulk) {
      question.at.item = operation.item;
    }
    question.body_bytes = exchange.row.request_body_bytes;
    const Mapping* mapping = index_events_.MappingOf(question.document.index);
    if (mapping != nullptr && !question.piped) {
      question.fit = mapping->Check(operation.kind, body);
    }
    if (IsComparable(meaning.api)) {
      question.through = meaning.api;
      question.traits = TraitsOfMaking(meaning.api, request.target, request.body);
    }
    if (HasHole(*exchange.request) && LacksSource(operation, body)) {
      question.ForgetSource(MayHaveSentLongText(*exchange.request));
    }
    history_.tokens.AddQuestion(history_.questions.size(), question.tokens);
    history_.requests[*open].questions.push_back(history_.questions.size());
    if (!exchange.response && !question.piped) {
      unseen_.Await(history_.questions.size(), request, meaning,
                    history_.IndexBehind(question.document.index), question.document.id);
    }
    history_.questions.push_back(std::move(question));
  }

  /// A request that ended before its target did: nobody knows what it is about.
  std::optional<size_t> AskCut(const store::StoredExchange& exchange) {
    std::optional<size_t> open;
    if (exchange.request && !exchange.response && !exchange.row.method.empty() &&
        !dialect::IsSafe(exchange.row.method)) {
      const dialect::Meaning meaning{.operations = {{}}};
      Ask(exchange, {exchange.row.method, exchange.row.target, {}, {}}, meaning,
          meaning.operations.front(), {}, open);
      ++history_.mutations;
    }
    return open;
  }

  const dialect::Dialect& dialect_;
  const HistoryOptions options_;
  const TimeNs clock_error_ns_;  ///< of several recorders
  History history_;
  ConnectionWatch watch_;
  UnseenAnswers unseen_;
  UnplacedWrites unplaced_;
  IndexEvents index_events_{history_};
  RecorderEnds ended_;
  WriteTimes write_times_;   ///< of documents: from the last byte to the answer's first
  DocumentWatch documents_;  ///< of a long log
};

}  // namespace

Result<History> ReadHistory(store::LogReader& log, const dialect::Dialect& dialect,
                            const HistoryOptions& options) {
  TRY_ASSIGN(const store::ClockError clocks, store::ClockErrorOf(log, options.clock_error_ns));
  HistoryReader reader(dialect, options, clocks.ns);
  TRY_ASSIGN(const std::vector<store::AttemptInfo> attempts, log.Attempts());
  reader.Begin(attempts);
  TRY_ASSIGN(const StrayAnswers strays, StrayAnswers::Find(log, dialect, options.until));
  ExchangePass pass(log, strays, {dialect, clocks.ns, reader.redacted()}, options.threads);
  TRY(pass.Each(ExchangePass::Bodies::kTextsAndChanges, [&](Understood& exchange) {
    reader.Add(exchange);
    if (reader.leaves_bodies()) {
      pass.LeaveBodies();
    }
  }));
  History history = reader.Finish();
  if (!clocks.assumed.empty()) {
    history.notes.push_back({.about = Note::About::kClocks, .words = clocks.assumed});
  }
  if (history.long_log) {
    SecondLook look(reader.documents(), options.facts_max, history);
    TRY(pass.Each(ExchangePass::Bodies::kTexts, [&](Understood& exchange) { look.Add(exchange); }));
    look.Finish();
  }
  history.tokens.Take(history);
  history.precedents.Judge(history);
  reader.unseen_answers().Judge(history);
  TakePipelines(history);
  TakeRoutings(history);
  for (ByQueryRun& run : history.by_query) {
    if (run.lasts_as_request) {
      run.ran.until = history.requests.at(*run.request).runs.until;
    }
  }
  return history;
}

}  // namespace trafrec::reconcile
