#pragma once

#include <map>
#include <string>

#include "tests/pipeline/trial.h"

namespace trafrec::pipeline {

/// Sums over many trials.
class Report {
 public:
  void Add(const Trial& trial, const Verdict& verdict);
  void Add(const Report& other);

  uint64_t exchanges() const { return exchanges_; }
  uint64_t defects() const { return defects_; }
  /// What was done to how many exchanges, and what loss cost, as tables.
  std::string Text() const;

 private:
  uint64_t exchanges_ = 0;
  uint64_t lossless_ = 0;
  uint64_t packets_ = 0;
  uint64_t trials_ = 0;
  uint64_t defects_ = 0;
  std::map<std::string, uint64_t> labels_;                            ///< exchanges
  std::map<std::pair<std::string, bool>, Outcome> losses_;            ///< by pattern, pipelined
  std::map<std::pair<std::string, std::string>, uint64_t> findings_;  ///< by pattern and defect
};

/// Of one trial: the conversations with findings, with every exchange and every packet.
std::string Describe(const Trial& trial, const Verdict& verdict);

}  // namespace trafrec::pipeline
