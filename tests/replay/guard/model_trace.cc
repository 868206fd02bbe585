// What the target in memory was asked and answered, as NDJSON, for check_model.py: random histories
// through the hostile network, each in an index that begins empty.

#include <fmt/format.h>

#include <cstdlib>

#include "replay/json/json_tree.h"
#include "tests/replay/guard/hostile.h"

int main(int argc, char** argv) {
  using namespace trafrec::guard;
  using trafrec::json::Quoted;
  const uint64_t histories = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20;
  for (uint64_t seed = 1; seed <= histories; ++seed) {
    std::mt19937_64 random(seed);
    const History history = MakeHistory(random, 15);
    fmt::print("{{\"begin\":{}}}\n", seed);
    ModelTarget target("target");
    target.KeepTerm();
    target.set_observer(
        [](const trafrec::message::Request& request, const trafrec::message::Answer& answer) {
          fmt::print("{{\"method\":{},\"target\":{},\"body\":{},\"status\":{},\"answer\":{}}}\n",
                     Quoted(request.method), Quoted(request.target), Quoted(request.body),
                     answer.status, answer.body);
        });
    HostileNetwork network(random, target);
    Replayer replayer(random, history, target, network);
    replayer.Run();
    network.DeliverAll();
  }
  return 0;
}
