#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "replay/message/http_message.h"

// AWS Signature Version 4: a pure function of a request, keys and the time.

namespace trafrec::send {

struct AwsKeys {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< "" for none
};

struct AwsScope {
  std::string region;
  std::string service;
};

/// What is signed. The time is not a part: it is in the field X-Amz-Date.
struct AwsRequest {
  std::string_view method;
  std::string_view target;             ///< path and query, as they go out
  std::vector<message::Field> fields;  ///< those that are signed, in any order
  std::string payload_hash;            ///< PayloadHash of the body
};

/// As X-Amz-Date has it: "20150830T123600Z".
std::string AwsTime(TimeNs time);
/// SHA-256 in hex.
std::string PayloadHash(std::string_view body);
/// The value of the Authorization field.
std::string SignV4(const AwsRequest& request, const AwsKeys& keys, const AwsScope& scope,
                   TimeNs time);

}  // namespace trafrec::send
