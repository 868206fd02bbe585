#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace trafrec::guard {

/// A request target that is changed by its text: what is not concerned keeps its bytes.
class TargetEdit {
 public:
  explicit TargetEdit(std::string_view target);

  /// Takes parameters of these names out of the query, and others (already encoded) in.
  void RemoveParameters(std::initializer_list<std::string_view> names);
  void AddParameter(std::string_view name, std::string_view value);

  // Of the path; a '/' at its end goes.
  void AppendSegment(std::string_view text);  ///< encodes it
  void DropLastSegment();
  void ReplaceSegmentBeforeLast(std::string_view text);

  std::string text() const;

 private:
  std::string path_;
  std::string query_;  // without its '?'
};

}  // namespace trafrec::guard
