#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/endpoint.h"
#include "base/error.h"
#include "replay/dialect/dialect.h"
#include "replay/edit/editor.h"
#include "replay/edit/sampling.h"
#include "replay/edit/selection.h"
#include "replay/plan/by_query_watch.h"
#include "replay/plan/index_naming.h"
#include "replay/plan/mapping_memory.h"
#include "replay/plan/passed_over.h"
#include "replay/plan/planned_exchange.h"
#include "store/overlay/overlay_reader.h"
#include "store/reader/log_reader.h"

namespace trafrec::plan {

enum class Order : uint8_t {
  kCausal,      ///< whoever may have known of another comes after it
  kConnection,  ///< each connection of the source one after another, as OpenSearch Migrations has
                ///< it
  kNone,        ///< no order but the times
};

/// What is done with a mutation of which nobody knows what became of it.
enum class Phantoms : uint8_t { kStop, kSend, kDrop };

struct PlanOptions {
  store::ExchangeFilter filter{};  ///< which exchanges are selected
  Order order = Order::kCausal;
  Phantoms phantoms = Phantoms::kStop;
  edit::Selection selection{};
  edit::Sampler* sampler = nullptr;         ///< null: everything; borrowed
  store::OverlayReader* overlay = nullptr;  ///< null: none; borrowed
  bool send_incomplete = false;
  bool allow_marked = false;  ///< requests that a run sent, too
  bool one_clock = false;     ///< nobody expects a second recorder, or an overlay
  TimeNs clock_error_ns = 0;  ///< by how much the clocks of two recorders may differ
  /// Asked of each server of an exchange, once; an Error ends the plan. May be empty.
  std::function<Status(const Endpoint& server)> look_at_server{};
  std::optional<EchoRules> echo{};  ///< nothing: sentinels are left out
  /// Of each target the fields that all its requests are given: credentials, and its own.
  std::vector<std::vector<std::string>> given_fields{};
};

/// What was read and what becomes of it; exchanges, unless a name says operations.
struct PlanCounts {
  uint64_t read = 0;
  uint64_t not_selected = 0;
  uint64_t planned = 0;                        ///< with at least one operation that is sent
  uint64_t operations = 0;                     ///< that were selected
  std::array<uint64_t, kOmissions> omitted{};  ///< operations, by Omission; [0]: sent
  uint64_t inserted = 0;                       ///< by the overlay
  uint64_t rewritten = 0;                      ///< by the overlay
  uint64_t moved = 0;                          ///< by the overlay
  uint64_t unknown_paths = 0;                  ///< ordered as writes of the whole service
  uint64_t withheld_fields = 0;                ///< sent without a field that redaction had replaced
  uint64_t by_queries = 0;
  uint64_t doubtful_by_queries = 0;
  uint64_t passed_over = 0;       ///< in a log that grows: exchanges that were not settled
  uint64_t caught_up = 0;         ///< of them and of those of an earlier life, settled since
  uint64_t passed_over_gone = 0;  ///< of these, deleted from the log meanwhile
};

/// Reads a log from a time on, in its order, and makes of each exchange what is to be sent. It
/// remembers what it needs for the order: names, fields, refreshes. One thread.
class Planner {
 public:
  /// All borrowed, and must outlive it.
  Planner(store::LogReader& log, const dialect::Dialect& dialect, edit::Editor& editor,
          PlanOptions options);

  /// Mutations whose fate the log does not show, as far as rows alone tell: an Error that names the
  /// first ones, if they are to stop the run. Reads no frame.
  Status LookForPhantoms();
  /// From now on they are sent, where they would have been the end.
  void SendPhantoms() {
    if (options_.phantoms == Phantoms::kStop) {
      options_.phantoms = Phantoms::kSend;
    }
  }

  /// A start of a recorder that goes on: its name and number.
  using RunningAttempt = std::pair<std::string, uint32_t>;
  /// What these recorded may not be settled yet: it is passed over, and planned by a later Plan.
  void Await(std::set<RunningAttempt> running);
  /// Counts only what began then or later: an earlier life of the run has counted the rest.
  void CountFrom(TimeNs began_at) { count_from_ = began_at; }
  /// What was planned so far, and counted.
  const Tally& tally() const { return tally_; }
  /// What an earlier life of the run passed over.
  void Recall(std::vector<PassedOver> passed_over);
  /// Exchanges that are passed over now.
  size_t passed_over() const { return passed_over_.size(); }

  using Take = std::function<Result<bool>(std::unique_ptr<PlannedExchange> exchange)>;
  /// Those that began in [since, until), until `take` says false. Call it with times that go on.
  Status Plan(std::optional<TimeNs> since, std::optional<TimeNs> until, const Take& take);

  PlanCounts counts() const;
  const ByQueryWatch& by_queries() const { return by_queries_; }
  /// Ids of what is omitted for a reason that a person should know, the first ones.
  const std::map<Omission, std::vector<std::string>>& examples() const { return examples_; }
  const std::map<std::string, uint64_t>& unknown_paths() const { return unknown_paths_; }
  /// Fields that redaction had replaced and nothing gives anew, in lower case: how often one was
  /// left out of what is sent.
  const std::map<std::string, uint64_t>& withheld_fields() const { return withheld_fields_; }

 private:
  /// A recorded exchange on its way to what is sent.
  struct Draft {
    std::unique_ptr<PlannedExchange> owned = std::make_unique<PlannedExchange>();
    PlannedExchange& exchange = *owned;
    std::vector<store::OverlayEntry> entries{};       ///< what the overlay says of it
    std::optional<dialect::Meaning> first_meaning{};  ///< before it was given another one
    std::optional<dialect::Answer> answer{};
    std::optional<TimeNs> answered_at{};
    bool in_place = false;  ///< its operations are the recorded ones, one for one
    std::optional<std::vector<uint32_t>> places{};  ///< else: which of them they are
    bool whole = false;                             ///< nothing of its request is missing
    size_t whole_items = 0;  ///< of a bulk with a hole: those whose lines stand before it
    bool upgraded = false;   ///< it leaves HTTP
    bool inserted = false;   ///< by the overlay: it is in no log
    TimeNs not_before = 0;   ///< it was passed over, and comes after what was answered before that

    /// What the recorded request means.
    const dialect::Meaning& as_recorded() const {
      return first_meaning ? *first_meaning : exchange.meaning;
    }
    void ChangeMeaning(dialect::Meaning meaning);
    /// Which recorded one an operation is; nothing: nobody can tell.
    std::optional<uint32_t> PlaceOf(size_t operation) const;
  };
  /// What was passed over and is planned now.
  struct Late {
    const std::vector<uint32_t>& items;  ///< empty: all
    TimeNs since;
  };
  /// Which items of a moved exchange are meant.
  enum class Share : uint8_t { kStaying, kMoved };

  // planner_overlay.cc
  Result<bool> PlanWithOverlay(const store::ExchangeRow& row, bool selected, const Take& take);
  Result<std::deque<store::ExchangeRow>> AnchorsLeftOut(const store::ExchangeFilter& filter);
  Result<bool> PlanBesideLeftOut(std::deque<store::ExchangeRow>& left_out,
                                 const store::ExchangeRow* before, const Take& take);
  Result<bool> PlanMoved(const std::vector<store::OverlayEntry>& moved,
                         const PlannedExchange& beside, bool after, const Take& take);
  Result<bool> PlanInsertion(const store::Insertion& insertion, const PlannedExchange* beside,
                             const Take& take);
  Result<bool> PlanInsertionsBefore(TimeNs until, const Take& take);
  Status Rewrite(Draft& draft);
  bool Decides(const store::ExchangeId& id) const;

  // planner.cc
  /// What a row brings; nothing if it is not selected.
  Result<std::unique_ptr<PlannedExchange>> PlanRow(const store::ExchangeRow& row,
                                                   const std::vector<store::OverlayEntry>& entries,
                                                   Share share, const Late* late = nullptr);
  Status LookAtServer(const Endpoint& server);
  void NoteWithheld(const PlannedExchange& exchange);
  dialect::Meaning Understand(const message::Request& request) const;
  Result<std::optional<Draft>> DraftOf(const store::ExchangeRow& row,
                                       const std::vector<store::OverlayEntry>& entries);
  Result<bool> Hand(std::unique_ptr<PlannedExchange> planned, const Take& take);
  /// Makes of the request what is sent. False: a rule drops it.
  Result<bool> Edit(Draft& draft);
  static void OmitAll(PlannedExchange& exchange, Omission omission);
  void Count(const PlannedExchange& exchange);
  void CountLost(const store::ExchangeRow& row);
  void PutTally(PlannedExchange& exchange);
  uint32_t ClockOf(const std::string& recorder);

  // planner_late.cc
  bool IsOpen(const store::ExchangeRow& row) const;
  bool PassesOver(const Draft& draft, const store::ExchangeRow& row) const;
  std::vector<dialect::Key> WrittenBy(const Draft& draft, const std::vector<uint32_t>& items,
                                      bool open);
  void PassOver(Draft& draft, bool open);
  void HoldBack(Draft& draft);
  static void TakeUp(const Late& late, Draft& draft);
  Result<std::optional<store::ExchangeRow>> RowOf(PassedOverList::Entry& entry);
  Result<bool> CatchUp(TimeNs since, const Take& take);
  Result<bool> PlanLate(PassedOverList::Entry& entry, TimeNs since, const Take& take);

  // planner_judge.cc
  bool IsSampled(const PlannedExchange& exchange) const;
  Status Judge(Draft& draft, Share share);
  static uint32_t ItemOf(const Draft& draft, size_t operation);
  static bool MayGoIncomplete(const Draft& draft, size_t operation);
  Result<Omission> JudgePhantom(const Draft& draft, uint32_t item,
                                const store::OverlayVerdict* said);
  bool IsTaken(const dialect::Operation& operation, const PlannedOperation& planned) const;

  // planner_order.cc
  void PutInOrder(Draft& draft);
  void AddTaskKeys(const PlannedExchange& exchange, PlannedOperation& planned,
                   const dialect::Operation& operation);
  static void AddContextKeys(const Draft& draft, order::SourceOperation& order);
  static void AddAnchor(PlannedExchange& exchange, const PlannedExchange& beside);
  void PutBeside(PlannedExchange& exchange, const PlannedExchange& beside, bool after);
  void SetCommit(Draft& draft, size_t place, size_t recorded_keys);
  void AddMappingKeys(const PlannedExchange& exchange, PlannedOperation& planned,
                      const dialect::Operation& operation);
  void WatchByQueries(const PlannedExchange& exchange, const PlannedOperation& planned,
                      const dialect::Operation& operation);

  store::LogReader& log_;
  const dialect::Dialect& dialect_;
  edit::Editor& editor_;
  PlanOptions options_;
  IndexNaming naming_;
  MappingMemory mappings_;
  ByQueryWatch by_queries_;
  std::map<std::string, uint32_t> clocks_;
  std::unordered_map<uint64_t, TimeNs> last_on_connection_;
  /// What tasks write, by their ids at the source.
  std::unordered_map<std::string, std::vector<dialect::Key>> tasks_;
  std::map<std::string, uint64_t> generations_;  ///< how often an index was made anew
  uint64_t bulks_ = 0;
  std::set<RunningAttempt> running_;
  PassedOverList passed_over_;
  PlanCounts counts_;
  std::set<Endpoint> servers_;  ///< that were looked at
  std::optional<TimeNs> count_from_;
  Tally tally_;
  Tally tally_before_;  ///< of all that began before tally_time_
  TimeNs tally_time_ = 0;
  std::map<Omission, std::vector<std::string>> examples_;
  std::map<std::string, uint64_t> unknown_paths_;
  std::map<std::string, uint64_t> withheld_fields_;
};

}  // namespace trafrec::plan
