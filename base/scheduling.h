#pragma once

namespace trafrec {

/// Lets the threads of this program that something waits for go before this one, and those of
/// others: its niceness is five more (setpriority(2): on Linux it is each thread's own, and threads
/// that it makes later have it, too). It still gets a third of a processor that another one wants,
/// so nobody starves. Needs no right, and cannot be taken back without one.
void StepBack();

}  // namespace trafrec
