#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "replay/send/asio_types.h"

namespace trafrec::send {

/// The addresses of one host. Names are looked up by asio's own thread, and anew after
/// limits::kAddressLifeNs. Used on the loop's thread.
class AddressBook : public std::enable_shared_from_this<AddressBook> {
 public:
  AddressBook(Loop& loop, std::string host, uint16_t port);

  /// "" and at least one address, or the reason why there is none.
  using Found = std::function<void(const std::string& reason, const Addresses& addresses)>;
  /// Calls `found` at once if the addresses are known, else from the loop.
  void Find(Found found);
  /// The next Find looks the name up again.
  void Forget();

 private:
  void OnResolved(const asio::error_code& error, const Resolver::results_type& results);

  Resolver resolver_;
  std::string host_;
  uint16_t port_;
  bool literal_ = false;
  Addresses addresses_;
  int64_t known_until_ = 0;
  std::vector<Found> waiting_;
};

}  // namespace trafrec::send
