#include "replay/send/address_book.h"

#include <asio/ip/address.hpp>
#include <utility>

#include "replay/send/limits.h"

namespace trafrec::send {

AddressBook::AddressBook(Loop& loop, std::string host, uint16_t port)
    : resolver_(loop.get_executor()), host_(std::move(host)), port_(port) {
  asio::error_code error;
  const asio::ip::address address = asio::ip::make_address(host_, error);
  if (!error) {
    literal_ = true;
    addresses_.emplace_back(address, port_);
  }
}

void AddressBook::Find(Found found) {
  if (literal_ || SteadyNow() < known_until_) {
    found("", addresses_);
    return;
  }
  waiting_.push_back(std::move(found));
  if (waiting_.size() > 1) {
    return;
  }
  resolver_.async_resolve(host_, std::to_string(port_), asio::ip::resolver_base::numeric_service,
                          [book = weak_from_this()](const asio::error_code& error,
                                                    const Resolver::results_type& results) {
                            if (const auto self = book.lock()) {
                              self->OnResolved(error, results);
                            }
                          });
}

void AddressBook::Forget() { known_until_ = 0; }

void AddressBook::OnResolved(const asio::error_code& error, const Resolver::results_type& results) {
  addresses_.clear();
  for (const auto& result : results) {
    addresses_.push_back(result.endpoint());
  }
  known_until_ = error ? 0 : SteadyNow() + limits::kAddressLifeNs;
  const std::string reason = error ? error.message() : "";
  const std::vector<Found> waiting = std::exchange(waiting_, {});
  for (const Found& found : waiting) {
    found(reason, addresses_);
  }
}

}  // namespace trafrec::send
