#include "replay/recorded/message_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/ascii.h"

namespace trafrec::recorded {
namespace {

/// Most heads have no more fields, and take their memory once.
constexpr size_t kUsualFields = 16;

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

/// Takes the next line; its end is not part of it.
std::string_view TakeLine(std::string_view& rest) {
  const size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (end != std::string_view::npos && line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

/// Takes a field with the lines folded into it.
std::string_view TakeField(std::string_view& rest) {
  const char* const begin = rest.data();
  std::string_view line = TakeLine(rest);
  const char* end = begin + line.size();
  while (!line.empty() && !rest.empty() && IsBlank(rest.front())) {
    const char* const folded = rest.data();
    end = folded + TakeLine(rest).size();
  }
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

std::vector<HeaderField> ParseFields(std::string_view raw) {
  std::vector<HeaderField> fields;
  if (!raw.empty()) {
    fields.reserve(kUsualFields);
  }
  while (!raw.empty()) {
    const std::string_view line = TakeField(raw);
    if (line.empty()) {
      break;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      fields.push_back({line, std::nullopt, line});
    } else {
      fields.push_back({line.substr(0, colon), Trimmed(line.substr(colon + 1)), line});
    }
  }
  return fields;
}

MessageHead ParseHead(std::string_view raw) {
  MessageHead head;
  head.start_line = TakeLine(raw);
  head.fields = ParseFields(raw);
  return head;
}

bool SameFieldName(std::string_view a, std::string_view b) { return SameButForCase(Trimmed(a), b); }

std::string_view FieldValue(const std::vector<HeaderField>& fields, std::string_view name) {
  for (const HeaderField& field : fields) {
    if (field.value && SameFieldName(field.name, name)) {
      return *field.value;
    }
  }
  return {};
}

std::string HeadForBody(std::string_view head, size_t body_bytes) {
  std::string changed;
  size_t copied = 0;
  for (const HeaderField& field : ParseHead(head).fields) {
    const auto at = static_cast<size_t>(field.line.data() - head.data());
    if (SameFieldName(field.name, "Content-Encoding")) {
      changed += head.substr(copied, at - copied);
      copied = std::min(head.find('\n', at + field.line.size()), head.size() - 1) + 1;
    } else if (SameFieldName(field.name, "Content-Length")) {
      changed += head.substr(copied, at - copied);
      fmt::format_to(std::back_inserter(changed), "{}: {}", field.name, body_bytes);
      copied = at + field.line.size();
    }
  }
  return changed.append(head.substr(copied));
}

std::string_view ReasonOf(std::string_view status_line) {
  const size_t first = status_line.find(' ');
  const size_t second = first == std::string_view::npos ? first : status_line.find(' ', first + 1);
  return second == std::string_view::npos ? std::string_view() : status_line.substr(second + 1);
}

}  // namespace trafrec::recorded
