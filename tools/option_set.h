#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace trafrec::tools {

/// The options of one subcommand, as its AddOptions declares them. `names` are as in
/// "-i,--interface"; the variables must outlive the parse and hold the defaults. CLI11 stays behind
/// it (and in cli.cc, settings.cc and option_text.cc).
class OptionSet {
 public:
  explicit OptionSet(CLI::App& app) : app_(app) {}

  /// Heading of the options that follow.
  void Group(const std::string& heading) { group_ = heading; }

  void Positional(const std::string& name, std::string& value, const std::string& description);
  void Positionals(const std::string& name, std::vector<std::string>& values,
                   const std::string& description);
  void Flag(const std::string& names, bool& value, const std::string& description);
  void Text(const std::string& names, std::string& value, const std::string& metavar,
            const std::string& description);
  /// One of the words in `choices`, "auto|always|never".
  void Choice(const std::string& names, std::string& value, const std::string& choices,
              const std::string& description);
  /// Repeatable; commas separate, too.
  void List(const std::string& names, std::vector<std::string>& values, const std::string& metavar,
            const std::string& description);
  /// Repeatable; a comma is part of the value.
  void Texts(const std::string& names, std::vector<std::string>& values, const std::string& metavar,
             const std::string& description);
  void Files(const std::string& names, std::vector<std::string>& values,
             const std::string& description);
  void Ports(const std::string& names, std::vector<uint16_t>& values,
             const std::string& description);
  void Number(const std::string& names, int& value, int least, int most, const std::string& metavar,
              const std::string& description);
  void Count(const std::string& names, std::optional<uint64_t>& value, const std::string& metavar,
             const std::string& description);
  /// Two options, by their long names with dashes, that must not be given together.
  void Exclude(const std::string& one, const std::string& other);

 private:
  CLI::App& app_;
  std::string group_ = "Options";
};

}  // namespace trafrec::tools
