#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reconcile/history/history.h"

namespace trafrec::reconcile {

/// What of a history is judged at a time, so that memory does not grow with the log. By default,
/// all of it.
struct Window {
  Span asked{};  ///< what is asked of requests that began within it is decided
  /// More than `asked`, to both sides: numbers that were taken within it are told apart. Whoever
  /// took one was running meanwhile, so that all who may have are known.
  Span seen{};

  bool IsAll() const { return seen.from == Span{}.from && seen.until == Span{}.until; }
  bool Asks(const OpenRequest& request) const {
    return asked.from <= request.runs.from && request.runs.from <= asked.until;
  }
  /// Whether what ran then may have taken numbers that are told apart.
  bool Sees(const Span& ran) const { return IsAll() || ran.Meets(seen); }
  bool Sees(const OpenRequest& request) const { return Asks(request) || Sees(request.runs); }
  /// Whether a number, or a stretch, is within what is told apart.
  bool Holds(const Span& ran) const { return seen.from <= ran.from && ran.until <= seen.until; }
};

/// Of the questions of an index, in their order: one after the other, so that each request is asked
/// of in one of them. What is asked of a request may depend on all that ran meanwhile, and that on
/// what ran beside it: so far they overlap. A log of which all facts are kept, and one with a
/// journal, is a single window.
std::vector<Window> WindowsOf(const History& history, std::span<const size_t> questions,
                              size_t questions_each);

}  // namespace trafrec::reconcile
