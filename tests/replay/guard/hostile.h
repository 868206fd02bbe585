#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "replay/guard/guard.h"
#include "tests/replay/guard/history.h"
#include "tests/replay/guard/model_target.h"

namespace trafrec::guard {

/// A network between the run and the target that loses requests and answers, keeps copies back and
/// delivers them any time later, doubles some, and has proxies that answer for themselves.
class HostileNetwork {
 public:
  HostileNetwork(std::mt19937_64& random, ModelTarget& target) : random_(random), target_(target) {}

  Reply Send(const message::Request& request);
  /// One of the copies that it kept back arrives.
  void DeliverLate();
  void DeliverAll();
  /// From now on it does what it should.
  void Calm() { calm_ = true; }

 private:
  Reply Answered(message::Answer answer) const { return {.answer = std::move(answer)}; }

  std::mt19937_64& random_;
  ModelTarget& target_;
  std::vector<message::Request> kept_;
  bool calm_ = false;
};

/// Replays a history as the engine does: what is ready of an exchange is a parcel; a document's
/// next write waits for the one before. Now and then it is killed, and goes on with what a ledger
/// knows.
class Replayer {
 public:
  Replayer(std::mt19937_64& random, const History& history, ModelTarget& target,
           HostileNetwork& network);

  void Run();

  const std::vector<std::vector<Item>>& ended() const { return items_; }
  /// The document of an item.
  ModelTarget::Name NameOf(size_t exchange, size_t place) const;

 private:
  struct Active {
    size_t exchange = 0;
    Parcel parcel;
  };

  bool Start(size_t exchange);
  bool IsReady(size_t exchange, size_t place) const;
  void Advance(size_t active);
  void Crash();
  void End(size_t exchange, Item item);
  SourceNumbers Numbers(size_t exchange) const;

  std::mt19937_64& random_;
  const History& history_;
  ModelTarget& target_;
  HostileNetwork& network_;
  std::vector<std::vector<Item>> items_;
  std::vector<std::vector<bool>> started_;
  std::vector<Active> active_;
  std::map<ModelTarget::Name, std::vector<std::pair<size_t, size_t>>> chains_;
  std::map<ModelTarget::Name, DocumentState> known_;
  std::map<std::pair<ModelTarget::Name, int64_t>, DocumentState> numbers_;
  size_t first_open_ = 0;
};

}  // namespace trafrec::guard
