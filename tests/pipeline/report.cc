#include "tests/pipeline/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace trafrec::pipeline {
namespace {

std::string PatternOf(const Trial& trial) { return trial.loss ? trial.loss->Name() : "no loss"; }

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string Row(const std::string& pattern, bool pipelined, const Outcome& outcome) {
  const uint64_t cost = outcome.flagged + outcome.unpaired + outcome.missing;
  return fmt::format(
      "{:<26} {:<9} {:>10} {:>9} {:>9} {:>9.3f}% {:>8} {:>8} {:>8} {:>8.3f}\n", pattern,
      pipelined ? "pipelined" : "turns", outcome.exchanges, outcome.gaps, outcome.touched,
      Share(cost, outcome.untouched), outcome.flagged, outcome.unpaired, outcome.missing,
      outcome.gaps == 0 ? 0.0 : static_cast<double>(cost) / static_cast<double>(outcome.gaps));
}

std::string DescribeExchange(const SentExchange& exchange, size_t number) {
  return fmt::format(
      "  exchange {}: {} {}, {} {}-{} ({}), {} {}-{} ({}){}{}\n", number, exchange.method,
      exchange.status, "request", exchange.request.wire.begin, exchange.request.wire.end,
      FramingName(exchange.request.framing), "response", exchange.response.wire.begin,
      exchange.response.wire.end, FramingName(exchange.response.framing),
      exchange.interim.empty() ? "" : fmt::format(", {} interim", exchange.interim.size()),
      exchange.answered_early ? ", answered early" : "");
}

std::string DescribeSegment(const Segment& segment, TimeNs start, bool whole) {
  const char* kind = segment.kind == Segment::Kind::kSyn     ? " SYN"
                     : segment.kind == Segment::Kind::kReset ? " RST"
                                                             : "";
  return fmt::format("  {:>12} {} {}-{}{}{}{}, knows {}{}{}\n", (segment.at - start) / kNsPerUs,
                     segment.from == Side::kClient ? "client" : "        server", segment.offset,
                     segment.end(), kind, segment.push ? " PSH" : "", segment.fin ? " FIN" : "",
                     segment.known, segment.knows_fin ? " and the end" : "",
                     whole ? "" : ", NOT CAPTURED");
}

}  // namespace

void Report::Add(const Trial& trial, const Verdict& verdict) {
  const std::string pattern = PatternOf(trial);
  ++trials_;
  packets_ += trial.packets.size();
  for (size_t i = 0; i < trial.sent.size(); ++i) {
    const Outcome& outcome = verdict.outcomes[i];
    exchanges_ += outcome.exchanges;
    lossless_ += trial.loss ? 0 : outcome.exchanges;
    for (const std::string& label : trial.labels[i]) {
      labels_[label] += outcome.exchanges;
    }
    if (trial.loss) {
      const bool pipelined = trial.sent[i].conversation.style.pipelining != Pipelining::kTurns;
      losses_[{pattern, pipelined}].Add(outcome);
    }
  }
  for (const Finding& finding : verdict.findings) {
    ++defects_;
    ++findings_[{pattern, DefectName(finding.defect)}];
  }
}

void Report::Add(const Report& other) {
  exchanges_ += other.exchanges_;
  lossless_ += other.lossless_;
  packets_ += other.packets_;
  trials_ += other.trials_;
  defects_ += other.defects_;
  for (const auto& [label, count] : other.labels_) {
    labels_[label] += count;
  }
  for (const auto& [key, outcome] : other.losses_) {
    losses_[key].Add(outcome);
  }
  for (const auto& [key, count] : other.findings_) {
    findings_[key] += count;
  }
}

std::string Report::Text() const {
  std::string text =
      fmt::format("{} exchanges in {} packets of {} trials; {} of them without loss\n\n",
                  exchanges_, packets_, trials_, lossless_);
  text += "Exchanges under each transformation (an exchange is under several)\n";
  for (const auto& [label, count] : labels_) {
    text += fmt::format("  {:<28} {:>10}\n", label, count);
  }
  text +=
      "\nWhat loss cost: gaps, exchanges touched by one, and of the untouched ones those that are\n"
      "flagged, unpaired or missing, in percent and per gap\n" +
      fmt::format("{:<26} {:<9} {:>10} {:>9} {:>9} {:>10} {:>8} {:>8} {:>8} {:>8}\n",
                  "packets lost", "requests", "exchanges", "gaps", "touched", "cost", "flagged",
                  "unpaired", "missing", "per gap");
  std::array<Outcome, 2> totals;
  uint64_t inventions = 0;
  for (const auto& [key, outcome] : losses_) {
    text += Row(key.first, key.second, outcome);
    totals[key.second ? 1 : 0].Add(outcome);
    inventions += outcome.flagged_inventions;
  }
  text += Row("all", false, totals[0]) + Row("all", true, totals[1]);
  text += fmt::format(
      "messages that nobody sent, flagged as found by searching: {}\n"
      "wrong pairs, flagged as presumed: {} of clients that pipeline, {} of others\n",
      inventions, totals[1].presumed_wrong, totals[0].presumed_wrong);
  text += fmt::format("\ndefects: {}\n", defects_);
  for (const auto& [key, count] : findings_) {
    text += fmt::format("  {:<26} {:<14} {:>8}\n", key.first, key.second, count);
  }
  return text;
}

std::string Describe(const Trial& trial, const Verdict& verdict) {
  std::set<uint32_t> numbers;
  for (const Finding& finding : verdict.findings) {
    numbers.insert(finding.conversation);
    // Those before on the same ports may have a part in it.
    for (uint32_t before = finding.conversation; before > 0 && trial.sent[before].reuses_ports;) {
      numbers.insert(--before);
    }
  }
  std::string text = fmt::format("seed {}: {}\n{}", trial.seed, PatternOf(trial), verdict.Text());
  for (const uint32_t number : numbers) {
    const Sent& sent = trial.sent[number];
    const auto& [client_isn, server_isn] = sent.conversation.isn;
    text +=
        fmt::format("connection {}: {}; up to {} requests at once; from {} ms on, with {} and {}\n",
                    number, fmt::join(trial.labels[number], ", "), sent.conversation.style.depth,
                    (sent.from - trial.sent.front().from) / kNsPerMs, client_isn, server_isn);
    for (size_t i = 0; i < sent.conversation.exchanges.size(); ++i) {
      text += DescribeExchange(sent.conversation.exchanges[i], i);
    }
    for (size_t i = 0; i < sent.segments.size(); ++i) {
      text += DescribeSegment(sent.segments[i], sent.from, sent.captured_segments[i]);
    }
    if (RunTrial(trial, number).findings.empty()) {
      text += "alone, this connection shows no defect\n";
    }
  }
  return text;
}

}  // namespace trafrec::pipeline
