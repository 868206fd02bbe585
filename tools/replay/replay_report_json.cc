#include <fmt/format.h>

#include <string_view>

#include "tools/json_object.h"
#include "tools/json_text.h"
#include "tools/replay/replay_documents.h"
#include "tools/replay/replay_report.h"

namespace trafrec::tools {
namespace {

void AppendEchoes(const replay::SourceLag& lag, JsonAppender& json) {
  json.Open("echoes", '{');
  json.Number("answered", lag.spread().count());
  json.Number("unanswered", lag.unanswered());
  json.Number("negative", lag.negative());
  lag.last() ? json.Number("last_ns", lag.last()->ns) : json.Null("last_ns");
  json.Number("p50_ns", lag.spread().Quantile(0.5));
  json.Number("p99_ns", lag.spread().Quantile(0.99));
  json.Number("most_ns", lag.spread().greatest());
  json.Close('}');
}

/// How much, and the first ids of each reason.
void AppendOmitted(const ReplayReport& report, JsonAppender& json) {
  json.Open("omitted", '{');
  for (size_t i = 1; i < plan::kOmissions; ++i) {
    json.Number(plan::NameOf(static_cast<plan::Omission>(i)), report.plan.omitted[i]);
  }
  json.Close('}');
  json.Open("omitted_ids", '{');
  for (const auto& [omission, ids] : report.omitted) {
    if (omission == plan::Omission::kNone || omission == plan::Omission::kNotSelected) {
      continue;
    }
    json.Open(plan::NameOf(omission), '[');
    for (const std::string& id : ids) {
      json.Bytes(id);
    }
    json.Close(']');
  }
  json.Close('}');
}

void AppendRules(const ReplayReport& report, JsonAppender& json) {
  json.Open("rules", '{');
  for (const edit::RuleCount& rule : report.rules) {
    std::string name;  // a user's
    AppendJsonString(name, rule.name);
    json.Number(std::string_view(name).substr(1, name.size() - 2), rule.requests);
  }
  json.Close('}');
  json.Open("rule_failures", '[');
  for (const edit::RuleCount& rule : report.rules) {
    if (rule.failures > 0) {
      json.Open('{');
      json.Bytes("rule", rule.name);
      json.Number("requests", rule.failures);
      json.Bytes("failure", rule.failure);
      json.Close('}');
    }
  }
  json.Close(']');
}

}  // namespace

std::string ReportAsJson(const ReplayReport& report) {
  const replay::RunCounts& counts = report.progress.counts;
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Number("v", 1);
  json.Bytes("run", report.run);
  json.Text("dialect", report.dialect);
  json.Bool("resumed", report.resumed);
  json.Bool("stopped", report.stopped);
  json.Number("read", report.plan.read);
  json.Number("selected_operations", report.plan.operations);
  AppendOmitted(report, json);
  json.Open("whole_run", '{');
  if (const auto& planned = report.whole.planned) {
    json.Number("selected", planned->selected);
    json.Number("dropped", planned->dropped);
  } else {
    json.Null("selected");
    json.Null("dropped");
  }
  json.Number("answered", report.whole.mutations.answered);
  json.Number("reads", report.whole.reads);
  json.Number("dead", report.whole.mutations.dead);
  json.Number("blocked", report.whole.mutations.blocked);
  json.Number("redriven", report.whole.mutations.redriven);
  json.Number("refused", report.whole.refused);
  json.Number("in_doubt", report.whole.mutations.in_doubt);
  json.Close('}');
  json.Open("passed_over", '{');
  json.Number("exchanges", report.plan.passed_over);
  json.Number("caught_up", report.plan.caught_up);
  json.Number("gone", report.plan.passed_over_gone);
  json.Number("left", report.progress.passed_over);
  json.Close('}');
  json.Number("exchanges", counts.exchanges);
  json.Number("requests", counts.requests);
  json.Number("sent_bytes", counts.sent_bytes);
  json.Number("received_bytes", counts.received_bytes);
  json.Number("readings", counts.readings);
  json.Number("refreshes", counts.refreshes);
  json.Number("answered", counts.answered);
  json.Number("mutations", counts.mutations);
  json.Number("as_source", counts.as_source);
  json.Number("otherwise", counts.otherwise);
  json.Number("unlike", counts.unlike);
  json.Number("by_reading", counts.by_reading);
  json.Number("dead", counts.dead);
  json.Number("blocked", counts.blocked);
  json.Number("unanswered_reads", counts.unanswered_reads);
  json.Number("earlier", report.Earlier());
  json.Number("retries", counts.retries);
  json.Number("throttled", counts.throttled);
  json.Number("split", counts.split);
  json.Number("by_queries", report.plan.by_queries);
  json.Number("doubtful_by_queries", report.plan.doubtful_by_queries);
  json.Open("withheld_fields", '[');
  for (const auto& [name, count] : report.withheld_fields) {
    json.Open('{');
    json.Bytes("field", name);
    json.Number("requests", count);
    json.Close('}');
  }
  json.Close(']');
  json.Number("unknown_paths", report.plan.unknown_paths);
  json.Number("unordered", report.unordered);
  json.Number("killed", report.killed);
  json.Bytes("clocks_assumed", report.clocks_assumed);
  json.Text("order_digest", fmt::format("{:016x}", report.digest));
  json.Text("outcome_digest", fmt::format("{:016x}", report.outcome_digest));
  const auto times = [&](const char* name, const Histogram& histogram) {
    json.Open(name, '{');
    json.Number("p50_ns", histogram.Quantile(0.5));
    json.Number("p99_ns", histogram.Quantile(0.99));
    json.Number("most_ns", histogram.greatest());
    json.Close('}');
  };
  times("latency", report.progress.times.latency);
  times("lag", report.progress.times.lag);
  AppendEchoes(report.progress.source_lag, json);
  json.Open("late", '{');
  json.Number("order_ns", counts.late.order_ns);
  json.Number("concurrency_ns", counts.late.concurrency_ns);
  json.Number("connections_ns", counts.late.connections_ns);
  json.Number("ledger_ns", counts.late.ledger_ns);
  json.Number("away_ns", counts.late.away_ns);
  json.Number("own_ns", counts.late.own_ns);
  json.Close('}');
  AppendRules(report, json);
  json.Open("hooks", '[');
  for (const HookOutcome& hook : report.hooks) {
    json.Open('{');
    json.Bytes("on", hook.text);
    json.Text("state", NameOf(hook.state));
    hook.state == HookOutcome::State::kEnded ? json.Number("status", hook.status)
                                             : json.Null("status");
    json.Close('}');
  }
  json.Close(']');
  AppendCalibration(json, report.calibration);
  report.documents ? AppendDocuments(*report.documents, json) : json.Null("documents");
  json.Number("wall_ns", static_cast<int64_t>(report.seconds * 1e9));
  json.Bool("adds_up", report.Adds());
  json.Close('}');
  return out + "\n";
}

}  // namespace trafrec::tools
