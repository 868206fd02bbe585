#include "reconcile/history/server_lives.h"

#include <algorithm>
#include <iterator>

namespace trafrec::reconcile {

void ServerLives::Note(const std::string& recorder, const Endpoint& server, const Span& life) {
  if (life.from >= life.until) {
    return;
  }
  Lives& lives = lives_[{recorder, server}];
  Span all = life;
  auto at = lives.upper_bound(life.from);
  if (at != lives.begin() && std::prev(at)->second > life.from) {
    --at;
  }
  while (at != lives.end() && at->first < all.until) {
    all.from = std::min(all.from, at->first);
    all.until = std::max(all.until, at->second);
    at = lives.erase(at);
  }
  lives[all.from] = all.until;
}

bool ServerLives::LivedOnAt(const std::string& recorder, const Endpoint& server, TimeNs at) const {
  const auto found = lives_.find({recorder, server});
  if (found == lives_.end()) {
    return false;
  }
  const auto after = found->second.lower_bound(at);
  return after != found->second.begin() && std::prev(after)->second > at;
}

bool ServerLives::AnsweredAfter(const std::string& recorder, const Endpoint& server,
                                TimeNs at) const {
  const auto found = lives_.find({recorder, server});
  return found != lives_.end() && !found->second.empty() && found->second.rbegin()->second > at;
}

}  // namespace trafrec::reconcile
