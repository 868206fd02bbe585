#include "tools/patterns/rendering/page_lists.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/page/html.h"
#include "tools/page/list_table.h"
#include "tools/patterns/rendering/plots.h"
#include "tools/patterns/rendering/words.h"
#include "tools/units.h"

namespace trafrec::patterns {
namespace {

using page::ListTable;
using tools::HumanBytes;
using tools::HumanDuration;
using tools::Percent;
using tools::WithCommas;

constexpr size_t kNamesShown = 12;

std::string Section(const char* id, const std::string& heading, const std::string& content) {
  return fmt::format("<section id=\"{}\"><h2>{}</h2>\n{}</section>\n", id, heading, content);
}

std::string ListNote(size_t shown, size_t all, uint64_t floor, const char* things) {
  std::string text =
      shown < all ? fmt::format("The most frequent {} of {}. ", WithCommas(shown), WithCommas(all))
                  : "";
  text += FloorSentence(floor, things);
  return text.empty() ? "" : "<p class=\"soft\">" + page::Html(text) + "</p>\n";
}

void LatencyRow(ListTable& table, const char* name, const Histogram& histogram, bool bytes) {
  if (histogram.count() == 0) {
    return;
  }
  table.Name(name);
  table.Number(WithCommas(histogram.count()), histogram.count());
  for (const double share : {0.5, 0.9, 0.99, 0.999, 1.0}) {
    const int64_t value = share == 1.0 ? histogram.greatest() : histogram.Quantile(share);
    table.Number(bytes ? HumanBytes(static_cast<uint64_t>(value)) : HumanDuration(value),
                 static_cast<uint64_t>(value));
  }
  table.EndRow();
}

std::string HistogramPlot(const char* caption, const std::vector<const Histogram*>& by_kind,
                          bool bytes) {
  const auto text = [&](int64_t value) {
    return bytes ? HumanBytes(static_cast<uint64_t>(value)) : HumanDuration(value);
  };
  std::map<int64_t, Column> columns;
  uint64_t most = 0;
  for (size_t kind = 0; kind < by_kind.size(); ++kind) {
    for (const Histogram::Bar& bar : by_kind[kind]->Bars()) {
      Column& column = columns[bar.from];
      column.values[kind] += static_cast<double>(bar.count);
      column.says = text(bar.from) + " to " + text(bar.below) + ":";
    }
  }
  if (columns.empty()) {
    return "";
  }
  for (int64_t from = columns.begin()->first; from < columns.rbegin()->first;
       from = std::max<int64_t>(2 * from, 1)) {
    columns.try_emplace(from, Column{.says = text(from) + ":"});
  }
  std::vector<Column> plotted;
  for (auto& [from, column] : columns) {
    uint64_t sum = 0;
    for (size_t kind = 0; kind < kKinds; ++kind) {
      sum += static_cast<uint64_t>(column.values[kind]);
    }
    most = std::max(most, sum);
    column.says += " " + tools::CountOf(sum, "message");
    plotted.push_back(column);
  }
  return ColumnPlot(plotted, {.caption = caption,
                              .most = WithCommas(most),
                              .axis = {text(columns.begin()->first),
                                       text(std::max<int64_t>(columns.rbegin()->first, 1) * 2)}});
}

}  // namespace

std::string AnswersSection(const Report& report) {
  ListTable statuses({{"status"}, {"count", true}, {"share", true}});
  for (const auto& [status, count] : report.statuses) {
    statuses.Name(status == 0 ? "no answer" : fmt::to_string(status));
    statuses.Number(WithCommas(count), count);
    statuses.Number(Percent(count, report.exchanges), count);
    statuses.EndRow();
  }
  ListTable table({{"of"},
                   {"count", true},
                   {"p50", true},
                   {"p90", true},
                   {"p99", true},
                   {"p99.9", true},
                   {"most", true}});
  LatencyRow(table, "latency, all", report.latency_all, false);
  LatencyRow(table, "latency, mutations", report.latency[0], false);
  LatencyRow(table, "latency, queries", report.latency[1], false);
  LatencyRow(table, "latency, unknown", report.latency[2], false);
  LatencyRow(table, "request bodies", report.request_bytes, true);
  LatencyRow(table, "answer bodies", report.response_bytes, true);
  const std::vector<const Histogram*> kinds = {&report.latency[0], &report.latency[1],
                                               &report.latency[2]};
  const Histogram none;
  std::string content = "<div class=\"two\">" +
                        HistogramPlot("Latency: exchanges by powers of two", kinds, false) +
                        HistogramPlot("Sizes of answers' bodies, by powers of two",
                                      {&none, &none, &report.response_bytes}, true) +
                        "</div>\n" + table.Take() +
                        "<p class=\"soft\">Latency is from the last byte of the request to the "
                        "first of the answer. Percentiles are within 0.8%.</p>\n" +
                        statuses.Take();
  return Section("answers", "Answers, latency, sizes", content);
}

std::string ShapesSection(const Report& report, size_t top) {
  if (report.shapes.entries.empty()) {
    return "";
  }
  ListTable table({{"shape"},
                   {"count", true},
                   {"share", true},
                   {"writes", true},
                   {"p50", true},
                   {"p99", true},
                   {"4xx", true},
                   {"5xx, none", true}});
  const size_t shown = std::min(top, report.shapes.entries.size());
  for (size_t i = 0; i < shown; ++i) {
    const auto& [key, count, missed, facts] = report.shapes.entries[i];
    table.Name("<span class=\"mono\">" + page::Html(key) + "</span>");
    table.Number(WithCommas(count), count);
    table.Number(Percent(count, report.exchanges), count);
    table.Number(WithCommas(facts.operations), facts.operations);
    for (const double share : {0.5, 0.99}) {
      const int64_t value = facts.latency.Quantile(share);
      table.Number(facts.latency.count() > 0 ? HumanDuration(value) : "-",
                   static_cast<uint64_t>(value));
    }
    table.Number(WithCommas(facts.client_errors), facts.client_errors);
    table.Number(WithCommas(facts.failures), facts.failures);
    table.EndRow();
  }
  return Section(
      "shapes", "Requests by shape",
      ListNote(shown, report.shapes.entries.size(), report.shapes.floor, "shapes") + table.Take());
}

std::string ClientsSection(const Report& report, size_t top, Calendar& calendar) {
  if (report.clients.entries.empty()) {
    return "";
  }
  ListTable table({{"client"},
                   {"library"},
                   {"exchanges", true},
                   {"mutations", true},
                   {"indices"},
                   {"APIs"},
                   {"last seen"}});
  const size_t shown = std::min(top, report.clients.entries.size());
  for (size_t i = 0; i < shown; ++i) {
    const auto& [key, count, missed, facts] = report.clients.entries[i];
    const std::string agent = AgentText(facts.user_agent);
    table.Name("<span class=\"mono\">" +
               page::Html(facts.address.empty() ? "not known" : facts.address) + "</span>");
    table.Cell(agent.empty() ? "no User-Agent"
                             : fmt::format(R"(<span title="{}">{}</span>)",
                                           page::Html(facts.user_agent), page::Html(agent)));
    table.Number(WithCommas(count), count);
    table.Number(WithCommas(facts.exchanges[0]), facts.exchanges[0]);
    table.Cell(page::Html(NamesText(facts.indices, kNamesShown, facts.more_names)));
    table.Cell(page::Html(NamesText(facts.apis, kNamesShown, false)));
    table.Cell(calendar.Text(facts.last_seen));
    table.EndRow();
  }
  return Section("clients", "Clients: who must be told of a move",
                 ListNote(shown, report.clients.entries.size(), report.clients.floor, "clients") +
                     table.Take());
}

std::string IndicesSection(const Report& report, size_t top, Calendar& calendar) {
  if (report.indices.entries.empty()) {
    return "";
  }
  ListTable table(
      {{"index, alias or pattern"}, {"requests", true}, {"mutations", true}, {"last seen"}});
  const size_t shown = std::min(top, report.indices.entries.size());
  for (size_t i = 0; i < shown; ++i) {
    const auto& [key, count, missed, facts] = report.indices.entries[i];
    table.Name("<span class=\"mono\">" + page::Html(key) + "</span>");
    table.Number(WithCommas(count), count);
    table.Number(WithCommas(facts.exchanges[0]), facts.exchanges[0]);
    table.Cell(calendar.Text(facts.last_seen));
    table.EndRow();
  }
  return Section("indices", "Indices, as requests name them",
                 ListNote(shown, report.indices.entries.size(), report.indices.floor, "indices") +
                     table.Take());
}

}  // namespace trafrec::patterns
