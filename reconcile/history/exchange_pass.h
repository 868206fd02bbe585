#pragma once

#include <atomic>
#include <functional>

#include "base/error.h"
#include "reconcile/history/stray_answers.h"
#include "reconcile/history/understood.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Reads a log from its begin to its end, and understands each exchange on other threads. What is
/// taken down of them does not depend on how many these are.
class ExchangePass {
 public:
  using Bodies = Understood::Bodies;

  /// `threads`: so many understand, beside the caller's and the one that reads; 0: all is done on
  /// the caller's. All must outlive it; nobody else may use `log` meanwhile.
  ExchangePass(store::LogReader& log, const StrayAnswers& strays, const Understood::How& how,
               unsigned threads);

  /// `take` gets each exchange in the log's order, on the calling thread. Until an error: of what
  /// came before it each was taken.
  Status Each(Bodies bodies, const std::function<void(Understood&)>& take);

  /// From within `take`: bodies are not wanted any more. Some of those that follow have them.
  void LeaveBodies() { bodies_ = Bodies::kNone; }

 private:
  class Batch;
  class Line;

  Status EachHere(const std::function<void(Understood&)>& take);
  Status Load(Line& line);

  store::LogReader& log_;
  const StrayAnswers& strays_;
  const Understood::How how_;
  const unsigned threads_;
  std::atomic<Bodies> bodies_ = Bodies::kNone;
};

}  // namespace trafrec::reconcile
