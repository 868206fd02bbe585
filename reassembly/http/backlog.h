#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace trafrec::reassembly {

/// How many requests a client leaves unanswered when it asks, and what follows from that habit
/// after a loss: which request the next answer is for. Counts the requests and the final answers of
/// one connection that were seen; those that stand at the same place in the two counts belong
/// together, but for a shift, which a loss makes unknown. The rule and its reasons are in
/// backlog.cc.
class Backlog {
 public:
  /// `from_start`: nothing went by before the first message.
  explicit Backlog(bool from_start) : in_doubt_(!from_start), hopeless_(!from_start) {}

  /// A request was seen. Its client had `knew` bytes of the server's flow.
  void OnRequest(std::optional<uint64_t> knew);
  /// An answer begins at `start`. `through`: of the requests seen, only the first so many can be
  /// the one that it answers.
  void OnAnswer(uint64_t start, uint64_t through);
  /// The answer that began last ended, or may have: what follows will tell.
  void OnAnswerEnd(uint64_t end);
  void OnAnswerMayEnd(uint64_t end) { end_perhaps_ = end; }
  /// It may as well end at `end`, and what looks like answers from `from` on be quoted in it.
  void OnAnswerEndGuessed(uint64_t from, uint64_t end);
  /// The answer that began last is for that request (counted from 0), or for none that was seen.
  void OnPaired(uint64_t request, bool presumed);
  void OnUnrequested();
  /// Requests or answers may have been missed; the next ones are found by searching.
  void OnRequestsLost();
  void OnAnswersLost();
  /// Silence shows that of all requests only `waiting` are open.
  void OnQuiet(uint64_t waiting);

  /// The answer of number i is for the request of number i + shift (both counted from 0), if that
  /// is known by counting. That request may not have been seen, or not be waited for any more.
  /// `through`: as above, of the next answer.
  std::optional<int64_t> Shift(uint64_t through) const;
  /// It cannot be more.
  int64_t Most(uint64_t through) const;
  /// Requests before that one have another shift, which is not known.
  uint64_t first_request() const { return first_request_; }
  uint64_t answered() const { return answered_; }
  /// Changes when the count begins anew.
  uint64_t count_number() const { return count_number_; }
  /// What was counted is contradicted.
  void Recount() { OnAnswersLost(); }
  /// It is taken to be that.
  void Settle(int64_t shift);

  /// Is a habit known well enough that what is in doubt will be known?
  bool trusted() const { return !hopeless_ && (fills() || drained_.known()); }
  /// What was found by searching are messages, and not quoted in the body of one.
  bool proved() const { return trusted() && Certain(); }
  /// And with that also those found before which begin there or later / have that index or more.
  uint64_t answers_proved_from() const { return proved() ? answers_proved_from_ : UINT64_MAX; }
  uint64_t requests_proved_from() const { return proved() ? requests_proved_from_ : UINT64_MAX; }
  /// Since it was: the client left more open than ever, so the count was wrong. Says so once.
  bool TakeRefuted() { return std::exchange(refuted_, false); }

  bool in_doubt() const { return in_doubt_; }
  uint64_t asked() const { return asked_; }

  /// Names all that it knows (resting.cc). `answers_end`: of the server's flow so far.
  template <typename Numbers>
  void EachNumber(uint64_t answers_end, Numbers& numbers);

 private:
  /// How often a client must have shown a habit.
  static constexpr uint64_t kTimesKnown = 6;
  /// One that comes by chance is taken to come within so many times the average pause.
  static constexpr uint64_t kChances = 9;

  /// Something that a client does now and then.
  struct Habit {
    uint64_t requests = 0;
    uint64_t times = 0;   ///< with how many of them it did
    uint64_t pause = 0;   ///< requests since
    uint64_t pauses = 0;  ///< the most in a row

    void Note(bool shown);
    bool known() const { return times >= kTimesKnown; }
    /// Would it have been shown again after so many requests?
    bool due(uint64_t more) const;
  };

  /// More than can have been open. A depth that was not reached often may not be all.
  uint64_t ToProve() const { return fills() ? depth_ + 1 : 2 * depth_ + 2; }
  /// The depth has stood for most of the time, so it is all.
  bool fills() const { return full_.known() && 2 * full_.requests >= drained_.requests; }
  bool Certain() const {
    return !answers_lost_ && !quoted_until_ && quoted_from_ == UINT64_MAX &&
           requests_to_prove_ + answers_to_prove_ == 0;
  }
  int64_t Open() const {
    return static_cast<int64_t>(asked_) - static_cast<int64_t>(known_) - shift_;
  }
  void PassEnd();
  void Learn(uint64_t open);
  void Doubt();
  void Count(int64_t perhaps_known);
  void Agree();

  uint64_t asked_ = 0;
  uint64_t answered_ = 0;       ///< answers that have begun
  uint64_t known_ = 0;          ///< of them, those that the client had when it asked last
  std::vector<uint64_t> ends_;  ///< of those that it had not, from first_end_ on
  size_t first_end_ = 0;
  std::optional<uint64_t> end_perhaps_;  ///< of the one that began last
  int64_t shift_ = 0;
  bool presumed_ = false;  ///< the shift rests on a habit

  uint64_t depth_ = 0;  ///< most requests that the client ever left open
  Habit full_;          ///< to leave so many open
  Habit drained_;       ///< to ask when all before is answered

  bool in_doubt_;         ///< the shift is not known
  bool hopeless_;         ///< and will not be, for no habit is
  bool counted_ = false;  ///< the shift is known by counting
  bool refuted_ = false;
  bool answers_lost_ = false;       ///< since the last answer
  uint64_t from_ = 0;               ///< where the answers that are counted begin
  uint64_t first_request_ = 0;      ///< of those that are counted
  uint64_t requests_to_prove_ = 0;  ///< that the answers counted are some
  uint64_t answers_to_prove_ = 0;   ///< that the requests counted are some
  uint64_t answers_proved_from_ = 0;
  uint64_t requests_proved_from_ = 0;
  std::optional<uint64_t> quoted_until_;  ///< what follows a guessed end may be quoted up to there
  uint64_t quoted_from_ = UINT64_MAX;     ///< or from there on, without end
  uint64_t requests_to_settle_ = 0;       ///< that it is not
  int64_t least_ = INT64_MIN;             ///< the shift, by the habit
  int64_t most_ = INT64_MAX;              ///< the shift, by the ACKs
  uint64_t requests_counted_ = 0;
  uint64_t count_number_ = 0;
};

}  // namespace trafrec::reassembly
