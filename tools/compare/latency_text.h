#pragma once

#include <cstddef>
#include <string>

#include "replay/compare/latencies.h"
#include "tools/json_object.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// "Taken out for the way: at the source nothing; at the target 21us (p50), by the handshake of 12
/// pairs". Nothing to say: "".
std::string TripsInWords(const compare::Latencies& latencies);

/// A table of the `top` shapes, all together before them; "" if no time is known.
std::string LatencyTable(const compare::Latencies& latencies, size_t width, size_t top,
                         const Paint& paint);

/// The member "latency" of the JSON report.
void AppendLatencies(JsonAppender& json, const compare::Latencies& latencies);

}  // namespace trafrec::tools
