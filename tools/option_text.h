#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace trafrec::tools {

/// An option as help, man page and completions show it.
struct OptionText {
  std::string group;               ///< heading
  std::vector<std::string> names;  ///< "-i", "--interface"; empty for a positional
  std::string value;               ///< "FILE", "auto|strict|ignore"; "" for a flag
  std::string preset;              ///< the default, as it would be typed; "" if there is none
  std::string description;
  bool positional = false;
  bool repeatable = false;

  /// "-i, --interface NAME".
  std::string Signature() const;
  /// The alternatives of a value like "auto|strict|ignore"; empty for a free one.
  std::vector<std::string> Choices() const;
};

/// In the order in which they were added; positionals too.
std::vector<OptionText> OptionsOf(const CLI::App& app);

}  // namespace trafrec::tools
