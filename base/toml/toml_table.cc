#include "base/toml/toml_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/nearest.h"

namespace trafrec {

/// What the tables of a file share.
struct TomlTable::File {
  std::string name;
  toml::table root;
  std::optional<Error> complaint;

  std::string Name(const toml::source_region& where) const {
    return fmt::format("{}, line {}", name, where.begin.line);
  }
  Error Say(const toml::source_region& where, const std::string& why, std::string remedy) const {
    return {ErrorCode::kUsage, Name(where) + ": " + why, std::move(remedy)};
  }
};

struct TomlTable::Place {
  std::shared_ptr<File> file;
  const toml::table* table;
  std::string title;  // "[target.eu]"; "" of the root
  std::vector<std::string> asked{};

  const toml::node* Get(std::string_view key) {
    if (std::ranges::find(asked, key) == asked.end()) {
      asked.emplace_back(key);
    }
    return table->get(key);
  }

  std::string Name(std::string_view key) const {
    return title.empty() ? fmt::format("'{}'", key) : fmt::format("'{}' in {}", key, title);
  }

  void WrongType(std::string_view key, const toml::node& node, std::string_view wanted) {
    if (!file->complaint) {
      file->complaint =
          file->Say(node.source(), fmt::format("{} must be {}", Name(key), wanted), "");
    }
  }

  std::string TitleBelow(std::string_view key) const {
    return title.empty() ? std::string(key)
                         : fmt::format("{}.{}", title.substr(1, title.size() - 2), key);
  }
};

namespace {

/// toml++ keeps the members of a table by their names; these are in the order of the file.
std::vector<std::pair<std::string, const toml::node*>> InOrder(const toml::table& table) {
  std::vector<std::pair<std::string, const toml::node*>> members;
  for (const auto& [key, node] : table) {
    members.emplace_back(std::string(key.str()), &node);
  }
  const auto place = [](const auto& member) {
    const toml::source_position begin = member.second->source().begin;
    return std::pair(begin.line, begin.column);
  };
  std::ranges::stable_sort(members, {}, place);
  return members;
}

}  // namespace

Result<TomlTable> TomlTable::Parse(std::string_view text, const std::string& name) {
  auto file = std::make_shared<File>();
  file->name = name;
  try {
    file->root = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    return std::unexpected(file->Say(error.source(), std::string(error.description()),
                                     "the file is TOML: https://toml.io has its syntax"));
  }
  const toml::table* root = &file->root;
  return TomlTable(std::make_shared<Place>(Place{std::move(file), root, ""}));
}

std::optional<std::string> TomlTable::Text(std::string_view key) {
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (const auto* text = node->as_string(); text != nullptr) {
    return text->get();
  }
  place_->WrongType(key, *node, "a text in quotes");
  return std::nullopt;
}

std::optional<bool> TomlTable::Flag(std::string_view key) {
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (const auto* flag = node->as_boolean(); flag != nullptr) {
    return flag->get();
  }
  place_->WrongType(key, *node, "true or false");
  return std::nullopt;
}

std::optional<int64_t> TomlTable::Integer(std::string_view key, int64_t least) {
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (const auto* number = node->as_integer(); number != nullptr && number->get() >= least) {
    return number->get();
  }
  place_->WrongType(key, *node, fmt::format("a number of at least {}", least));
  return std::nullopt;
}

std::optional<double> TomlTable::Number(std::string_view key) {
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (const auto number = node->value<double>();
      node->is_number() && number && std::isfinite(*number)) {
    return number;
  }
  place_->WrongType(key, *node, "a number");
  return std::nullopt;
}

std::optional<std::string> TomlTable::TimeText(std::string_view key) {
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  std::ostringstream text;
  if (const auto* date = node->as_date(); date != nullptr) {
    text << date->get();
  } else if (const auto* time = node->as_date_time(); time != nullptr) {
    text << time->get();
  } else if (const auto* quoted = node->as_string(); quoted != nullptr) {
    text << quoted->get();
  } else {
    place_->WrongType(key, *node, "a date and time, as in 2026-11-21T06:48:00Z");
    return std::nullopt;
  }
  return text.str();
}

std::vector<std::string> TomlTable::Scalars(std::string_view key) {
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return {};
  }
  std::vector<std::string> texts;
  const auto take = [&texts](const toml::node& one) {
    if (const auto* number = one.as_integer(); number != nullptr) {
      texts.push_back(std::to_string(number->get()));
    } else if (const auto* text = one.as_string(); text != nullptr) {
      texts.push_back(text->get());
    }
  };
  size_t wanted = 1;
  if (const auto* array = node->as_array(); array != nullptr) {
    wanted = array->size();
    for (const toml::node& element : *array) {
      take(element);
    }
  } else {
    take(*node);
  }
  if (texts.empty() || texts.size() != wanted) {
    place_->WrongType(key, *node, "a text or a whole number, or an array of these");
  }
  return texts;
}

std::vector<std::string> TomlTable::Texts(std::string_view key) {
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return {};
  }
  std::vector<std::string> texts;
  if (const auto* text = node->as_string(); text != nullptr) {
    texts.push_back(text->get());
  } else if (const auto* array = node->as_array(); array != nullptr) {
    for (const toml::node& element : *array) {
      if (const auto* one = element.as_string(); one != nullptr) {
        texts.push_back(one->get());
      }
    }
    if (texts.size() == array->size() && !texts.empty()) {
      return texts;
    }
  }
  if (texts.size() != 1 || !node->is_string()) {
    place_->WrongType(key, *node, "a text in quotes, or an array of texts");
    return {};
  }
  return texts;
}

std::vector<std::pair<std::string, std::string>> TomlTable::TextPairs(std::string_view key) {
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return {};
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  if (const auto* table = node->as_table(); table != nullptr) {
    for (const auto& [name, value] : InOrder(*table)) {
      if (const auto* text = value->as_string(); text != nullptr) {
        pairs.emplace_back(name, text->get());
      } else {
        place_->WrongType(key, *value, "a table of texts, as in { \"Name\" = \"value\" }");
      }
    }
    return pairs;
  }
  place_->WrongType(key, *node, "a table of texts, as in { \"Name\" = \"value\" }");
  return pairs;
}

std::optional<size_t> TomlTable::Choice(std::string_view key,
                                        const std::vector<std::string>& names) {
  const std::optional<std::string> text = Text(key);
  if (!text) {
    return std::nullopt;
  }
  const auto found = std::ranges::find(names, *text);
  if (found != names.end()) {
    return static_cast<size_t>(found - names.begin());
  }
  place_->WrongType(key, *place_->table->get(key),
                    fmt::format("one of \"{}\"", fmt::join(names, "\", \"")));
  return std::nullopt;
}

std::optional<TomlTable> TomlTable::Table(std::string_view key) {
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (const auto* table = node->as_table(); table != nullptr) {
    return TomlTable(std::make_shared<Place>(
        Place{place_->file, table, fmt::format("[{}]", place_->TitleBelow(key))}));
  }
  place_->WrongType(key, *node, "a table");
  return std::nullopt;
}

std::vector<std::pair<std::string, TomlTable>> TomlTable::NamedTables(std::string_view key) {
  std::vector<std::pair<std::string, TomlTable>> tables;
  std::optional<TomlTable> parent = Table(key);
  if (!parent) {
    return tables;
  }
  for (const auto& member : InOrder(*parent->place_->table)) {
    if (std::optional<TomlTable> table = parent->Table(member.first); table) {
      tables.emplace_back(member.first, std::move(*table));
    }
  }
  return tables;
}

std::vector<TomlTable> TomlTable::Tables(std::string_view key) {
  std::vector<TomlTable> tables;
  const toml::node* node = place_->Get(key);
  if (node == nullptr) {
    return tables;
  }
  const auto* array = node->as_array();
  if (array == nullptr || !array->is_array_of_tables()) {
    place_->WrongType(key, *node, fmt::format("a list of tables: write [[{}]]", key));
    return tables;
  }
  for (const toml::node& element : *array) {
    tables.push_back(TomlTable(std::make_shared<Place>(
        Place{place_->file, element.as_table(), fmt::format("[[{}]]", place_->TitleBelow(key))})));
  }
  return tables;
}

bool TomlTable::Has(std::string_view key) const { return place_->table->contains(key); }

bool TomlTable::IsTable(std::string_view key) const {
  const toml::node* node = place_->table->get(key);
  return node != nullptr && node->is_table();
}

bool TomlTable::IsText(std::string_view key) const {
  const toml::node* node = place_->table->get(key);
  return node != nullptr && node->is_string();
}

std::string TomlTable::PlaceOf(std::string_view key) const {
  const toml::node* node = place_->table->get(key);
  return place_->file->Name((node == nullptr ? place_->table : node)->source());
}

Status TomlTable::Finish() {
  if (place_->file->complaint) {
    return std::unexpected(*place_->file->complaint);
  }
  const std::vector<std::string>& known = place_->asked;
  for (const auto& [key, node] : InOrder(*place_->table)) {
    if (std::ranges::find(known, key) != known.end()) {
      continue;
    }
    const std::string nearest = Nearest(key, known);
    return std::unexpected(place_->file->Say(
        node->source(),
        fmt::format("there is no {}{}", place_->Name(key),
                    nearest.empty() ? "" : fmt::format("; is '{}' meant?", nearest)),
        fmt::format("known are {}; keys of the file itself stand before its first [table]",
                    fmt::join(known, ", "))));
  }
  return {};
}

std::unexpected<Error> TomlTable::Complain(const std::string& why, std::string remedy) const {
  return std::unexpected(place_->file->Say(
      place_->table->source(),
      place_->title.empty() ? why : fmt::format("{}: {}", place_->title, why), std::move(remedy)));
}

std::unexpected<Error> TomlTable::ComplainOf(std::string_view key, const std::string& why,
                                             std::string remedy) const {
  const toml::node* node = place_->table->get(key);
  return std::unexpected(place_->file->Say((node == nullptr ? place_->table : node)->source(),
                                           fmt::format("{}: {}", place_->Name(key), why),
                                           std::move(remedy)));
}

}  // namespace trafrec
