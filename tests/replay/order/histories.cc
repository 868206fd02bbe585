#include "tests/replay/order/histories.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace trafrec::order {
namespace {

using dialect::Key;
using dialect::Scope;

struct Made {
  SourceOperation operation;
  TimeNs committed_at = 0;
};

Key DocumentKey(std::mt19937_64& random, bool write) {
  return {.scope = Scope::kDocument,
          .write = write,
          .name = std::string(1, static_cast<char>('a' + random() % 3)),
          .id = random() % 10 == 0 ? "" : std::to_string(random() % 4)};
}

std::vector<Key> RandomKeys(std::mt19937_64& random) {
  static const std::vector<std::string> kNames = {"a", "b", "a*", "*"};
  switch (random() % 20) {
    case 0:
      return {{.scope = Scope::kCluster, .write = random() % 2 == 0}};
    case 1:
      return {{.scope = Scope::kState, .write = random() % 2 == 0}};
    case 2:
      return {{.scope = Scope::kContext, .write = true, .name = random() % 2 == 0 ? "s1" : "s2"}};
    case 3:
    case 4:
    case 5:
      return {{.scope = Scope::kIndex, .write = random() % 4 == 0, .name = kNames[random() % 4]}};
    case 6:
      return {DocumentKey(random, false),
              {.scope = Scope::kIndex, .write = true, .name = kNames[random() % 4]}};
    case 7:
      return {{.scope = Scope::kPath, .write = random() % 2 == 0, .name = "/p"}};
    default:
      return {DocumentKey(random, random() % 3 != 0)};
  }
}

bool IsOfOneDocument(const SourceOperation& operation) {
  return operation.keys.size() == 1 && operation.keys[0].scope == Scope::kDocument &&
         !operation.keys[0].id.empty();
}

/// By their numbers, of two operations on one document.
bool MustFollow(const Commit& later, const Commit& earlier) {
  const bool later_reads = later.what == Commit::What::kRead;
  if (earlier.what == Commit::What::kRead) {
    return !later_reads && earlier.seq_no < later.seq_no;
  }
  return later_reads ? earlier.seq_no <= later.seq_no : earlier.seq_no < later.seq_no;
}

}  // namespace

std::vector<SourceOperation> MakeHistory(std::mt19937_64& random, size_t count,
                                         const HistoryOptions& options) {
  std::vector<Made> all;
  std::vector<TimeNs> free_at(options.connections, 0);
  uint64_t bulks = 0;
  while (all.size() < count) {
    const size_t connection = random() % options.connections;
    const bool bulk = random() % 10 == 0;
    const uint64_t request = bulk ? ++bulks : 0;
    const size_t first = all.size();
    const TimeNs began_at = free_at[connection] + 1 + static_cast<TimeNs>(random() % 50);
    TimeNs now = began_at;
    for (size_t items = bulk ? 2 + random() % 4 : 1; items > 0; --items) {
      Made& made = all.emplace_back();
      made.operation.keys = bulk ? std::vector<Key>{DocumentKey(random, true)} : RandomKeys(random);
      made.operation.clock = static_cast<uint32_t>(connection % options.recorders);
      made.operation.began_at = began_at;
      made.operation.request = request;
      made.committed_at = now += 1 + static_cast<TimeNs>(random() % 40);
    }
    now += 1 + static_cast<TimeNs>(random() % 40);
    if (static_cast<int>(random() % 100) < options.answers_percent) {
      for (Made& made : std::span(all).subspan(first)) {
        made.operation.answered_at = now;
      }
    }
    free_at[connection] = now;
  }
  std::ranges::sort(all, {}, &Made::committed_at);
  std::map<std::string, int64_t> next;
  std::map<std::pair<std::string, std::string>, int64_t> last;  // by index and id
  for (Made& made : all) {
    if (!options.commits || !IsOfOneDocument(made.operation) || !made.operation.answered_at) {
      continue;
    }
    const Key& key = made.operation.keys[0];
    const auto written = last.find({key.name, key.id});
    if (key.write) {
      made.operation.commit = Commit{.seq_no = next[key.name]++};
      last[{key.name, key.id}] = made.operation.commit->seq_no;
    } else if (written != last.end()) {
      made.operation.commit = Commit{.seq_no = written->second, .what = Commit::What::kRead};
    }
  }
  for (Made& made : all) {
    const TimeNs wrong = made.operation.clock == 0 ? 0 : options.clock_error_ns;
    made.operation.began_at += wrong;
    if (made.operation.answered_at) {
      *made.operation.answered_at += wrong;
    }
  }
  // A request's operations come together, in their order.
  std::ranges::sort(all, {}, [](const Made& made) {
    return std::tuple(made.operation.began_at, made.operation.request, made.committed_at);
  });
  std::vector<SourceOperation> operations;
  for (Made& made : all) {
    operations.push_back(std::move(made.operation));
  }
  return operations;
}

bool MustWait(std::span<const SourceOperation> history, size_t later_at, size_t earlier_at,
              TimeNs clock_error_ns) {
  const SourceOperation& later = history[later_at];
  const SourceOperation& earlier = history[earlier_at];
  const bool same_document = IsOfOneDocument(later) && IsOfOneDocument(earlier) &&
                             later.keys[0].name == earlier.keys[0].name &&
                             later.keys[0].id == earlier.keys[0].id;
  if (same_document && later.commit && earlier.commit) {
    return MustFollow(*later.commit, *earlier.commit);
  }
  if (same_document && later.request != 0 && later.request == earlier.request &&
      later.keys[0].write) {
    return earlier_at < later_at;
  }
  if (!earlier.answered_at) {
    return false;
  }
  const bool known = later.clock == earlier.clock
                         ? *earlier.answered_at <= later.began_at
                         : *earlier.answered_at + clock_error_ns < later.began_at;
  return known && std::ranges::any_of(later.keys, [&](const Key& a) {
           return std::ranges::any_of(earlier.keys,
                                      [&](const Key& b) { return dialect::Conflict(a, b); });
         });
}

}  // namespace trafrec::order
