// Secret fields of a head.
//
// Most heads hold nothing secret, so first the names before all colons are compared with those that
// matter; lines are read, and copied, only if one is found. What one server takes for a field and
// another does not (blanks before the colon, a bare CR as a line's end, a folded first line) is
// taken for one here: replacing too much is a nuisance, storing a password is not. Rejected: asking
// llhttp for the fields, which refuses just those heads.

#include "reassembly/redaction/head_redactor.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/ascii.h"

namespace trafrec::reassembly {
namespace {

/// Fields that hold URLs, and so perhaps credentials, in lower case.
constexpr std::array<std::string_view, 7> kUrlFields = {
    "location", "content-location", "referer", "link", "refresh", "destination", "origin"};

constexpr std::string_view kBlanks(" \t\v\f\0", 5);  // as some servers see it

/// `known` is in lower case.
bool IsName(std::string_view known, std::string_view name) {
  return known.size() == name.size() &&
         std::equal(known.rbegin(), known.rend(), name.rbegin(), [](char wanted, char c) {
           return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
         });
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

HeadRedactor::HeadRedactor(const RedactionRules& rules, SecretTokens& tokens)
    : rules_(rules), tokens_(tokens), urls_(rules.queries, tokens) {
  const auto mark = [&](std::string_view name) {
    const char c = name.back();
    last_letters_[static_cast<uint8_t>(c)] = true;
    last_letters_[static_cast<uint8_t>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c)] = true;
  };
  std::ranges::for_each(rules.headers, mark);
  std::ranges::for_each(kUrlFields, mark);
}

HeadRedactor::Line HeadRedactor::NextLine(std::string_view text, size_t at) {
  const char* const begin = text.data() + at;
  const size_t room = text.size() - at;
  const void* const feed = std::memchr(begin, '\n', room);
  size_t size = feed == nullptr ? room : static_cast<const char*>(feed) - begin;
  // A CR ends the line, wherever it stands.
  if (const void* const back = std::memchr(begin, '\r', size); back != nullptr) {
    size = static_cast<const char*>(back) - begin;
  }
  size_t end = size;
  end += end < room && begin[end] == '\r' ? 1 : 0;
  end += end < room && begin[end] == '\n' ? 1 : 0;
  return {{begin, size}, {begin + size, end - size}};
}

bool HeadRedactor::EndsInName(std::string_view text) const {
  while (!text.empty() && kBlanks.find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  if (text.empty() || !last_letters_[static_cast<uint8_t>(text.back())]) {
    return false;
  }
  const auto ends = [&](std::string_view name) {
    return text.size() >= name.size() && IsName(name, text.substr(text.size() - name.size()));
  };
  return std::ranges::any_of(rules_.headers, ends) || std::ranges::any_of(kUrlFields, ends);
}

bool HeadRedactor::MayMatter(std::string_view fields) const {
  if (!rules_.queries.empty()) {
    return true;
  }
  for (size_t colon = fields.find(':'); colon != std::string_view::npos;
       colon = fields.find(':', colon + 1)) {
    if (EndsInName(fields.substr(0, colon))) {
      return true;
    }
  }
  return false;
}

HeadRedactor::Kind HeadRedactor::KindOf(std::string_view line, size_t& colon) const {
  colon = line.find(':');
  if (colon == std::string_view::npos) {
    return Kind::kOther;
  }
  const std::string_view name = Trimmed(line.substr(0, colon), std::string_view(" \t\v\f\0", 5));
  const auto is_name = [&](std::string_view known) {
    return known.size() == name.size() &&
           std::equal(known.begin(), known.end(), name.begin(), [](char wanted, char c) {
             return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
           });
  };
  if (std::ranges::any_of(rules_.headers, is_name)) {
    return Kind::kSecret;
  }
  return !rules_.queries.empty() || std::ranges::any_of(kUrlFields, is_name) ? Kind::kUrl
                                                                             : Kind::kOther;
}

void HeadRedactor::Replace(std::string_view text, size_t until) {
  out_ += text;
  copied_ = until;
  changed_ = true;
}

void HeadRedactor::Secret(std::string_view value) {
  const std::string_view secret = Trimmed(value, " \t\r\n");
  if (!secret.empty()) {
    out_ += value.substr(0, secret.data() - value.data());
    out_ += tokens_.TextFor(secret);
  }
}

void HeadRedactor::StartLine(std::string_view line) {
  const size_t method = std::min(line.find_first_of(" \t"), line.size());
  const size_t target = std::min(line.find_first_not_of(" \t", method), line.size());
  if (line.starts_with("HTTP/") ||
      (rules_.queries.empty() && line.substr(target).starts_with('/'))) {
    return;
  }
  const size_t version = line.rfind(" HTTP/");
  const size_t end = version == std::string_view::npos || version < target ? line.size() : version;
  std::string url;
  if (urls_.Append(line.substr(target, end - target), url)) {
    out_ += line.substr(0, target);
    Replace(url, end);
  }
}

void HeadRedactor::AllFields(std::string_view text, size_t at) {
  while (at < text.size()) {
    const Line line = NextLine(text, at);
    const size_t begin = at;
    at += line.text.size() + line.end.size();
    size_t colon = 0;
    const Kind kind = KindOf(line.text, colon);
    if (kind == Kind::kOther) {
      continue;
    }
    const size_t value = begin + colon + 1;
    size_t end = begin + line.text.size();
    // Lines that begin with a blank go on with the value.
    while (kind == Kind::kSecret && at < text.size() && IsBlank(text[at])) {
      const Line more = NextLine(text, at);
      end = at + more.text.size();
      at = end + more.end.size();
    }
    const std::string_view whole = text.substr(value, end - value);
    std::string url;
    if (kind == Kind::kUrl && !urls_.AppendText(whole, url)) {
      continue;
    }
    out_ += text.substr(copied_, value - copied_);
    if (kind == Kind::kSecret) {
      Secret(whole);
      Replace({}, end);
    } else {
      Replace(url, end);
    }
  }
}

std::string_view HeadRedactor::Whole(std::string_view text, bool has_start_line) {
  out_.clear();
  copied_ = 0;
  changed_ = false;
  size_t fields = 0;
  if (has_start_line) {
    const Line start = NextLine(text, 0);
    StartLine(start.text);
    fields = start.text.size() + start.end.size();
  }
  if (MayMatter(text.substr(fields))) {
    AllFields(text, fields);
  }
  if (!changed_) {
    return text;
  }
  out_ += text.substr(copied_);
  return out_;
}

std::string_view HeadRedactor::Head(std::string_view text) { return Whole(text, true); }

std::string_view HeadRedactor::Fields(std::string_view text) { return Whole(text, false); }

}  // namespace trafrec::reassembly
