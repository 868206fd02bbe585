#include "replay/guard/target_edit.h"

#include <algorithm>

#include "replay/dialect/target.h"

namespace trafrec::guard {

TargetEdit::TargetEdit(std::string_view target) {
  const size_t query = std::min(target.find('?'), target.size());
  path_ = target.substr(0, query);
  query_ = target.substr(std::min(query + 1, target.size()));
}

void TargetEdit::RemoveParameters(std::initializer_list<std::string_view> names) {
  std::string kept;
  std::string_view rest = query_;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find_first_of("&;"), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::string name = dialect::PercentDecode(pair.substr(0, pair.find('=')), true);
    if (std::ranges::find(names, name) == names.end()) {
      kept += kept.empty() ? "" : "&";
      kept += pair;
    }
  }
  query_ = std::move(kept);
}

void TargetEdit::AddParameter(std::string_view name, std::string_view value) {
  query_ += query_.empty() ? "" : "&";
  query_ += name;
  query_ += '=';
  query_ += value;
}

void TargetEdit::AppendSegment(std::string_view text) {
  if (!path_.ends_with('/')) {
    path_ += '/';
  }
  path_ += dialect::PercentEncode(text);
}

void TargetEdit::DropLastSegment() {
  if (path_.ends_with('/')) {
    path_.pop_back();
  }
  path_.resize(std::min(path_.rfind('/'), path_.size()));
}

void TargetEdit::ReplaceSegmentBeforeLast(std::string_view text) {
  if (path_.ends_with('/')) {
    path_.pop_back();
  }
  const size_t last = path_.rfind('/');
  if (last == std::string::npos || last == 0) {
    return;
  }
  const size_t before = path_.rfind('/', last - 1);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  path_.replace(begin, last - begin, text);
}

std::string TargetEdit::text() const { return query_.empty() ? path_ : path_ + '?' + query_; }

}  // namespace trafrec::guard
