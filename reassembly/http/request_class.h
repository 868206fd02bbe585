#pragma once

#include <string_view>

namespace trafrec::reassembly {

/// Whether a request only reads, by method and path alone: GET, HEAD, OPTIONS, and POST to the
/// search endpoints of Elasticsearch and OpenSearch. Decides what is given up first under load;
/// when in doubt a request counts as a mutation, which is given up last.
bool IsRead(std::string_view method, std::string_view target);

}  // namespace trafrec::reassembly
