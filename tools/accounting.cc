#include "tools/accounting.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tools/units.h"

namespace trafrec::tools {
namespace {

const char* WhoLost(store::LossCause cause) {
  switch (cause) {
    case store::LossCause::kKernelDrop:
      return "the kernel dropped";
    case store::LossCause::kInterfaceDrop:
      return "the interface dropped";
    case store::LossCause::kRingDrop:
      return "trafrec itself dropped";
    case store::LossCause::kLimit:
      return "a limit of trafrec's own gave up";
    case store::LossCause::kDiskFull:
      return "the disk was full and took away";
    case store::LossCause::kLoad:
      return "under load trafrec gave up";
    case store::LossCause::kCutFile:
      return "a file that was cut short lacks";
    case store::LossCause::kDamage:
      return "damage took away";
    default:
      return "lost:";
  }
}

/// "20 packets, 1.2 KiB"
std::string AmountOf(const store::LossRecord& loss) {
  std::string amount;
  if (loss.packets > 0) {
    amount = CountOf(loss.packets, "packet");
  }
  if (loss.bytes > 0) {
    amount += (amount.empty() ? "" : ", ") + HumanBytes(loss.bytes);
  }
  if (amount.empty()) {
    return "an unknown amount";
  }
  return loss.exact ? amount : "about " + amount;
}

}  // namespace

std::optional<uint64_t> FindValue(const Counters& counters, std::string_view name) {
  const auto found =
      std::ranges::find_if(counters, [&](const Counter& counter) { return counter.name == name; });
  return found == counters.end() ? std::nullopt : std::optional(found->value);
}

uint64_t ValueOf(const Counters& counters, std::string_view name) {
  return FindValue(counters, name).value_or(0);
}

std::string LossSentence(const store::LossRecord& loss) {
  const std::string from = FormatTime(loss.from);
  const std::string until = FormatTime(loss.until);
  switch (loss.cause) {
    case store::LossCause::kStart:
      return loss.until == 0 ? "started, and no packet came: what there was is not here"
                             : "started at " + until + ": what came before is not here";
    case store::LossCause::kStop:
      return loss.from == 0 ? "stopped, and no packet had come: what came after is not here"
                            : "stopped at " + from + ": what came after is not here";
    case store::LossCause::kCrash:
      return fmt::format("was killed or died after {}; recovered at {}", from, until);
    case store::LossCause::kFilter:
      return "got another filter at " + until +
             ": what is here from then on is what that one lets through";
    case store::LossCause::kGapShare:
      return fmt::format("{} of {} of payload ({}) were not captured between {} and {}",
                         HumanBytes(loss.bytes), HumanBytes(loss.of_bytes),
                         Percent(loss.bytes, std::max(loss.bytes, loss.of_bytes)), from, until);
    case store::LossCause::kGap:
      return fmt::format("connection {} lost {}{} between {} and {}: whole messages may be missing",
                         loss.connection.value_or(0), loss.exact ? "" : "up to ",
                         HumanBytes(loss.bytes), from, until);
    default:
      break;
  }
  std::string text =
      fmt::format("{} {} between {} and {}", WhoLost(loss.cause), AmountOf(loss), from, until);
  if (loss.connection) {
    text += fmt::format(", connection {}", *loss.connection);
  }
  return text;
}

std::string CounterTree(const Counters& counters) {
  struct Line {
    std::string label;
    std::string value;
  };
  std::vector<Line> lines;
  const auto add = [&](const auto& self, const std::string& whole, size_t depth) -> void {
    for (const Counter& counter : counters) {
      if (counter.part_of != whole || (counter.value == 0 && depth > 0)) {
        continue;
      }
      if (counter.value > 0) {
        lines.push_back({std::string(2 * depth, ' ') + counter.name, WithCommas(counter.value)});
      }
      // A counter that names itself or a loop would never end.
      if (depth < 8 && counter.name != whole) {
        self(self, counter.name, depth + 1);
      }
    }
  };
  add(add, "", 0);
  size_t label_width = 0;
  size_t value_width = 0;
  for (const Line& line : lines) {
    label_width = std::max(label_width, line.label.size());
    value_width = std::max(value_width, line.value.size());
  }
  std::string out;
  for (const Line& line : lines) {
    fmt::format_to(std::back_inserter(out), "    {:<{}}  {:>{}}\n", line.label, label_width,
                   line.value, value_width);
  }
  return out;
}

}  // namespace trafrec::tools
