#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reconcile/history/alias_routings.h"
#include "reconcile/history/facts.h"
#include "reconcile/history/traits.h"
#include "replay/dialect/dialect.h"
#include "replay/recorded/exchange_view.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// An exchange with what its messages mean: all that can be told of it without those before it, so
/// that several can be understood at a time. The views borrow the exchange, so it stays where it
/// is.
class Understood {
 public:
  /// What is wanted of the bodies of mutations: most of the work, and not always needed.
  enum class Bodies : uint8_t {
    kNone,
    kTexts,           ///< `texts`
    kTextsAndChanges  ///< and what those do that took a number
  };

  /// Of an operation that is a mutation.
  struct Body {
    std::vector<Print> texts{};
    Change change{};
    Traits traits{};  ///< of what was taken
  };

  /// Bodies end where the log lacks bytes of them. `stray_answer`: the recorder did not know whose
  /// the exchange's answer is.
  Understood(store::StoredExchange stored, bool stray_answer);
  Understood(const Understood&) = delete;
  Understood& operator=(const Understood&) = delete;

  struct How {
    const dialect::Dialect& dialect;
    TimeNs clock_error_ns = 0;  ///< by so much `ran` is widened
    /// Values of bodies with flag `reencoded` may have been replaced.
    bool redacted = false;
  };

  /// Once, before anything else.
  void Understand(const How& how, Bodies wanted);

  const store::StoredExchange& exchange() const { return exchange_; }
  bool has_stray_answer() const { return stray_answer_; }
  const recorded::ExchangeView& view() const { return *view_; }
  /// The log has all of its answer.
  bool has_whole_answer() const { return whole_answer_; }
  /// And it is the service's own, and not that of something in between.
  bool answered() const { return answered_; }
  // Of what has no request, nothing:
  /// By the clock of the first recorder, whosever recorder saw it.
  const Span& ran() const { return ran_; }
  /// Redaction may have replaced values in its body, which then says nothing of a document's
  /// source.
  bool has_edited_request() const { return edited_request_; }
  bool has_edited_answer() const { return edited_answer_; }
  const dialect::Meaning& meaning() const { return meaning_; }
  /// What those before it say of the names that it uses.
  void Take(const AliasRoutings& routings) { routings.Apply(meaning_, sights_); }
  const dialect::Answer& answer() const { return answer_; }  ///< an outcome for each operation
  /// What its answer shows of documents. May be moved out.
  std::vector<Sight>& sights() { return sights_; }
  /// Of each operation, as far as they were wanted; may be moved out.
  std::vector<Body>& bodies() { return bodies_; }

 private:
  void ReadBodies(Bodies wanted);

  const store::StoredExchange exchange_;
  const bool stray_answer_;
  std::optional<recorded::ExchangeView> view_;
  bool whole_answer_ = false;
  bool answered_ = false;
  bool edited_request_ = false;
  bool edited_answer_ = false;
  Span ran_{};
  dialect::Meaning meaning_{};
  dialect::Answer answer_{};
  std::vector<Sight> sights_;
  std::vector<Body> bodies_;
};

}  // namespace trafrec::reconcile
