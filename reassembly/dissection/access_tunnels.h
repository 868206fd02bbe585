#pragma once

#include "reassembly/dissection/frame.h"

namespace trafrec::reassembly {

/// UDP that is none of the tunnels of tunnels.cc: L2TP, CAPWAP, TZSP, LISP and GUE, or ordinary.
Step TakeAccessTunnel(Frame& frame, uint16_t source, uint16_t destination);

}  // namespace trafrec::reassembly
