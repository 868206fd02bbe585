#include "replay/send/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/ascii.h"

namespace trafrec::send {
namespace {

using message::Field;
using message::Request;
using message::SameName;

constexpr std::string_view kHidden = "(secret)";

enum class Role : uint8_t { kOther, kHost, kLength, kCoding, kTrailer, kExpect, kOneConnection };

/// Looks at the length first: it tells nearly all names apart.
Role RoleOf(std::string_view name) {
  switch (name.size()) {
    case 2:
      return SameName(name, "TE") ? Role::kOneConnection : Role::kOther;
    case 4:
      return SameName(name, "Host") ? Role::kHost : Role::kOther;
    case 6:
      return SameName(name, "Expect") ? Role::kExpect : Role::kOther;
    case 7:
      return SameName(name, "Trailer")   ? Role::kTrailer
             : SameName(name, "Upgrade") ? Role::kOneConnection
                                         : Role::kOther;
    case 10:
      return SameName(name, "Connection") || SameName(name, "Keep-Alive") ? Role::kOneConnection
                                                                          : Role::kOther;
    case 14:
      return SameName(name, "Content-Length") ? Role::kLength : Role::kOther;
    case 17:
      if (SameName(name, "Transfer-Encoding")) {
        return Role::kCoding;
      }
      break;
    default:
      break;
  }
  return name.size() > 6 && SameName(name.substr(0, 6), "Proxy-") ? Role::kOneConnection
                                                                  : Role::kOther;
}

/// The names that Connection fields list.
std::vector<std::string_view> NamedByConnection(const Request& request) {
  std::vector<std::string_view> names;
  for (const Field& field : request.fields) {
    if (!SameName(field.name, "Connection")) {
      continue;
    }
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view name = Trimmed(rest.substr(0, comma));
      if (!name.empty() && !SameName(name, "close") && !SameName(name, "keep-alive")) {
        names.push_back(name);
      }
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return names;
}

template <typename Names>
bool Holds(const Names& names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view one) { return SameName(one, name); });
}

/// Writes the fields of one request, one after the other.
class Writer {
 public:
  Writer(const Request& request, const HeadRules& rules, const std::vector<SetField>& signature,
         Outgoing& out)
      : request_(request), rules_(rules), signature_(signature), out_(out) {
    out_.placed.assign(rules.set.size() + signature.size(), false);
  }

  void WriteAll() {
    one_connection_ = NamedByConnection(request_);
    if (message::FindField(request_.fields, "Host") == nullptr) {
      WriteHost("Host");
    }
    for (const Field& field : request_.fields) {
      WriteOne(field);
    }
    if (!framed_ && (request_.chunked || !request_.body.empty())) {
      WriteFraming({});
    }
    for (size_t i = 0; i < out_.placed.size(); ++i) {
      if (!out_.placed[i]) {
        Place(i, Set(i).name);
      }
    }
  }

  size_t lines() const { return lines_; }

 private:
  const SetField& Set(size_t i) const {
    return i < rules_.set.size() ? rules_.set[i] : signature_[i - rules_.set.size()];
  }

  void Line(std::string_view name, std::string_view value) {
    out_.head.append(name).append(": ").append(value).append("\r\n");
    ++lines_;
  }

  void Place(size_t i, std::string_view name) {
    out_.placed[i] = true;
    const SetField& field = Set(i);
    if (field.secret) {
      out_.secrets.push_back({out_.head.size() + name.size() + 2, field.value.size()});
    }
    Line(name, field.value);
  }

  /// Whether the field is one that is set. The first of its name gives its place and spelling.
  bool Replaced(std::string_view name) {
    for (size_t i = 0; i < out_.placed.size(); ++i) {
      if (SameName(Set(i).name, name)) {
        if (!out_.placed[i]) {
          Place(i, name);
        }
        return true;
      }
    }
    return false;
  }

  void WriteHost(std::string_view name) {
    if (!host_written_ && !Replaced(name)) {
      Line(name, HostOf(request_, rules_));
    }
    host_written_ = true;
  }

  /// `recorded` is the name of the field in whose place it stands, if it is the same field.
  void WriteFraming(std::string_view recorded) {
    framed_ = true;
    if (request_.chunked) {
      Line(recorded.empty() ? "Transfer-Encoding" : recorded, "chunked");
      return;
    }
    fmt::format_to(std::back_inserter(out_.head), "{}: {}\r\n",
                   recorded.empty() ? "Content-Length" : recorded, request_.body.size());
    ++lines_;
  }

  void WriteOne(const Field& field) {
    switch (RoleOf(field.name)) {
      case Role::kOneConnection:
        return;
      case Role::kHost:
        return WriteHost(field.name);
      case Role::kLength:
        return framed_ ? void() : WriteFraming(request_.chunked ? std::string_view() : field.name);
      case Role::kCoding:
        return framed_ ? void() : WriteFraming(request_.chunked ? field.name : std::string_view());
      case Role::kTrailer:
        return request_.chunked && !request_.trailers.empty() ? Line(field.name, field.value)
                                                              : void();
      case Role::kExpect:
        return WriteExpect(field);
      case Role::kOther:
        break;
    }
    if ((!one_connection_.empty() && Holds(one_connection_, field.name)) ||
        Holds(rules_.drop, field.name) || Replaced(field.name)) {
      return;
    }
    Line(field.name, field.value);
  }

  void WriteExpect(const Field& field) {
    if (SameName(field.value, "100-continue")) {
      if (request_.body.empty()) {
        return;
      }
      out_.awaits_continue = true;
    }
    Line(field.name, field.value);
  }

  const Request& request_;
  const HeadRules& rules_;
  const std::vector<SetField>& signature_;
  Outgoing& out_;
  std::vector<std::string_view> one_connection_;
  bool framed_ = false;
  bool host_written_ = false;
  size_t lines_ = 0;
};

size_t Count(std::string_view text, char c) {
  size_t count = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while ((at = static_cast<const char*>(std::memchr(at, c, static_cast<size_t>(end - at)))) !=
         nullptr) {
    ++count;
    ++at;
  }
  return count;
}

bool HasOnlyLines(std::string_view text, size_t lines) {
  return Count(text, '\n') == lines && Count(text, '\r') == lines && Count(text, '\0') == 0;
}

bool IsPrintable(char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; }

/// How many bytes of an absolute target its scheme and host are: RFC 9112, section 3.2.2. None
/// where it has none.
size_t OriginLength(std::string_view target) {
  const size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) {
    return 0;
  }
  return std::min(target.find_first_of("/?", scheme + 3), target.size());
}

void AppendTarget(std::string_view recorded, std::string_view path, std::string& to) {
  const size_t origin = OriginLength(recorded);
  recorded.remove_prefix(origin);
  if (recorded == "*") {
    to += recorded;
    return;
  }
  to += path;
  if (origin > 0 && !recorded.starts_with('/')) {
    to += '/';
  }
  to += recorded;
}

std::string WriteBody(const Request& request, Outgoing& out) {
  if (!request.chunked) {
    return {};
  }
  if (!request.body.empty()) {
    fmt::format_to(std::back_inserter(out.lead), "{:x}\r\n", request.body.size());
    out.tail = "\r\n";
  }
  out.tail += "0\r\n";
  const size_t before = out.tail.size();
  for (const Field& field : request.trailers) {
    out.tail.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  const std::string_view trailers = std::string_view(out.tail).substr(before);
  if (!HasOnlyLines(trailers, request.trailers.size())) {
    return "a trailer holds a line end or a zero byte";
  }
  out.tail += "\r\n";
  return {};
}

}  // namespace

void Outgoing::HideSecrets() {
  for (size_t i = secrets.size(); i-- > 0;) {
    head.replace(secrets[i].offset, secrets[i].length, kHidden);
  }
  secrets.clear();
}

std::string_view HostOf(const Request& request, const HeadRules& rules) {
  const auto set = std::ranges::find_if(
      rules.set, [](const SetField& field) { return SameName(field.name, "Host"); });
  if (set != rules.set.end()) {
    return set->value;
  }
  const Field* own = request.keeps_host ? message::FindField(request.fields, "Host") : nullptr;
  return own != nullptr ? std::string_view(own->value) : std::string_view(rules.host);
}

std::string TargetOf(std::string_view recorded, std::string_view path) {
  std::string target;
  AppendTarget(recorded, path, target);
  return target;
}

std::string WriteRequest(const Request& request, const HeadRules& rules,
                         const std::vector<SetField>& signature, Outgoing& out) {
  out.head.clear();
  out.lead.clear();
  out.tail.clear();
  out.secrets.clear();
  out.awaits_continue = false;
  if (request.method == "CONNECT") {
    return "CONNECT asks for a tunnel, which is no request of its own";
  }
  if (request.method.empty() || !std::ranges::all_of(request.method, IsPrintable)) {
    return "its method is empty or holds blanks";
  }
  if (request.target.empty() || !std::ranges::all_of(request.target, IsPrintable)) {
    return "its target is empty or holds blanks";
  }
  out.head.append(request.method).append(" ");
  AppendTarget(request.target, rules.path, out.head);
  out.head += " HTTP/1.1\r\n";
  Writer writer(request, rules, signature, out);
  writer.WriteAll();
  if (!HasOnlyLines(out.head, writer.lines() + 1)) {
    return "a field holds a line end or a zero byte";
  }
  out.head += "\r\n";
  return WriteBody(request, out);
}

}  // namespace trafrec::send
