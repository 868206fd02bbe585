#include "tools/option_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "tools/units.h"

namespace trafrec::tools {
namespace {

CLI::Validator OneOf(const std::string& choices) {
  return {[choices](const std::string& text) {
            const std::vector<std::string> words = CLI::detail::split(choices, '|');
            return std::ranges::find(words, text) != words.end()
                       ? std::string()
                       : fmt::format("'{}' is none of {}", text, fmt::join(words, ", "));
          },
          ""};
}

CLI::Validator NumberFrom(uint64_t least, uint64_t most) {
  return {[least, most](const std::string& text) {
            uint64_t number = 0;
            const char* const end = text.data() + text.size();
            const auto read = std::from_chars(text.data(), end, number);
            const bool fits =
                read.ec == std::errc() && read.ptr == end && number >= least && number <= most;
            return fits ? std::string()
                        : fmt::format("'{}' is no whole number from {} to {}", text,
                                      WithCommas(least), WithCommas(most));
          },
          ""};
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
      ->check(OneOf(choices))
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
      ->check(NumberFrom(1, 65'535))
      ->group(group_);
}

void OptionSet::Number(const std::string& names, int& value, int least, int most,
                       const std::string& metavar, const std::string& description) {
  app_.add_option(names, value, description)
      ->type_name(metavar)
      ->check(NumberFrom(static_cast<uint64_t>(least), static_cast<uint64_t>(most)))
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
