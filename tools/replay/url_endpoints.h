#pragma once

#include <string>
#include <vector>

#include "base/endpoint.h"

namespace trafrec::tools {

/// The addresses behind the host and port of an http or https URL, as the resolver knows them now;
/// none if it does not.
std::vector<Endpoint> EndpointsOf(const std::string& url);

}  // namespace trafrec::tools
