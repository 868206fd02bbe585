#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/stop_event.h"
#include "replay/jq/limits.h"

namespace trafrec::jq {

/// What a program made of one JSON text.
struct Outcome {
  enum class Kind : uint8_t {
    kSame,     ///< the text as it is
    kChanged,  ///< `text`
    kNothing,  ///< no result, as of `empty`
    kFailed,   ///< `text` says why, in jq's words where they are jq's
  };

  Kind kind = Kind::kSame;
  std::string text{};
};

/// A program of jq 1.6. What it did not compute keeps its text: every value that it passes on as it
/// is, with doubled keys, escapes and white space, and every number, also where no double holds it
/// (jq_program.cc says how, and where that ends). One thread at a time.
class Program {
 public:
  /// What ends a program that does not end itself. Then it has failed.
  struct Bounds {
    std::chrono::milliseconds time = limits::kRunTime;  ///< for one text
    const StopEvent* stop = nullptr;                    ///< null: nobody asks; borrowed
  };

  /// Fails with jq's words and line.
  static Result<Program> Compile(const std::string& text);
  static Result<Program> Compile(const std::string& text, const Bounds& bounds);

  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  Outcome Run(std::string_view json);

 private:
  struct Machine;
  explicit Program(std::unique_ptr<Machine> machine);

  std::unique_ptr<Machine> machine_;
};

}  // namespace trafrec::jq
