#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"
#include "replay/message/http_message.h"
#include "replay/order/scheduler.h"
#include "replay/plan/mark.h"
#include "store/reader/log_reader.h"

namespace trafrec::plan {

/// The field by which a request says that a run sent it.
inline constexpr std::string_view kRunField = "Trafrec-Run";

/// Why an operation that was selected is not sent.
enum class Omission : uint8_t {
  kNone,           ///< it is sent
  kNotSelected,    ///< the bulk has others that are
  kNotCarriedOut,  ///< the source was too busy for it, or failed at it: it left nothing behind
  kPhantom,        ///< nobody knows what became of it, and --phantoms drop was given
  kOverlay,        ///< an overlay drops it
  kRule,           ///< a route, a filter or a transform drops it
  kIncomplete,     ///< its request is not whole in the log, or not there
  kSentinel,       ///< a mark in the traffic that is not echoed
  kCalibration,    ///< a run asked the source with it how far away it is
  kNotHttp,        ///< CONNECT, Upgrade: what follows is no HTTP
  kPassedOver,     ///< the log still grows, and does not show yet what became of it
};

/// "not_carried_out", as in reports.
const char* NameOf(Omission omission);
inline constexpr size_t kOmissions = static_cast<size_t>(Omission::kPassedOver) + 1;

struct PlannedExchange;
/// Whether one of its operations is.
bool IsSent(const PlannedExchange& exchange);

/// Operations, for the accounts of a run over all its lives. What is passed over counts when it is
/// caught up with.
struct Tally {
  uint64_t selected = 0;
  uint64_t dropped = 0;  ///< of them: by an overlay, a rule, or because the source did not do it

  Tally& operator+=(const Tally& other) {
    selected += other.selected;
    dropped += other.dropped;
    return *this;
  }
};

struct PlannedOperation {
  Omission omission = Omission::kNone;
  order::SourceOperation order;  ///< what it touches, and when it was answered
  /// What became of it at the source; nothing where no answer says.
  std::optional<dialect::Outcome> source;
  bool committed = false;  ///< without an answer: the overlay says that it was carried out there
  std::string id;          ///< of the document: the request's, or the one that the source gave
};

/// An exchange of the log as it is going to be sent: edited, understood, with all that the source's
/// answer says of each of its operations.
struct PlannedExchange {
  store::ExchangeId id;
  bool edited = false;      ///< `meaning` is another one than that of the recorded request
  uint64_t connection = 0;  ///< at the source; numbers of several recorders are made distinct
  TimeNs began_at = 0;
  size_t target = 0;           ///< number of the target that it goes to
  message::Request request{};  ///< its body is decoded, where that could be done
  std::string coding{};        ///< content coding that was taken off the body: "gzip"
  std::string coded_body{};    ///< the body as it was recorded, if it has a coding
  dialect::Meaning meaning{};  ///< of `request`
  std::vector<PlannedOperation> operations{};  ///< those of `meaning`, one for one
  std::string context{};  ///< of the source's answer: the scroll's, point in time's or task's id
  int source_status = 0;
  std::vector<std::string> withheld{};  ///< fields that redaction replaced: it goes without
  bool caught_up = false;               ///< it was passed over: the run may forget that
  /// Of all that began before it, as far as this life of the run counts; caught up: of itself.
  Tally tally{};
  std::optional<Mark> mark{};  ///< the run sends a sentinel of its own in its place

  size_t counted_bytes = 0;  ///< Bytes(), when the plan was done with it

  /// What it takes of the memory, about.
  size_t Bytes() const;
};

}  // namespace trafrec::plan
