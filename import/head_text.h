#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.h"

// Heads that are put together from fields, and what their fields say.

namespace trafrec::import {

/// A header field of a file. Without a value: a line that has no colon.
struct Field {
  std::string name;
  std::optional<std::string> value;
};

/// "name: value" and a line end. A value of several lines whose lines are no folds stands for
/// several fields of that name (browsers join Set-Cookie so).
void AppendField(std::string& head, const Field& field);
/// `version`: of HTTP, as "1.1"; what is not known, or newer, is written as 1.1.
std::string RequestHead(std::string_view method, std::string_view target, std::string_view version,
                        const std::vector<Field>& fields);
std::string ResponseHead(std::string_view version, uint16_t status, std::string_view reason,
                         const std::vector<Field>& fields);

/// The value of the first field of that name, in any case; nullptr if there is none.
const std::string* ValueOf(const std::vector<Field>& fields, std::string_view name);
bool SameName(std::string_view a, std::string_view b);
/// Does a Content-Encoding say more than identity?
bool IsContentEncoded(const std::vector<Field>& fields);
/// The whole text as a number without a sign.
std::optional<uint64_t> DecimalOf(std::string_view text);

/// The parts of an absolute URL; a fragment is cut off.
struct Url {
  bool tls = false;
  std::string_view authority;  ///< without user and password
  std::string_view target;     ///< path and query, from the slash on; may be empty
};
/// nullopt: it is not one.
std::optional<Url> SplitUrl(std::string_view url);

/// Where an authority points to, if it is an address with or without a port.
std::optional<Endpoint> EndpointOfAuthority(std::string_view authority, uint16_t usual_port);
/// The port of an authority.
uint16_t PortOfAuthority(std::string_view authority, uint16_t usual_port);

}  // namespace trafrec::import
