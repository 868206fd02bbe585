// Requests as curl commands.
//
// curl adds fields of its own (Host, User-Agent, Accept, and with a body Content-Type,
// Content-Length, Expect) unless a -H names them, and puts Host first whatever the order of the -H.
// So each of its fields that the recorded head lacks is switched off by "-H 'Name:'", and where
// Host is not the first field its default is switched off as well: curl then sends the recorded
// Host as an ordinary field, in its place. Fields go out as the bytes of their line.
// --request-target carries targets that curl's URL parser would change. Rejected: --data-binary for
// bodies in the command (a leading @ would name a file), $'…' quoting (not in POSIX shells),
// --http2 and friends.

#include "tools/curl_writer.h"
#include "replay/recorded/request.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "replay/recorded/message_head.h"
#include "store/reader/exchange_id.h"
#include "tools/exchange_words.h"
#include "tools/json_text.h"
#include "tools/raw_message.h"
#include "tools/raw_writer.h"
#include "tools/shell_quote.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// Linux lets one argument of a command have 128 KiB (MAX_ARG_STRLEN); a person wants less.
constexpr size_t kInlineBodyBytesMax = size_t{16} << 10;
constexpr size_t kBase64LineChars = 76;

/// A target that stands in a URL as it is and that curl sends as it is with --path-as-is.
bool IsPlainTarget(std::string_view target) {
  return target.starts_with('/') && !target.ends_with('?') &&
         target.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "-._~/?&=%:@!$()*+,;") == std::string_view::npos;
}

bool IsBlankText(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// curl reads "-H @x" as a file of fields, and sends no line without a colon.
bool CanSendField(const recorded::HeaderField& field) {
  return field.value && !field.name.empty() && !field.line.starts_with('@') &&
         !field.line.ends_with('\r');
}

void AppendField(std::string& command, std::string_view line) {
  command += " \\\n  -H " + ShellQuoted(line);
}

void SwitchOff(std::string& command, const recorded::MessageHead& head, const char* name) {
  for (const recorded::HeaderField& field : head.fields) {
    if (recorded::SameFieldName(field.name, name)) {
      return;
    }
  }
  AppendField(command, std::string(name) + ":");
}

/// A Host field that is not the first, one of several, or spelt otherwise stays as it is only if
/// curl's own is off.
bool HostStandsFirst(const recorded::MessageHead& head) {
  size_t hosts = 0;
  for (const recorded::HeaderField& field : head.fields) {
    hosts += recorded::SameFieldName(field.name, "Host") ? 1 : 0;
  }
  return hosts <= 1 && !head.fields.empty() && head.fields.front().name == "Host";
}

uint64_t AppendFields(std::string& command, const recorded::MessageHead& head, bool has_body) {
  if (!HostStandsFirst(head)) {
    AppendField(command, "Host:");
  }
  SwitchOff(command, head, "User-Agent");
  SwitchOff(command, head, "Accept");
  if (has_body) {
    SwitchOff(command, head, "Content-Type");
    SwitchOff(command, head, "Expect");
  }
  uint64_t left_out = 0;
  for (const recorded::HeaderField& field : head.fields) {
    if (!CanSendField(field)) {
      ++left_out;
    } else if (IsBlankText(*field.value)) {
      AppendField(command, std::string(field.name) + ";");
    } else {
      AppendField(command, field.line);
    }
  }
  return left_out;
}

std::string Base64Lines(std::string_view bytes) {
  std::string text;
  AppendBase64(text, bytes);
  std::string lines;
  for (size_t at = 0; at < text.size(); at += kBase64LineChars) {
    lines += text.substr(at, kBase64LineChars) + "\n";
  }
  return lines;
}

std::string CommentLine(const store::StoredExchange& exchange) {
  const store::ExchangeRow& row = exchange.row;
  const std::string status = row.has_response ? std::to_string(row.status) : "no answer";
  return fmt::format("# {}  {}  {} {} -> {}\n", FormatExchangeId(row.id), FormatTime(row.began_at),
                     EscapeForTerminal(row.method), EscapeForTerminal(row.target), status);
}

/// An empty chunked body is one, too: its last chunk must be sent.
bool HasBody(const store::StoredMessage& request) {
  return request.facts.framing == store::Framing::kChunked || !request.body.empty();
}

std::string RequestLineOptions(const store::ExchangeRow& row, const store::StoredMessage& request,
                               const std::string& base_url) {
  std::string text = " -sS --path-as-is";
  if (request.facts.version_major == 1 && request.facts.version_minor == 0) {
    text += " --http1.0";
  }
  if (row.method == "HEAD" && !HasBody(request)) {
    text += " --head";
  } else if (row.method != "GET" || HasBody(request)) {
    text += " -X " + ShellQuoted(row.method);
  }
  if (IsPlainTarget(row.target)) {
    return text + " " + ShellQuoted(base_url + row.target);
  }
  return text + " --request-target " + ShellQuoted(row.target) + " " + ShellQuoted(base_url + "/");
}

}  // namespace

CurlWriter::CurlWriter(CurlOptions options) : options_(std::move(options)) {
  if (!options_.script.empty()) {
    bodies_ = options_.script.string() + ".bodies";
  }
}

void CurlWriter::Begin(std::string& out) {
  if (!bodies_.empty()) {
    out += "#!/bin/sh\n";
    out += "bodies=${TRAFREC_BODIES:-\"$(dirname \"$0\")\"/" +
           ShellQuoted(bodies_.filename().string()) + "}\n\n";
  }
}

bool CurlWriter::CanSend(const store::StoredExchange& exchange) {
  if (!exchange.request) {
    ++without_request_;
    return false;
  }
  const store::StoredMessage& request = *exchange.request;
  if (!recorded::IsWhole(request)) {
    ++incomplete_;
    return false;
  }
  const bool http_1 = request.facts.version_major == 1;
  if (!http_1 || exchange.row.method.empty() || request.head.find('\0') != std::string::npos) {
    ++unsendable_;
    return false;
  }
  return true;
}

Status CurlWriter::PutBody(const store::StoredExchange& exchange, std::string& command,
                           std::string& here_document) {
  const std::string& body = exchange.request->body;
  if (body.size() <= kInlineBodyBytesMax && IsPlainForShell(body)) {
    command += " \\\n  --data-raw " + (body.empty() ? "''" : ShellQuoted(body));
    return {};
  }
  if (bodies_.empty()) {
    command.insert(0, "base64 -d <<'BODY' | ");
    command += " \\\n  --data-binary @-";
    here_document = Base64Lines(body) + "BODY\n";
    return {};
  }
  std::error_code failed;
  std::filesystem::create_directories(bodies_, failed);
  if (failed) {
    return FailErrno(failed.value(), "cannot make the directory " + bodies_.string());
  }
  const std::string name = FormatExchangeId(exchange.row.id) + ".body";
  TRY(WriteFile(bodies_ / name, body));
  command += " \\\n  --data-binary @\"$bodies\"/" + name;
  return {};
}

Status CurlWriter::Put(const store::StoredExchange& exchange, std::string& out) {
  if (!CanSend(exchange)) {
    return {};
  }
  const store::StoredMessage& request = *exchange.request;
  const std::string raw_head = HeadOfStoredBody(request);
  const recorded::MessageHead head = recorded::ParseHead(raw_head);
  const std::string base_url =
      options_.base_url.empty() ? "http://" + exchange.row.server.ToString() : options_.base_url;
  const bool has_body = HasBody(request);
  std::string command = "curl" + RequestLineOptions(exchange.row, request, base_url);
  fields_ += AppendFields(command, head, has_body);
  std::string here_document;
  if (has_body) {
    TRY(PutBody(exchange, command, here_document));
  }
  out += CommentLine(exchange);
  out += command;
  out += '\n';
  out += here_document;
  out += '\n';
  trailers_ += request.trailers.empty() ? 0 : 1;
  return {};
}

std::vector<std::string> CurlWriter::Notes() const {
  std::vector<std::string> notes;
  const auto add = [&](uint64_t count, std::string_view thing, std::string_view why) {
    if (count > 0) {
      notes.push_back(CountOf(count, thing) + std::string(why));
    }
  };
  add(without_request_, "exchange", " without a request left out");
  add(incomplete_, "incomplete request", " left out: sending a part would be another request");
  add(unsendable_, "request", " left out: curl cannot send it (HTTP/0.9, or a NUL byte)");
  add(fields_, "header field",
      " left out: curl sends no line without a colon or that begins with @");
  add(trailers_, "request", " printed without trailers: curl cannot send them");
  return notes;
}

}  // namespace trafrec::tools
