#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace trafrec {

/// A table of a TOML file, read key by key. It remembers the keys that it was asked for: what
/// nobody asked for is unknown, and an error. A value of a wrong type reads as absent, and is an
/// error too. Errors are told by Finish, with the line; so whoever reads a table ends with it.
class TomlTable {
 public:
  /// The root of a file; `name` stands in errors.
  static Result<TomlTable> Parse(std::string_view text, const std::string& name);

  std::optional<std::string> Text(std::string_view key);
  std::optional<bool> Flag(std::string_view key);
  /// At least `least`.
  std::optional<int64_t> Integer(std::string_view key, int64_t least);
  /// Not an infinite one.
  std::optional<double> Number(std::string_view key);
  /// A date and time, in quotes or without.
  std::optional<std::string> TimeText(std::string_view key);
  /// A text, or an array of texts.
  std::vector<std::string> Texts(std::string_view key);
  /// The same, in which whole numbers are texts too: 404.
  std::vector<std::string> Scalars(std::string_view key);
  /// {"name": "text"}, in the order of the file.
  std::vector<std::pair<std::string, std::string>> TextPairs(std::string_view key);
  /// One of `names`.
  std::optional<size_t> Choice(std::string_view key, const std::vector<std::string>& names);

  std::optional<TomlTable> Table(std::string_view key);
  /// [key.NAME] each, in the order of the file.
  std::vector<std::pair<std::string, TomlTable>> NamedTables(std::string_view key);
  /// [[key]], in order.
  std::vector<TomlTable> Tables(std::string_view key);

  bool Has(std::string_view key) const;
  bool IsTable(std::string_view key) const;
  bool IsText(std::string_view key) const;

  /// "edits.toml, line 3": where a key's value is; of a key that is not there, where the table is.
  std::string PlaceOf(std::string_view key) const;

  /// The first thing wrong with what was asked for so far, in this table or those below it; else
  /// the first key that nobody asked for.
  Status Finish();

  /// An error about this table, or a key of it: "edits.toml, line 3: [[route]]: why".
  std::unexpected<Error> Complain(const std::string& why, std::string remedy = {}) const;
  std::unexpected<Error> ComplainOf(std::string_view key, const std::string& why,
                                    std::string remedy = {}) const;

 private:
  struct File;
  struct Place;
  explicit TomlTable(std::shared_ptr<Place> place) : place_(std::move(place)) {}

  std::shared_ptr<Place> place_;
};

}  // namespace trafrec
