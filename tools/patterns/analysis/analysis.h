#pragma once

#include <memory>
#include <optional>

#include "tools/patterns/analysis/in_flight.h"
#include "tools/patterns/analysis/observation.h"
#include "tools/patterns/analysis/report.h"

namespace trafrec::patterns {

/// Sums up one exchange after another, in order of time, in bounded memory (limits.h). One thread.
class Analysis {
 public:
  Analysis();

  void Add(const Observation& seen);

  struct Frame {
    std::optional<Coverage> coverage;
    int64_t window_ns = 0;
  };
  /// Call once, last.
  Report Finish(Frame frame, Calendar& calendar);

 private:
  void AddToTimeline(const Observation& seen);
  void AddShape(const Observation& seen);
  void AddClient(const Observation& seen);
  void AddIndices(const Observation& seen);
  void FillCalendar(Calendar& calendar);

  Report report_;
  InFlight in_flight_;
  TopKeys<ShapeFacts> shapes_;
  TopKeys<ClientFacts> clients_;
  TopKeys<IndexFacts> indices_;
};

}  // namespace trafrec::patterns
