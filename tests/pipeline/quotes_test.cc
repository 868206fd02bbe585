#include <gtest/gtest.h>

#include "tests/pipeline/trial.h"

namespace trafrec::pipeline {
namespace {

// Captures of captures: bodies quote HTTP messages, most of them at the first byte of a packet and
// one after the other, some of them from the connection itself; 10% of the packets are lost.
TEST(Quotes, NoQuotedMessageIsTakenForOneWithoutAFlag) {
  uint64_t exchanges = 0;
  for (uint64_t seed = 0; exchanges < 2'000; ++seed) {
    const Verdict verdict = RunTrial(MakeTrial(seed, TrialKind::kQuotes));
    for (const Finding& finding : verdict.findings) {
      ASSERT_NE(finding.defect, Defect::kInvention)
          << finding.text << "\ntry: tools/dev soak 1 " << seed << " quotes";
    }
    exchanges += verdict.total().exchanges;
  }
}

}  // namespace
}  // namespace trafrec::pipeline
