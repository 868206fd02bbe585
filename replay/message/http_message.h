#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// HTTP/1.1 requests and answers as values: what the log gives, what edits change, what is sent.

namespace trafrec::message {

/// Name and value as they are on the wire, without the white space around the value.
struct Field {
  std::string name;
  std::string value;

  bool operator==(const Field&) const = default;
};

struct Request {
  std::string method;
  std::string target;           ///< path and query, as on the wire
  std::vector<Field> fields{};  ///< in order, doubles stay
  std::string body{};           ///< without the transfer coding; content-encoded, but see `decoded`
  bool chunked = false;         ///< how the body goes out; else with a Content-Length
  std::vector<Field> trailers{};  ///< of a chunked one
  bool keeps_host = false;        ///< its Host is sent; else it follows from the target
  bool decoded = false;           ///< the codings that Content-Encoding names are off the body

  bool operator==(const Request&) const = default;
};

struct Answer {
  int status = 0;
  uint8_t version_minor = 1;
  std::string head;           ///< raw, the empty line included
  std::vector<Field> fields;  ///< the same, taken apart
  std::string body;           ///< without the transfer coding, still content-encoded
  bool chunked = false;
  std::string trailers;  ///< raw, without the empty line
};

/// The first field of that name in any case; null if there is none.
const Field* FindField(const std::vector<Field>& fields, std::string_view name);

/// Leaves one field of that name, in the place of the first one; puts it at the end if there was
/// none.
void SetField(std::vector<Field>& fields, std::string_view name, std::string value);

/// Takes out all fields of that name. False if there was none.
bool RemoveField(std::vector<Field>& fields, std::string_view name);

/// What Content-Encoding says in all fields of that name, in the order in which the codings were
/// put on: "gzip, br". "identity" is none.
std::string ContentCodings(const std::vector<Field>& fields);

/// Whether two names are the same: case does not count, in ASCII only (RFC 9110, section 5.1).
bool SameName(std::string_view a, std::string_view b);

}  // namespace trafrec::message
