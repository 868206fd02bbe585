// Where a backfill ends in the source's history.
//
// What was answered before the backfill was asked for is in it; what began after its end is not. In
// between the source's own numbers decide: a shard's copy has nothing above its greatest number,
// and each document that was written meanwhile is asked for the number that it has there
// (decision.cc). Numbers of different shards are taken as of different instants, so no single time
// divides the log.
//
// Rejected: a number per shard below which all is held. Several writes run at a time, so that some
// below the greatest number that a copy has are not in it (restored_copy.cc).

#include "reconcile/boundary/boundary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "reconcile/boundary/early_reads.h"
#include "reconcile/boundary/form_of.h"
#include "reconcile/boundary/placing.h"
#include "reconcile/boundary/shard_counts.h"
#include "reconcile/boundary/span_documents.h"
#include "reconcile/history/each_row.h"
#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/redacted.h"
#include "replay/recorded/exchange_view.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;

constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();
/// Clocks of two recorders may differ; who saw the backfill begin may not be who saw a mutation.
constexpr int64_t kClockErrorNs = kNsPerSecond;

/// One exchange, and what is known of it as a whole.
struct Seen {
  const store::StoredExchange& exchange;
  const dialect::RequestView& request;
  dialect::Meaning meaning;
  dialect::Answer answer;
  bool answered;  ///< wholly
  Span ran;
};

class BoundaryReader {
 public:
  BoundaryReader(const dialect::Dialect& dialect, const BoundaryInput& input,
                 const LeaveOut& leave_out)
      : dialect_(dialect),
        input_(input),
        leave_out_(leave_out),
        backfill_(*input.backfill),
        places_(backfill_, input.limits),
        shards_(backfill_),
        reads_(dialect, backfill_) {
    own_.insert(backfill_.own.begin(), backfill_.own.end());
    boundary_.notes = backfill_.notes;
    for (const auto& [shard, limit] : input.limits) {
      boundary_.shards[shard].limit = limit;
    }
  }

  Status Read(store::LogReader& log) {
    TRY_ASSIGN(const bool several, log.HasSeveralRecorders());
    places_.AllowFor(several ? kClockErrorNs : 0);
    TRY(NoteLosses(log));
    for (const KnownInsertion& insertion : input_.known.insertions) {
      const dialect::Meaning meaning = MeaningOf(insertion);
      if (const dialect::Key* key = DocumentIn(meaning)) {
        documents_.Expect({places_.Of(*key, {}).index, key->id, key->routing});
      }
    }
    return EachRow(log, std::nullopt, [&](const store::ExchangeRow& row) -> Status {
      if (own_.contains(row.id)) {
        return leave_out_({row.id, std::nullopt}, "the backfill's own request");
      }
      if (!row.has_request || !MayChange(row)) {
        return AddRead(log, row);
      }
      TRY_ASSIGN(const store::StoredExchange exchange, log.Load(row));
      return Add(exchange);
    });
  }

  Result<Boundary> Finish() {
    for (const KnownInsertion& insertion : input_.known.insertions) {
      TRY(AddInsertion(insertion));
    }
    TRY(documents_.Decide(input_.copy, [this](SpanMutation& each) { return Take(each); }));
    shards_.Finish(boundary_);
    std::ranges::sort(boundary_.span, {}, &SpanMutation::at);
    return std::move(boundary_);
  }

 private:
  Status NoteLosses(store::LogReader& log) {
    TRY_ASSIGN(const std::vector<store::AttemptInfo> attempts, log.Attempts());
    TimeNs began = kNever;
    for (const CopiedPart& part : backfill_.parts) {
      began = std::min(began, part.began);
    }
    uint64_t losses = 0;
    for (const store::AttemptInfo& attempt : attempts) {
      losses += static_cast<uint64_t>(
          std::ranges::count_if(attempt.losses, [began](const store::LossRecord& loss) {
            return loss.until >= began && loss.cause != store::LossCause::kStart &&
                   loss.cause != store::LossCause::kStop &&
                   loss.cause != store::LossCause::kGapShare;
          }));
    }
    if (losses > 0) {
      boundary_.notes.push_back(
          fmt::format("{} losses of the recording came after the backfill began: mutations may be "
                      "missing from the log (trafrec reconcile finds them)",
                      losses));
    }
    return {};
  }

  bool MayChange(const store::ExchangeRow& row) const {
    const dialect::Meaning meaning = dialect_.Understand(
        {.method = row.method, .target = row.target, .headers = {}, .body = {}});
    return meaning.mutation || meaning.kind == Kind::kBulk;
  }

  Status AddRead(store::LogReader& log, const store::ExchangeRow& row) {
    TRY_ASSIGN(const bool early, input_.keep_reads ? false : reads_.Has(log, row));
    if (early) {
      ++boundary_.early_reads;
      TRY(leave_out_({row.id, std::nullopt}, "it read what the backfill then had as of later"));
    }
    return {};
  }

  Status Add(const store::StoredExchange& exchange) {
    const recorded::ExchangeView view(exchange);
    if (view.request() == nullptr) {
      return {};
    }
    Seen seen{.exchange = exchange,
              .request = *view.request(),
              .meaning = dialect_.Understand(*view.request()),
              .answer = {},
              .answered = view.answer() != nullptr && IsWhole(exchange.response),
              .ran = {exchange.request->facts.last_byte_at,
                      exchange.response ? exchange.response->facts.first_byte_at : kNever}};
    if (view.answer() != nullptr) {
      seen.answer = dialect_.ReadAnswer(seen.meaning, *view.answer());
    }
    seen.answer.outcomes.resize(seen.meaning.operations.size());
    left_out_.clear();
    bool all = true;
    for (size_t i = 0; i < seen.meaning.operations.size(); ++i) {
      const dialect::Operation& operation = seen.meaning.operations[i];
      if (operation.mutation) {
        TRY_ASSIGN(const bool left, dialect::WritesDocument(operation.kind)
                                        ? AddWrite(seen, operation, seen.answer.outcomes[i])
                                        : AddOther(seen, operation, seen.answer.outcomes[i]));
        all = all && left;
      }
    }
    return LeaveOutOf(seen, all);
  }

  /// Whole exchanges by one entry: most are held as a whole.
  Status LeaveOutOf(const Seen& seen, bool all) {
    constexpr std::string_view kWhy = "the backfill holds it";
    if (all && !left_out_.empty()) {
      return leave_out_({seen.exchange.row.id, std::nullopt}, kWhy);
    }
    for (const store::OperationAddress& at : left_out_) {
      TRY(leave_out_(at, kWhy));
    }
    return {};
  }

  store::OperationAddress AddressOf(const Seen& seen, const dialect::Operation& operation) const {
    return {seen.exchange.row.id,
            seen.meaning.kind == Kind::kBulk ? std::optional(operation.item) : std::nullopt};
  }

  dialect::Meaning MeaningOf(const KnownInsertion& insertion) const {
    return dialect_.Understand(
        {.method = insertion.method, .target = insertion.target, .headers = {}, .body = {}});
  }

  static const dialect::Key* DocumentIn(const dialect::Meaning& meaning) {
    return meaning.operations.empty() ? nullptr : dialect::FindDocument(meaning.operations[0].keys);
  }

  /// What is missing from the log may be in the copy, too.
  Status AddInsertion(const KnownInsertion& insertion) {
    const dialect::Meaning meaning = MeaningOf(insertion);
    const dialect::Key* key = DocumentIn(meaning);
    if (key == nullptr) {
      return {};
    }
    const Where where = places_.Of(*key, {});
    const std::optional<int64_t> limit = places_.LimitOf(where);
    if (where.part == nullptr || (limit && insertion.seq_no > *limit)) {
      return {};
    }
    return documents_.Add({.at = insertion.at,
                           .document = {where.index, key->id, key->routing},
                           .seq_no = insertion.seq_no},
                          where.shard,
                          {.seq_no = insertion.seq_no,
                           .form = Form::kWhole,
                           .removes = meaning.kind == Kind::kDelete});
  }

  void Count(Share share) { ++boundary_.counts.at(static_cast<size_t>(share)); }

  /// A decided mutation.
  void CountIn(const DocumentName& name, std::optional<int64_t> seq_no, Share share,
               const store::OperationAddress& at) {
    Count(share);
    if (seq_no) {
      shards_.Count(name, *seq_no, share, at);
    }
  }

  /// True: a replay leaves it out, whatever comes later. All of the Adds.
  Result<bool> AddWrite(const Seen& seen, const dialect::Operation& operation,
                        const dialect::Outcome& outcome) {
    const dialect::Key* key = dialect::FindDocument(operation.keys);
    if (key == nullptr || outcome.fate == Fate::kRejected || outcome.fate == Fate::kFailed) {
      return false;  // replay does not send it, or nobody knows what it is
    }
    if (const auto hidden = HiddenIn(seen.request, operation, outcome); !hidden.empty()) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("redaction replaced {} in the log: whether the backfill has them, "
                              "nobody can tell",
                              hidden),
                  "record with pointers that reach fields of documents alone, or encrypt the log");
    }
    const Where where = places_.Of(*key, outcome);
    if (where.part == nullptr) {
      ++boundary_.elsewhere;
      return false;
    }
    const store::OperationAddress at = AddressOf(seen, operation);
    const auto known = input_.known.fates.find(at);
    std::optional<int64_t> number = outcome.TookSeqNo() ? outcome.seq_no : std::nullopt;
    if (known != input_.known.fates.end() && outcome.fate == Fate::kUnknown) {
      if (known->second.verdict == store::Verdict::kNotCommitted ||
          known->second.verdict == store::Verdict::kSuperseded) {
        return false;  // the overlay leaves it out already
      }
      number = known->second.seq_no;
    }
    if (!number) {
      return outcome.fate == Fate::kUnknown ? AddOpen(seen, where, *key, at)
                                            : AddNothing(seen, where, outcome, at);
    }
    const DocumentName name{where.index, key->id.empty() ? outcome.id : key->id, key->routing};
    if (outcome.TookSeqNo()) {
      places_.NotePassed(where, *number, seen.ran.until);
      shards_.Took(name, *number, outcome.primary_term.value_or(0));
    }
    const std::optional<int64_t> limit = places_.LimitOf(where);
    if (seen.ran.until < where.in_until) {
      CountIn(name, number, Share::kHeld, at);
      if (outcome.TookSeqNo()) {
        documents_.AddHeld(name, *number);
      }
      left_out_.push_back(at);
      return true;
    }
    const Form form = FormOf(operation, BodyOf(seen.request, operation));
    if (seen.exchange.row.began_at > where.out_from || (limit && *number > *limit)) {
      CountIn(name, number, Share::kSent, at);
      documents_.AddLater(name, *number, form);
      return false;
    }
    const bool makes = operation.kind == Kind::kCreate || operation.writing.automatic_id;
    const bool removes = operation.kind == Kind::kDelete || outcome.fate == Fate::kDeleted;
    TRY(documents_.Add({.at = at, .document = name, .seq_no = number, .remove_first = makes},
                       where.shard,
                       {*number, outcome.version, form, removes, outcome.TookSeqNo()}));
    return false;
  }

  /// Nobody knows what became of it.
  Result<bool> AddOpen(const Seen& seen, const Where& where, const dialect::Key& key,
                       const store::OperationAddress& at) {
    const TimeNs over =
        seen.ran.until == kNever
            ? seen.ran.from + std::max(input_.settle_ns, 2 * backfill_.longest_answer_ns)
            : seen.ran.until;
    if (over < where.in_until) {
      Count(Share::kNothing);
      left_out_.push_back(at);
      return true;
    }
    if (seen.exchange.row.began_at > where.out_from) {
      Count(Share::kSent);
      return false;
    }
    SpanMutation open{
        .at = at,
        .document = {where.index, key.id, key.routing},
        .words =
            "nobody knows whether the source carried it out: trafrec reconcile LOG -o OVERLAY "
            "first, then this with the same overlay"};
    TRY(Take(open));
    return false;
  }

  /// It took no number. Sent again where the copy shows what came later, it may change something.
  Result<bool> AddNothing(const Seen& seen, const Where& where, const dialect::Outcome& outcome,
                          const store::OperationAddress& at) {
    const std::optional<int64_t> limit = places_.LimitOf(where);
    const bool later = seen.exchange.row.began_at > where.out_from ||
                       (limit && outcome.seq_no && *outcome.seq_no > *limit);
    Count(later ? Share::kSent : Share::kNothing);
    if (!later) {
      left_out_.push_back(at);
    }
    return !later;
  }

  /// Of more than one document.
  Result<bool> AddOther(const Seen& seen, const dialect::Operation& operation,
                        const dialect::Outcome& outcome) {
    const Where where = places_.OfAny(operation);
    if (where.part == nullptr || outcome.fate == Fate::kRejected) {
      ++boundary_.elsewhere;
      return false;
    }
    const store::OperationAddress at = AddressOf(seen, operation);
    const bool done = seen.answered && outcome.fate != Fate::kUnknown;
    if ((done ? seen.ran.until : kNever) < where.in_until) {
      Count(Share::kHeld);
      left_out_.push_back(at);
      return true;
    }
    if (seen.exchange.row.began_at > where.out_from) {
      Count(Share::kSent);
      return false;
    }
    const bool harmless =
        operation.kind == Kind::kIndexAdmin && seen.meaning.api != "indices.delete";
    SpanMutation mutation{.at = at, .document = {where.index, "", ""}};
    mutation.share = harmless ? Share::kEither : Share::kUndecided;
    mutation.words = harmless
                         ? "right whether the copy has it or not"
                         : "it ran while the backfill was taken, and the copy may hold a part of "
                           "what it did: look at its documents, or take the backfill again";
    TRY(Take(mutation));
    return false;
  }

  /// A decided mutation of the span.
  Status Take(SpanMutation& mutation) {
    CountIn(mutation.document, mutation.seq_no, mutation.share, mutation.at);
    if (IsLeftOut(mutation.share)) {
      TRY(leave_out_(mutation.at, mutation.share == Share::kHeld
                                      ? "the backfill holds it: " + mutation.words
                                      : mutation.words));
    }
    boundary_.span.push_back(std::move(mutation));
    return {};
  }

  const dialect::Dialect& dialect_;
  const BoundaryInput& input_;
  const LeaveOut& leave_out_;
  const Backfill& backfill_;
  Placing places_;
  ShardCounts shards_;
  EarlyReads reads_;
  std::set<store::ExchangeId> own_;
  std::vector<store::OperationAddress> left_out_;  ///< of the exchange that is read
  SpanDocuments documents_;
  Boundary boundary_;
};

}  // namespace

Result<Boundary> FindBoundary(store::LogReader& log, const dialect::Dialect& dialect,
                              const BoundaryInput& input, const LeaveOut& leave_out) {
  BoundaryReader reader(dialect, input, leave_out);
  TRY(reader.Read(log));
  return reader.Finish();
}

}  // namespace trafrec::reconcile
