// The only file that knows llhttp.
//
// llhttp judges heads by the strict grammar (it is built with LLHTTP_STRICT_MODE), but for those
// that are plainly right (plain_fields.cc). It gets every
// method as "POST", since it refuses methods that it does not know, and since what a method means
// for framing is decided elsewhere; only CONNECT has a target of its own form and goes in as it is.
// It stops at the end of the head: bodies are counted or unchunked by our own code, because a
// hole in a body must be stepped over, which a parser that wants every byte cannot do.

#include <llhttp.h>

#include <algorithm>

#include "reassembly/http/head.h"

namespace trafrec::reassembly {
namespace {

constexpr std::string_view kStandInMethod = "POST";
/// Larger lengths would overflow flow offsets; no one can send them either.
constexpr uint64_t kLengthMax = uint64_t{1} << 62;

struct FieldReader {
  std::string_view head;
  HeadFields fields;
  bool at_host = false;
  bool complete = false;
};

bool IsHost(const char* at, size_t size) {
  return size == 4 && (at[0] | 0x20) == 'h' && (at[1] | 0x20) == 'o' && (at[2] | 0x20) == 's' &&
         (at[3] | 0x20) == 't';
}

int OnField(llhttp_t* parser, const char* at, size_t size) {
  auto& reader = *static_cast<FieldReader*>(parser->data);
  reader.at_host = !reader.fields.host && IsHost(at, size);
  return 0;
}

int OnValue(llhttp_t* parser, const char* at, size_t size) {
  auto& reader = *static_cast<FieldReader*>(parser->data);
  if (reader.at_host) {
    while (size > 0 && (at[size - 1] == ' ' || at[size - 1] == '\t')) {
      --size;
    }
    const auto place = static_cast<uint32_t>(at - reader.head.data());
    reader.fields.host = Slice{place, static_cast<uint32_t>(size)};
    reader.at_host = false;
  }
  return 0;
}

/// Not as the last coding, where the grammar wants it.
bool NamesChunked(std::string_view head) {
  constexpr std::string_view kName = "chunked";
  return std::search(head.begin(), head.end(), kName.begin(), kName.end(),
                     [](char a, char b) { return (a | 0x20) == b; }) != head.end();
}

int OnHeadComplete(llhttp_t* parser) {
  static_cast<FieldReader*>(parser->data)->complete = true;
  return HPE_PAUSED;
}

llhttp_settings_t MakeSettings(bool with_fields) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  if (with_fields) {
    settings.on_header_field = OnField;
    settings.on_header_value = OnValue;
  }
  settings.on_headers_complete = OnHeadComplete;
  return settings;
}

const llhttp_settings_t kRequestSettings = MakeSettings(true);
const llhttp_settings_t kResponseSettings = MakeSettings(false);

}  // namespace

std::optional<HeadFields> ParseFieldsStrictly(const StartLine& start, std::string_view head) {
  std::optional<HeadFields> fields(std::in_place);
  if (ReadPlainFields(start, head, head.find('\n') + 1, *fields) != head.size()) {
    fields = ParseFieldsByLlhttp(start, head);
  }
  return fields;
}

std::optional<HeadFields> ParseFieldsByLlhttp(const StartLine& start, std::string_view head) {
  if (start.lenient) {
    return std::nullopt;
  }
  const bool request = start.side == store::Side::kClient;
  FieldReader reader;
  reader.head = head;
  llhttp_t parser;
  llhttp_init(&parser, request ? HTTP_REQUEST : HTTP_RESPONSE,
              request ? &kRequestSettings : &kResponseSettings);
  parser.data = &reader;
  std::string_view rest = head;
  if (request && start.method.In(head) != "CONNECT") {
    llhttp_execute(&parser, kStandInMethod.data(), kStandInMethod.size());
    rest.remove_prefix(start.method.size);
  }
  const llhttp_errno_t outcome = llhttp_execute(&parser, rest.data(), rest.size());
  if (outcome != HPE_PAUSED || !reader.complete) {
    return std::nullopt;
  }
  const bool coded = (parser.flags & F_TRANSFER_ENCODING) != 0;
  const bool sized = (parser.flags & F_CONTENT_LENGTH) != 0;
  const bool chunked = (parser.flags & F_CHUNKED) != 0;
  // llhttp takes a name of no byte, and codings in HTTP/1.0 (RFC 9112, sections 5 and 6.1).
  if ((coded && (sized || start.version_minor == 0)) || parser.content_length > kLengthMax ||
      (coded && !chunked && NamesChunked(head)) || head.contains("\n:")) {
    return std::nullopt;
  }
  reader.fields.chunked = chunked;
  reader.fields.other_coding = coded && !chunked;
  if (sized) {
    reader.fields.content_length = parser.content_length;
  }
  return reader.fields;
}

}  // namespace trafrec::reassembly
