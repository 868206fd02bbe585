// Understanding exchanges on several threads.
//
// An exchange is read from its frames, then taken apart: heads, bodies, JSON, what each operation
// is and what came of it. That is most of the work, and needs no other exchange. What it shows
// depends on those before it, so facts are taken down one after another, by the caller. One thread
// reads, since rows and frames come in order and a frame has many exchanges; the others take
// batches of what it has read apart. A batch waits in line where the reader put it, and the caller
// takes the first one once it is ready. Rejected: facts of parts of the log, to be joined: each
// kind of fact would have to say how.

#include "reconcile/history/exchange_pass.h"

#include <pthread.h>

#include <deque>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"
#include "reconcile/history/limits.h"

namespace trafrec::reconcile {

class ExchangePass::Batch {
 public:
  void Add(store::StoredExchange exchange, bool stray_answer) {
    bytes_ += sizeof(Understood) + BytesOf(exchange.request) + BytesOf(exchange.response);
    exchanges_.emplace_back(std::move(exchange), stray_answer);
  }

  bool full() const {
    return exchanges_.size() >= limits::kBatchExchanges || bytes_ >= limits::kBatchBytes;
  }
  bool empty() const { return exchanges_.empty(); }
  size_t bytes() const { return bytes_; }

  void Understand(const ExchangePass& pass) {
    for (Understood& exchange : exchanges_) {
      exchange.Understand(pass.how_, pass.bodies_);
    }
    ready_.set_value();
  }

  /// Waits until it is ready.
  std::deque<Understood>& Await() {
    ready_.get_future().wait();
    taken_ = true;
    return exchanges_;
  }
  bool taken() const { return taken_; }

 private:
  static size_t BytesOf(const std::optional<store::StoredMessage>& message) {
    return message ? message->head.size() + message->body.size() : 0;
  }

  std::deque<Understood> exchanges_;  // which stay where they are
  size_t bytes_ = 0;
  std::promise<void> ready_;
  bool taken_ = false;
};

/// Batches on their way from the one that reads to the one that takes.
class ExchangePass::Line {
 public:
  void Put(std::shared_ptr<Batch> batch) {
    const size_t bytes = batch->bytes();
    in_order_.Push(batch, bytes);
    unread_.Push(std::move(batch), 0);
  }
  void End() {
    in_order_.Close();
    unread_.Close();
  }

  std::optional<std::shared_ptr<Batch>> Next() { return in_order_.Pop(); }
  /// What was taken goes back to those who made it: for them it is cheaper to give up, and they are
  /// more.
  void GiveBack(std::shared_ptr<Batch> batch) { unread_.TryPush(batch, 0); }
  std::optional<std::shared_ptr<Batch>> NextUnread() { return unread_.Pop(); }

 private:
  BoundedQueue<std::shared_ptr<Batch>> in_order_{limits::kBatches, limits::kBatchesBytes};
  /// Those of the others that nobody has begun with.
  BoundedQueue<std::shared_ptr<Batch>> unread_{limits::kBatches + 1, SIZE_MAX};
};

ExchangePass::ExchangePass(store::LogReader& log, const StrayAnswers& strays,
                           const Understood::How& how, unsigned threads)
    : log_(log), strays_(strays), how_(how), threads_(threads) {}

Status ExchangePass::Each(Bodies bodies, const std::function<void(Understood&)>& take) {
  bodies_ = bodies;
  if (threads_ == 0) {
    return EachHere(take);
  }
  Line line;
  Status loaded;
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      pthread_setname_np(pthread_self(), "log reader");
      loaded = Load(line);
    });
    for (unsigned i = 0; i < threads_; ++i) {
      threads.emplace_back([&] {
        pthread_setname_np(pthread_self(), "understands");
        while (const auto batch = line.NextUnread()) {
          if (!(*batch)->taken()) {
            (*batch)->Understand(*this);
          }
        }
      });
    }
    while (auto batch = line.Next()) {
      for (Understood& exchange : (*batch)->Await()) {
        take(exchange);
      }
      line.GiveBack(*std::move(batch));
    }
  }
  return loaded;
}

Status ExchangePass::EachHere(const std::function<void(Understood&)>& take) {
  return strays_.Each(log_, [&](store::StoredExchange exchange) {
    const bool stray_answer = strays_.Has(exchange.row.id);
    Understood understood(std::move(exchange), stray_answer);
    understood.Understand(how_, bodies_);
    take(understood);
  });
}

Status ExchangePass::Load(Line& line) {
  auto batch = std::make_shared<Batch>();
  Status loaded = strays_.Each(log_, [&](store::StoredExchange exchange) {
    const bool stray_answer = strays_.Has(exchange.row.id);
    batch->Add(std::move(exchange), stray_answer);
    if (batch->full()) {
      line.Put(std::exchange(batch, std::make_shared<Batch>()));
    }
  });
  if (!batch->empty()) {
    line.Put(std::move(batch));
  }
  line.End();
  return loaded;
}

}  // namespace trafrec::reconcile
