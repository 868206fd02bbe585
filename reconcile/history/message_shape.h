#pragma once

#include "reconcile/history/alignment.h"
#include "replay/dialect/dialect.h"

namespace trafrec::reconcile {

/// What a request asks for, and of which documents; kUnknown where it may get an answer of any
/// form.
Shape ShapeOf(const dialect::RequestView& request, const dialect::Dialect& dialect);
/// What an answer is to; kUnknown of errors and of all that does not say.
Shape ShapeOf(const dialect::AnswerView& answer);

}  // namespace trafrec::reconcile
