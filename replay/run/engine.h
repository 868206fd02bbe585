#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"
#include "base/error.h"
#include "replay/dialect/dialect.h"
#include "replay/guard/guard.h"
#include "replay/ledger/ledger.h"
#include "replay/pace/speed.h"
#include "replay/run/committer.h"
#include "replay/run/dead_keys.h"
#include "replay/run/echo_signer.h"
#include "replay/run/engine_options.h"
#include "replay/run/known_documents.h"
#include "replay/run/move.h"
#include "replay/run/outcome_digest.h"
#include "replay/run/result_log.h"
#include "replay/run/run_counts.h"
#include "replay/run/source_lag.h"
#include "replay/run/spent_plans.h"
#include "replay/run/target_state.h"
#include "replay/run/window.h"
#include "replay/send/sender.h"

namespace trafrec::replay {

/// What a run is made of. All of it outlives the engine.
struct EngineParts {
  asio::io_context& loop;
  send::Sender& sender;
  const guard::Guard& guard;
  const dialect::Dialect& dialect;
  ledger::LedgerWriter& ledger;
  ledger::LedgerReader& memory;
  ResultLog& results;
  std::vector<std::string> target_names;
  const EchoSigner* echoes = nullptr;  ///< null: the plan has no sentinels
};

/// Where a run is.
struct RunProgress {
  RunCounts counts;
  RunTimes times;
  SourceLag source_lag;
  uint64_t held = 0;         ///< exchanges in the window
  uint64_t moving = 0;       ///< requests under way
  uint64_t passed_over = 0;  ///< exchanges that wait for the source's answer, or for such a one
  size_t concurrency = 0;    ///< allowed now
  TimeNs source_time = 0;  ///< began_at of the oldest exchange that is not over, or of the last one
  TimeNs through = 0;      ///< all that is known to have begun before is over; 0: nothing yet
  int64_t behind_ns = 0;   ///< how late the next exchange is now; 0: on time
  TimeNs next_time = 0;    ///< began_at of the next exchange that is to go by the time; 0: none
  int64_t next_due_ns = 0;  ///< until it is due; below 0: it is late
  TimeNs now_time = 0;      ///< the recorded time that the run has come to; 0: nothing was read
  uint64_t taken = 0;       ///< exchanges that came from the planner: over, or in the window
  int64_t elapsed_ns = 0;   ///< of this life of the run, without pauses
  bool paused = false;
  bool over = false;  ///< nothing is left
  pace::Speed speed{};
  std::string trouble{};  ///< why nothing goes on: "the target cannot be reached: …"
};

/// Sends what the planner plans: each operation when it is due and those before it are over, in the
/// form that the guard gives it, with its intent in the ledger first. One event loop; what may be
/// called from other threads says so.
class Engine {
 public:
  Engine(const EngineParts& parts, EngineOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// The planner's thread: hands over the next exchange, and waits for room. False: the run ends.
  bool Offer(std::unique_ptr<plan::PlannedExchange> exchange);
  /// The planner's thread: no request that began before comes any more.
  void Advance(TimeNs began_at);
  /// The planner's thread: that was all, or why there is no more.
  void EndOfPlan(Status status);

  /// Runs the loop until everything is over, or the run was stopped.
  Status Run();

  /// From any thread.
  void Stop();
  void Pause(bool paused);
  void SetSpeed(const pace::Speed& speed);
  /// What began before goes at once, in its order, up to there.
  void Seek(TimeNs began_at);
  RunProgress progress() const;
  /// On the loop's thread: a mark of the caller's, in the ledger.
  void KeepMark(const std::string& name, const std::string& value);
  /// Called on the loop's thread, some times a second, and when all is over.
  void OnTick(std::function<void(const RunProgress&)> tick) { tick_ = std::move(tick); }

  /// After Run.
  uint64_t digest() const { return window_.digest(); }
  uint64_t unordered() const { return window_.unordered(); }
  /// Of this run in all its lives.
  uint64_t outcome_digest() const { return outcomes_.value(); }
  bool stopped() const { return stopped_; }
  /// Of this run in all its lives, by the ledger's counters as they are now and what this life
  /// planned. Nothing: the run was begun by a version that did not count.
  std::optional<plan::Tally> WholeTally(const std::map<std::string, int64_t>& counters,
                                        const plan::Tally& planned) const;

 private:
  using Work = std::move_only_function<void()>;

  // engine.cc and engine_intake.cc: what is held, and when it goes
  void Post(Work work);
  void Poke();
  Status LoadDead();
  std::vector<dialect::Key> KeysOf(const ledger::Letter& letter) const;
  void Pump();
  void PumpSoon();
  void FillWindow();
  bool FetchNext();
  void TakeIn(std::unique_ptr<plan::PlannedExchange> exchange);
  void NotePassedOver(const plan::PlannedExchange& exchange);
  void NoteCaughtUp(const plan::PlannedExchange& exchange);
  Status MakeItems(Flight& flight);
  static void ResumeDoubt(const ledger::Intent& intent, guard::Item& item);
  void SendDue();
  size_t UnparkOrCount();
  void ArmTimer(int64_t due);
  void Tick();
  void Publish();
  void NotePosition();
  static void AddTally(ledger::Batch& batch, const plan::Tally& more);
  Status RecallPosition(const std::map<std::string, int64_t>& counters);
  void FinishIfOver();
  void Fail(Error error);
  void BeginStop();
  void GiveUpMoving();
  void AbandonPaused();
  int64_t Now() const;
  RunProgress Snapshot() const;

  // engine_moves.cc and engine_settle.cc: one parcel on its way, and what becomes of it
  void Start(Flight& flight);
  bool BlockDead(Flight& flight, std::vector<uint32_t>& items);
  void RefreshFirst(const MovePtr& move);
  void GoRound(const MovePtr& move);
  void Read(const MovePtr& move, message::Request request);
  void Write(const MovePtr& move);
  void SendWrite(const MovePtr& move, message::Request request);
  void TakeAnswer(const MovePtr& move, send::Sent& sent);
  void NoteTimes(Move& move, const send::Sent& sent);
  void NoteBytes(const send::Sent& sent, const message::Request& request);
  void Judge(const MovePtr& move, bool unsent, const std::string& failure);
  void Later(const MovePtr& move, int64_t pause_ms);
  void Throttle(bool busy);
  void Finish(const MovePtr& move);
  void KeepKnown(const Flight& flight, const guard::Item& item);
  void Settle(Flight& flight, guard::Item& item, ledger::Batch& batch);
  bool GivesUpUnsendable(const MovePtr& move, const send::Sent& sent);
  void PutLetter(const Flight& flight, const guard::Item& item, ledger::State state,
                 ledger::Batch& batch);
  void Complete(Flight& flight);
  store::ResultLink LinkOf(const Flight& flight) const;
  void PutResult(Flight& flight);
  void NoteEcho(const Flight& flight, ledger::Batch& batch);
  static std::optional<store::SentinelRecord> EchoOf(const Flight& flight);
  void Abandon(const MovePtr& move);
  void Withdraw(const Flight& flight, const Move& move);
  void EndMove(const Flight& flight);
  void Keep(ledger::Batch settled);
  void KeepReads();
  guard::SourceNumbers SourceNumbersOf(const Flight& flight);
  void LearnContext(const Flight& flight, const message::Answer& answer);
  void OnCommitted(uint64_t batch, const Status& status);

  // engine_target.cc: what ends a run because the target is the wrong one
  bool EndsOverWrongTarget(const MovePtr& move, const send::Sent& sent, bool reading);
  bool EndsOverForbiddenItems(const MovePtr& move, const send::Sent& sent);
  bool EndsOverSilence(const MovePtr& move, const std::string& why);
  static Error NeverAnswered(const std::string& why);
  bool EndsOverStrangeAnswers(const MovePtr& move, const send::Sent& sent);
  void KeepHeld(TargetState& target);
  void SettleHeld();

  // engine_away.cc: targets that cannot be reached, or stand behind a proxy that does not
  bool EndsOverAbsence(const MovePtr& move, const std::string& why);
  void NoteAnswer(size_t number, const send::Sent& sent, const std::string& path);
  bool WaitsForReturn(const MovePtr& move);
  void AwaitReturn(const MovePtr& move);
  void BeginAway(size_t number, std::string path, bool asks_last);
  void EndAway(TargetState& target);
  int64_t AnyAwayWithin(int64_t from, int64_t until) const;
  void Probe(size_t number, const std::string& path);
  void TakeProbe(size_t number, const send::Sent& sent);

  const EngineParts parts_;
  const EngineOptions options_;
  BoundedQueue<std::unique_ptr<plan::PlannedExchange>> queue_;
  std::deque<std::unique_ptr<plan::PlannedExchange>> coming_;  ///< out of the queue, not yet held
  SpentPlans spent_;
  std::atomic<bool> poked_{false};
  bool pump_comes_ = false;
  std::atomic<bool> hungry_{true};  ///< the loop found the queue empty: to be told of what comes
  std::atomic<bool> ending_{false};
  std::atomic<bool> plan_over_{false};
  std::mutex plan_mutex_;
  Status plan_status_;
  std::atomic<TimeNs> plan_through_{0};
  TimeNs taken_through_ = 0;  ///< all that began before has come into the window

  Window window_;
  pace::Schedule schedule_;
  KnownDocuments known_;
  DeadKeys dead_;
  asio::steady_timer timer_;
  std::optional<int64_t> armed_for_;  ///< the next due time, on the run's clock
  asio::steady_timer tick_timer_;
  asio::steady_timer stop_timer_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::vector<std::weak_ptr<Move>> paused_moves_;  ///< between two tries
  int64_t start_ = 0;                              ///< of the run, on the steady clock
  size_t moving_ = 0;
  size_t concurrency_;
  uint64_t answers_since_ = 0;
  std::vector<TargetState> targets_;
  bool stopping_ = false;   ///< nothing new goes out
  bool giving_up_ = false;  ///< and nobody waits for answers any more
  bool stopped_ = false;    ///< somebody asked for it
  bool paused_ = false;
  int64_t paused_at_ = 0;
  int64_t paused_ns_ = 0;  ///< all pauses that are over
  uint64_t taken_ = 0;
  std::optional<TimeNs> seek_to_;
  bool closed_ = false;
  Status failed_;
  TimeNs last_began_ = 0;
  store::ExchangeId last_id_;
  plan::Tally last_tally_;
  ledger::Position position_;
  std::optional<TimeNs> resumed_at_;  ///< where the position was when this life began
  /// Of what this life planned, what is in the ledger's counters.
  std::optional<plan::Tally> counted_ = plan::Tally();
  std::set<store::ExchangeId> passed_over_;  ///< and not over yet
  RunCounts counts_;
  RunTimes times_;
  SourceLag source_lag_;
  OutcomeDigest outcomes_;
  ledger::Batch settled_;                      ///< of the move that ends: empty between two
  std::vector<store::ExchangeId> reads_over_;  ///< exchanges that the ledger is still to hear of
  int64_t operations_read_ = 0;                ///< of them
  std::map<ledger::Address, ledger::Intent> doubts_;
  std::function<void(const RunProgress&)> tick_;
  mutable std::mutex progress_mutex_;
  RunProgress progress_;
  std::deque<std::pair<uint64_t, Work>> waiting_;  ///< for a batch to be committed
  std::unique_ptr<Committer> committer_;
};

}  // namespace trafrec::replay
