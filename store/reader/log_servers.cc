#include "store/reader/log_servers.h"

#include <vector>

#include "base/endpoint_text.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {
namespace {

Status AddServers(SegmentConnection& connection, std::set<Endpoint>& servers) {
  TRY_ASSIGN(db::Statement * rows,
             connection.Prepared("SELECT DISTINCT server_address, server_port FROM connection "
                                 "WHERE server_address IS NOT NULL"));
  while (true) {
    TRY_ASSIGN(const bool row, rows->Step());
    if (!row) {
      break;
    }
    if (const auto address = ParseIpAddress(rows->Text(0))) {
      servers.insert({.address = *address, .port = static_cast<uint16_t>(rows->Int(1))});
    }
  }
  rows->Reset();
  return {};
}

}  // namespace

Result<std::set<Endpoint>> ReadServers(const LogSelection& selection) {
  SegmentFiles files(selection.folders, selection.identities);
  LogCatalogue catalogue(files);
  std::set<Endpoint> servers;
  TRY_ASSIGN(const std::vector<AttemptKey> keys, catalogue.AllAttempts());
  for (const AttemptKey& key : keys) {
    TRY_ASSIGN(const std::vector<uint32_t> segments, catalogue.VisibleSegments(key));
    for (const uint32_t segment : segments) {
      const Status read = files.With(key, segment, [&](SegmentConnection& connection) {
        return AddServers(connection, servers);
      });
      // A new segment may have no content yet.
      if (!read && read.error().code != ErrorCode::kNotFound) {
        return std::unexpected(read.error());
      }
    }
  }
  return servers;
}

}  // namespace trafrec::store
