// jq on bodies that must not change but where the program says so.
//
// jq 1.6 has doubles for numbers, and prints what it was given in its own way: 1.0 as 1,
// 9007199254740993 as 9007199254740992, 1e400 as 1.7976931348623157e+308, and of doubled keys one.
// Two things bring the original text back:
//
// - jq's containers and strings are counted references that are never changed while another one is
//   held. We make them ourselves and hold them: one that stands in the result is one of the input,
//   nothing in it was computed, and its text is copied. `.` copies everything.
// - Numbers have no identity. If one of them must be kept and stands in a container that the
// program
//   made anew, the program runs a second time on an input in which each such number is another
//   double right beside its own. Where that double comes out, the number was passed on; where
//   anything else does, it was computed.
//
// Where both results have another shape (the program compared such numbers, or made keys of them),
// the place is not known; then the one text with this double is taken, if its value is the
// double's. If it is not (9007199254740993), the run fails rather than guess. Rejected: marked
// strings in the place of numbers (arithmetic and types go wrong), rewriting the program, jq 1.7
// (not in Debian 12).

#include "replay/jq/jq_program.h"

extern "C" {
#include <jq.h>
}

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "replay/jq/abort_guard.h"
#include "replay/jq/input.h"
#include "replay/jq/output.h"
#include "replay/jq/watchdog.h"
#include "replay/json/json_tree.h"

namespace trafrec::jq {
namespace {

/// "jq: error: …" as a part of a sentence.
std::string Words(std::string_view message) {
  constexpr std::string_view kPrefix = "jq: ";
  message.remove_prefix(message.starts_with(kPrefix) ? kPrefix.size() : 0);
  std::string words(message.substr(0, message.find_last_not_of(" \n") + 1));
  for (char& c : words) {
    c = c == '\n' ? ' ' : c;
  }
  return words;
}

void TakeMessage(void* messages, jv message) {
  const Value held(message);
  if (held.kind() == JV_KIND_STRING) {
    static_cast<std::vector<std::string>*>(messages)->push_back(Words(held.text()));
  }
}

void IgnoreMessage(void*, jv message) { jv_free(message); }

/// Results of one run: enough of them to see that there is more than one.
struct Results {
  std::vector<Value> values;
  std::string failure;
};

/// A call of jq_compile.
struct Compiling {
  jq_state* state;
  const char* text;
  int done;
};

/// A call of jq_next.
struct Stepping {
  jq_state* state;
  jv next;
};

void Compile(void* about) {
  auto* const compiling = static_cast<Compiling*>(about);
  compiling->done = jq_compile(compiling->state, compiling->text);
}

void Step(void* about) {
  auto* const stepping = static_cast<Stepping*>(about);
  stepping->next = jq_next(stepping->state);
}

/// Gives up all that a run left.
void Reset(void* about) { jq_start(static_cast<jq_state*>(about), jv_null(), 0); }

constexpr auto kAborted = "jq gave up: an assertion of its own did not hold (libjq 1.6)";

}  // namespace

struct Program::Machine {
  Machine(std::string program, const Bounds& given)
      : text(std::move(program)), state(jq_init()), bounds(given) {
    CHECK(state != nullptr);
    jq_set_error_cb(state, &TakeMessage, &messages);
    jq_set_debug_cb(state, &IgnoreMessage, nullptr);
    // Without them `import` fails an assertion. Modules are looked for nowhere.
    jq_set_attr(state, jv_string("JQ_LIBRARY_PATH"), jv_array());
    jq_set_attr(state, jv_string("JQ_ORIGIN"), jv_string("."));
    jq_set_attr(state, jv_string("PROGRAM_ORIGIN"), jv_string("."));
  }
  ~Machine() {
    if (Recover()) {
      jq_teardown(&state);
    }
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  Status Compile() {
    Compiling compiling{.state = state, .text = text.c_str(), .done = 0};
    lost = !SurvivesAbort(&jq::Compile, &compiling);
    if (compiling.done != 0) {
      return {};
    }
    std::string words = lost ? kAborted : messages.empty() ? "jq does not say why" : "";
    for (const std::string& message : messages) {
      words += (words.empty() ? "" : "; ") + message;
    }
    return Fail(ErrorCode::kUsage, "the program does not compile: " + words,
                "jq 1.6 compiles it; lines are those of the program");
  }

  /// What an abort interrupted is on the state's own stack, which is emptied. False: that aborts
  /// as well, and nothing may be done with the state again.
  bool Recover() {
    if (aborted && !lost) {
      lost = !SurvivesAbort(&Reset, state);
      aborted = false;
    }
    return !lost;
  }

  Results Run(const Value& input) {
    Results results;
    jq_start(state, input.Copy(), 0);
    const Watchdog::Watch watch(state, until, bounds.stop);
    Stepping stepping{.state = state, .next = {}};
    while (results.values.size() < 2) {
      if (!SurvivesAbort(&Step, &stepping)) {
        aborted = true;
        results.failure = kAborted;
        break;
      }
      Value next(stepping.next);
      if (!next.valid()) {
        results.failure = FailureOf(next);
        break;
      }
      results.values.push_back(std::move(next));
    }
    return results;
  }

  /// The result on an input with stand-ins, if it is like the one without; else invalid.
  Value RunMarked(Input& input, const Value& result) {
    for (const Side side : {Side::kAwayFromZero, Side::kTowardZero}) {
      const std::optional<Value> marked = input.Marked(side);
      if (!marked || !Recover()) {
        break;
      }
      Results results = Run(*marked);
      if (results.failure.empty() && results.values.size() == 1 &&
          Alike(result, results.values[0])) {
        return results.values[0];
      }
    }
    return {};
  }

  /// From now on its time runs.
  void Begin() { until = Watchdog::Clock::now() + bounds.time; }

  /// Who ended it before it was over; "": nobody.
  std::string WhoEnded() const {
    if (aborted || lost) {
      return kAborted;
    }
    if (bounds.stop != nullptr && bounds.stop->is_set()) {
      return "the program was stopped";
    }
    return Watchdog::Clock::now() < until
               ? ""
               : fmt::format("the program did not end within {} ms", bounds.time.count());
  }

  std::string FailureOf(const Value& end) {
    if (jq_halted(state) != 0) {
      const std::string who = WhoEnded();
      return who.empty() ? "the program halted" : who;
    }
    if (jv_invalid_has_msg(end.Copy()) == 0) {
      return "";
    }
    const Value message(jv_invalid_get_msg(end.Copy()));
    return message.kind() == JV_KIND_STRING ? std::string(message.text()) : message.Dump();
  }

  const std::string text;
  jq_state* state;
  const Bounds bounds;
  bool aborted = false;  ///< in the last run
  bool lost = false;     ///< nothing may be done with the state
  Watchdog::Clock::time_point until{};
  std::vector<std::string> messages;
};

Program::Program(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

Result<Program> Program::Compile(const std::string& text) { return Compile(text, Bounds{}); }

Result<Program> Program::Compile(const std::string& text, const Bounds& bounds) {
  auto machine = std::make_unique<Machine>(text, bounds);
  TRY(machine->Compile());
  return Program(std::move(machine));
}

Outcome Program::Run(std::string_view json) {
  const auto failed = [](std::string why) {
    return Outcome{Outcome::Kind::kFailed, std::move(why)};
  };
  const auto tree = json::Tree::Parse(json);
  if (!tree) {
    return failed(tree.error());
  }
  Input input(*tree);
  if (!input.trouble().empty()) {
    return failed(input.trouble());
  }
  if (!machine_->Recover()) {
    auto again = Compile(machine_->text, machine_->bounds);
    if (!again) {
      return failed(again.error().what);
    }
    *this = std::move(*again);
  }
  machine_->Begin();
  const Results results = machine_->Run(input.plain());
  if (!results.failure.empty()) {
    return failed(results.failure);
  }
  if (results.values.empty()) {
    return {.kind = Outcome::Kind::kNothing};
  }
  if (results.values.size() > 1) {
    return failed("the program gives more than one result");
  }
  const Value& result = results.values[0];
  if (input.NodeOf(result) == json::Tree::kRoot) {
    return {};
  }
  const Value marked = input.numbers().any() ? machine_->RunMarked(input, result) : Value();
  if (std::string who = machine_->WhoEnded(); !who.empty()) {
    return failed(std::move(who));
  }
  auto text = TextOf(input, result, marked);
  if (!text) {
    return failed(std::move(text.error()));
  }
  return tree->TextOf(json::Tree::kRoot) == *text
             ? Outcome{}
             : Outcome{Outcome::Kind::kChanged, std::move(*text)};
}

}  // namespace trafrec::jq
