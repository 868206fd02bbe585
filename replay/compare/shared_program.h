#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "replay/jq/jq_program.h"

namespace trafrec::compare {

/// A program of jq that several threads use, one after the other.
class SharedProgram {
 public:
  static Result<std::shared_ptr<SharedProgram>> Compile(const std::string& text) {
    TRY_ASSIGN(jq::Program program, jq::Program::Compile(text));
    return std::make_shared<SharedProgram>(std::move(program));
  }
  explicit SharedProgram(jq::Program program) : program_(std::move(program)) {}

  jq::Outcome Run(std::string_view json) {
    const std::scoped_lock lock(mutex_);
    return program_.Run(json);
  }

 private:
  std::mutex mutex_;
  jq::Program program_;
};

}  // namespace trafrec::compare
