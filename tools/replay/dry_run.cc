#include "tools/replay/dry_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/reader/exchange_id.h"
#include "tools/json_object.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// Of those that an operation waits for, a line names so many.
constexpr size_t kNamed = 5;

std::string KeyInWords(const dialect::Key& key) {
  switch (key.scope) {
    case dialect::Scope::kDocument:
      return fmt::format("document {}/{}", key.name, key.id);
    case dialect::Scope::kIndex:
      return key.name == "*" ? "all indices" : "index " + key.name;
    case dialect::Scope::kContext:
      return "context " + key.name;
    case dialect::Scope::kState:
      return "the cluster's state";
    case dialect::Scope::kPath:
      return key.name;
    case dialect::Scope::kCluster:
      break;
  }
  return "the whole service";
}

bool IsRead(const order::SourceOperation& operation) {
  return operation.commit && operation.commit->what == order::Commit::What::kRead;
}

/// Of two operations on one document whose places among its writes are known.
std::string WhyByNumber(const order::SourceOperation& earlier, const order::SourceOperation& later,
                        const std::string& document) {
  if (IsRead(later)) {
    return fmt::format("this shows {} as number {}, and it is that write or one before", document,
                       later.commit->seq_no);
  }
  if (IsRead(earlier)) {
    return fmt::format("it shows {} as number {}, before this wrote it", document,
                       earlier.commit->seq_no);
  }
  return fmt::format("both write {}, and it has the lower number, {}", document,
                     earlier.commit->seq_no);
}

/// They were under way together, and one of them is said to come before the other.
bool IsToldBefore(const order::SourceOperation& earlier, const order::SourceOperation& later) {
  const auto meet = [](const std::vector<uint64_t>& named, const std::vector<uint64_t>& labels) {
    return std::ranges::find_first_of(named, labels) != named.end();
  };
  return meet(later.after, earlier.labels) || meet(earlier.before, later.labels);
}

std::string Why(const order::SourceOperation& earlier, const order::SourceOperation& later) {
  if (earlier.commit && later.commit && earlier.commit->generation == later.commit->generation) {
    for (const dialect::Key& a : earlier.keys) {
      for (const dialect::Key& b : later.keys) {
        if (a.scope == dialect::Scope::kDocument && a.name == b.name && a.id == b.id &&
            (a.write || b.write)) {
          return WhyByNumber(earlier, later, KeyInWords(a));
        }
      }
    }
  }
  if (earlier.request != 0 && earlier.request == later.request) {
    return "both write one document in one request, where it stands first";
  }
  if (IsToldBefore(earlier, later)) {
    return "both bring a field to one index, and were under way together: it makes the mapping";
  }
  for (const dialect::Key& a : earlier.keys) {
    for (const dialect::Key& b : later.keys) {
      if (dialect::Conflict(a, b)) {
        return fmt::format("{} {}, and was answered {} before this began",
                           a.write ? "it writes" : "it reads", EscapeForTerminal(KeyInWords(a)),
                           HumanDuration(later.began_at - earlier.answered_at.value_or(0)));
      }
    }
  }
  return "of an edge behind another one";
}

}  // namespace

DryRun::DryRun(Options options, Output& out)
    : options_(std::move(options)),
      out_(out),
      scheduler_(options_.order),
      schedule_(options_.speed, options_.idle_max_ns) {}

DryRun::Held DryRun::Describe(const plan::PlannedExchange& exchange, size_t i, int64_t due) const {
  const dialect::Operation& operation = exchange.meaning.operations[i];
  const plan::PlannedOperation& planned = exchange.operations[i];
  Held held{.id = store::FormatExchangeId(exchange.id),
            .item = operation.item,
            .what = exchange.request.method + " " + exchange.request.target,
            .target = options_.targets[exchange.target],
            .due_ns = due,
            .operation = planned.order};
  if (const dialect::Key* key = dialect::FindDocument(operation.keys)) {
    held.index_and_id = key->name + "/" + planned.id;
  }
  return held;
}

bool DryRun::Add(const plan::PlannedExchange& exchange) {
  if (!asked_.empty() && exchange.began_at > asked_until_) {
    ExplainAll();
    return false;
  }
  const int64_t due = schedule_.Due(schedule_.Add(exchange.began_at));
  for (size_t i = 0; i < exchange.operations.size(); ++i) {
    if (exchange.operations[i].omission != plan::Omission::kNone) {
      continue;
    }
    MakeRoom();
    Held held = Describe(exchange, i, due);
    const uint64_t number = scheduler_.Add(held.operation);
    held.waits_for = scheduler_.WaitsFor(number);
    ++next_;
    held_.push_back(std::move(held));
    if (IsAsked(exchange, held_.back())) {
      Ask(number);
    }
  }
  return out_.good();
}

bool DryRun::IsAsked(const plan::PlannedExchange& exchange, const Held& held) const {
  return options_.explain && exchange.id == options_.explain->exchange &&
         held.item == options_.explain->item.value_or(held.item);
}

void DryRun::Ask(uint64_t number) {
  const order::SourceOperation& operation = held_[number - first_].operation;
  asked_until_ = std::max(asked_until_, operation.answered_at.value_or(operation.began_at) +
                                            options_.order.clock_error_ns);
  asked_.push_back({.number = number});
  LookAgain(asked_.back());
}

/// Those that it waits for, also by now.
void DryRun::LookAgain(Asked& asked) {
  for (const uint64_t number : scheduler_.WaitsFor(asked.number)) {
    asked.waits_for.try_emplace(number, held_[number - first_]);
  }
}

void DryRun::ExplainAll() {
  for (Asked& asked : asked_) {
    LookAgain(asked);
    const Held& held = held_[asked.number - first_];
    options_.json ? ExplainAsJson(held, asked.waits_for) : Explain(held, asked.waits_for);
  }
  explained_ = explained_ || !asked_.empty();
  asked_.clear();
}

/// Lets go of what would be over, as late as possible: so that an operation is shown with all that
/// it would have to wait for if nothing had been answered yet.
void DryRun::MakeRoom() {
  while (!scheduler_.HasRoom()) {
    const auto number = scheduler_.Take();
    if (!number) {
      return;
    }
    LetGo(*number);
  }
}

void DryRun::Finish() {
  ExplainAll();
  scheduler_.Close();
  while (const auto number = scheduler_.Take()) {
    LetGo(*number);
  }
}

void DryRun::LetGo(uint64_t number) {
  if (std::ranges::find(asked_, number, &Asked::number) != asked_.end()) {
    ExplainAll();
  }
  Held& held = held_[number - first_];
  if (!options_.explain) {
    Print(held);
  }
  held.over = true;
  scheduler_.End(number);
  while (!held_.empty() && held_.front().over) {
    held_.pop_front();
    ++first_;
  }
}

void DryRun::Print(const Held& held) {
  const uint64_t place = ++printed_;
  std::string line;
  if (options_.json) {
    JsonAppender json(line);
    json.Open('{');
    json.Number("v", 1);
    json.Number("order", place);
    json.Text("exchange", held.id);
    json.Number("item", held.item);
    json.Bytes("request", held.what);
    json.Bytes("document", held.index_and_id);
    json.Text("target", held.target);
    json.Number("due_ns", held.due_ns);
    json.Number("waits_for", held.waits_for.size());
    json.Close('}');
  } else {
    line =
        fmt::format("{:>10.3f} s  {}  {}{}  -> {}", static_cast<double>(held.due_ns) / 1e9, held.id,
                    EscapeForTerminal(held.what),
                    held.index_and_id.empty()
                        ? ""
                        : fmt::format("  ({} {})", held.item, EscapeForTerminal(held.index_and_id)),
                    EscapeForTerminal(held.target));
    if (!held.waits_for.empty()) {
      line += fmt::format("  after {}", CountOf(held.waits_for.size(), "other"));
    }
  }
  out_.Write(line + "\n");
}

void DryRun::Explain(const Held& held, const std::map<uint64_t, Held>& waits_for) {
  std::string text =
      fmt::format("{}, item {}: {}\n", held.id, held.item, EscapeForTerminal(held.what));
  text += fmt::format("  began     {}\n", FormatTime(held.operation.began_at));
  for (const dialect::Key& key : held.operation.keys) {
    text += fmt::format("  {}    {}\n", key.write ? "writes" : "reads ",
                        EscapeForTerminal(KeyInWords(key)));
  }
  if (held.operation.commit) {
    text += fmt::format("  {} number {} of its shard\n",
                        IsRead(held.operation) ? "shows" : "committed as",
                        held.operation.commit->seq_no);
  }
  if (waits_for.empty()) {
    text += "  waits for nothing that is not long over\n";
  }
  size_t named = 0;
  for (const auto& [_, earlier] : waits_for) {
    if (named == 10 * kNamed) {
      text += fmt::format("  and for {} more\n", waits_for.size() - named);
      break;
    }
    ++named;
    text += fmt::format("  waits for {}, item {} ({}): {}\n", earlier.id, earlier.item,
                        EscapeForTerminal(earlier.what), Why(earlier.operation, held.operation));
  }
  out_.Write(text);
}

void DryRun::ExplainAsJson(const Held& held, const std::map<uint64_t, Held>& waits_for) {
  std::string line;
  JsonAppender json(line);
  json.Open('{');
  json.Number("v", 1);
  json.Text("exchange", held.id);
  json.Number("item", held.item);
  json.Bytes("request", held.what);
  json.Bytes("document", held.index_and_id);
  json.Text("target", held.target);
  json.Text("began", FormatTime(held.operation.began_at));
  json.Open("keys", '[');
  for (const dialect::Key& key : held.operation.keys) {
    json.Open('{');
    json.Bool("write", key.write);
    json.Bytes("key", KeyInWords(key));
    json.Close('}');
  }
  json.Close(']');
  if (held.operation.commit) {
    json.Number("seq_no", held.operation.commit->seq_no);
  } else {
    json.Null("seq_no");
  }
  json.Open("waits_for", '[');
  for (const auto& [_, earlier] : waits_for) {
    json.Open('{');
    json.Text("exchange", earlier.id);
    json.Number("item", earlier.item);
    json.Bytes("request", earlier.what);
    json.Text("why", Why(earlier.operation, held.operation));
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  out_.Write(line + "\n");
}

}  // namespace trafrec::tools
