#include "tools/option_set.h"

#include <CLI/CLI.hpp>

namespace trafrec::tools {
namespace {

std::vector<std::string> WordsOf(const std::string& choices) {
  return CLI::detail::split(choices, '|');
}

}  // namespace

void OptionSet::Positional(const std::string& name, std::string& value,
                           const std::string& description) {
  app_.add_option(name, value, description)->type_name(name)->group(group_);
}

void OptionSet::Positionals(const std::string& name, std::vector<std::string>& values,
                            const std::string& description) {
  app_.add_option(name, values, description)->type_name(name)->group(group_);
}

void OptionSet::Flag(const std::string& names, bool& value, const std::string& description) {
  app_.add_flag(names, value, description)->group(group_);
}

void OptionSet::Text(const std::string& names, std::string& value, const std::string& metavar,
                     const std::string& description) {
  app_.add_option(names, value, description)->type_name(metavar)->group(group_);
}

void OptionSet::Choice(const std::string& names, std::string& value, const std::string& choices,
                       const std::string& description) {
  app_.add_option(names, value, description)
      ->type_name(choices)
      ->check(CLI::IsMember(WordsOf(choices)).description(""))
      ->group(group_);
}

void OptionSet::List(const std::string& names, std::vector<std::string>& values,
                     const std::string& metavar, const std::string& description) {
  app_.add_option(names, values, description)
      ->type_name(metavar)
      ->allow_extra_args(false)
      ->delimiter(',')
      ->group(group_);
}

void OptionSet::Texts(const std::string& names, std::vector<std::string>& values,
                      const std::string& metavar, const std::string& description) {
  app_.add_option(names, values, description)
      ->type_name(metavar)
      ->allow_extra_args(false)
      ->group(group_);
}

void OptionSet::Files(const std::string& names, std::vector<std::string>& values,
                      const std::string& description) {
  Texts(names, values, "FILE", description);
}

void OptionSet::Ports(const std::string& names, std::vector<uint16_t>& values,
                      const std::string& description) {
  app_.add_option(names, values, description)
      ->type_name("PORT")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->check(CLI::Range(1, 65'535).description(""))
      ->group(group_);
}

void OptionSet::Number(const std::string& names, int& value, int least, int most,
                       const std::string& metavar, const std::string& description) {
  app_.add_option(names, value, description)
      ->type_name(metavar)
      ->check(CLI::Range(least, most).description(""))
      ->group(group_);
}

void OptionSet::Count(const std::string& names, std::optional<uint64_t>& value,
                      const std::string& metavar, const std::string& description) {
  app_.add_option(names, value, description)
      ->type_name(metavar)
      ->check(CLI::Validator(
          [](const std::string& text) {
            const bool digits =
                !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
            return digits ? std::string() : "'" + text + "' is no whole number from 0 on";
          },
          ""))
      ->group(group_);
}

void OptionSet::Exclude(const std::string& one, const std::string& other) {
  app_.get_option(one)->excludes(app_.get_option(other));
}

}  // namespace trafrec::tools
