#include "replay/send/sender.h"

#include <utility>

#include "base/check.h"
#include "replay/send/pool.h"

namespace trafrec::send {

struct Sender::Parts {
  uint64_t exchanges = 0;
  uint64_t connections = 0;
  std::vector<std::shared_ptr<Pool>> pools;
};

Sender::Sender(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Sender::~Sender() = default;

Result<std::unique_ptr<Sender>> Sender::Make(asio::io_context& loop,
                                             const std::vector<Target>& targets) {
  auto parts = std::make_unique<Parts>();
  for (const Target& target : targets) {
    auto pool = Pool::Make(loop, target, parts->connections);
    if (!pool) {
      Error error = std::move(pool).error();
      error.what = "target '" + target.name + "': " + error.what;
      return std::unexpected(std::move(error));
    }
    parts->pools.push_back(*std::move(pool));
  }
  return std::unique_ptr<Sender>(new Sender(std::move(parts)));
}

uint64_t Sender::Send(size_t target, message::Request request, Done done) {
  CHECK(target < parts_->pools.size());
  Pool& pool = *parts_->pools[target];
  std::unique_ptr<Exchange> exchange = pool.Blank();
  exchange->number = ++parts_->exchanges;
  exchange->sent.request = std::move(request);
  exchange->done = std::move(done);
  pool.Send(std::move(exchange));
  return parts_->exchanges;
}

bool Sender::Cancel(uint64_t number) {
  for (const auto& pool : parts_->pools) {
    if (pool->Cancel(number)) {
      return true;
    }
  }
  return false;
}

void Sender::Close() {
  for (const auto& pool : parts_->pools) {
    pool->Close();
  }
}

Sender::Load Sender::load() const {
  Load sum;
  for (size_t i = 0; i < parts_->pools.size(); ++i) {
    const Load one = load(i);
    sum.connections += one.connections;
    sum.idle += one.idle;
    sum.in_flight += one.in_flight;
    sum.waiting += one.waiting;
  }
  return sum;
}

Sender::Load Sender::load(size_t target) const { return parts_->pools[target]->load(); }

}  // namespace trafrec::send
