#include "tools/option_text.h"

#include <CLI/CLI.hpp>

namespace trafrec::tools {

std::string OptionText::Signature() const {
  if (positional) {
    return value;
  }
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return value.empty() ? text : text + " " + value;
}

std::vector<std::string> OptionText::Choices() const {
  std::vector<std::string> choices;
  if (value.find('|') == std::string::npos) {
    return choices;
  }
  std::string_view rest = value;
  while (true) {
    const size_t bar = rest.find('|');
    choices.emplace_back(rest.substr(0, bar));
    if (bar == std::string_view::npos) {
      return choices;
    }
    rest.remove_prefix(bar + 1);
  }
}

std::vector<OptionText> OptionsOf(const CLI::App& app) {
  std::vector<OptionText> texts;
  for (const CLI::Option* option : app.get_options()) {
    OptionText text;
    text.group = option->get_group();
    text.description = option->get_description();
    text.positional = option->get_positional();
    text.repeatable = option->get_expected_max() > 1;
    for (const std::string& name : option->get_snames()) {
      text.names.push_back("-" + name);
    }
    for (const std::string& name : option->get_lnames()) {
      text.names.push_back("--" + name);
    }
    if (option->get_items_expected_max() > 0) {
      text.value = option->get_type_name();
      text.preset = text.repeatable ? "" : option->get_default_str();
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace trafrec::tools
