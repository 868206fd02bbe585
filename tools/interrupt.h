#pragma once

#include <atomic>
#include <csignal>

namespace trafrec::tools {

/// While it lives, SIGINT, SIGTERM and SIGHUP set came() and end calls that wait; a second one ends
/// the process at once. For jobs that leave nothing behind when they are interrupted. One at a
/// time.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  static const std::atomic<bool>& came();

 private:
  struct sigaction before_int_{};
  struct sigaction before_term_{};
  struct sigaction before_hup_{};
};

}  // namespace trafrec::tools
