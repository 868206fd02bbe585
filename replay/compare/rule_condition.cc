#include "replay/compare/rule_condition.h"

#include <algorithm>
#include <utility>

#include "replay/dialect/key.h"

namespace trafrec::compare {
namespace {

/// "404", or "4xx".
bool IsStatus(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() == 3 && digit(text[0]) &&
         ((digit(text[1]) && digit(text[2])) || text.substr(1) == "xx");
}

bool FitsStatus(int status, const std::vector<std::string>& wanted) {
  const std::string text = std::to_string(status);
  return wanted.empty() || std::ranges::any_of(wanted, [&text](const std::string& each) {
           return each == text || (each.ends_with("xx") && each[0] == text[0]);
         });
}

bool FitsShape(std::string_view shape, const std::vector<std::string>& wanted) {
  return wanted.empty() || std::ranges::any_of(wanted, [shape](const std::string& each) {
           return each == shape || dialect::NameFits(each, shape);
         });
}

Status CheckStatuses(const TomlTable& table, std::string_view key,
                     const std::vector<std::string>& statuses) {
  for (const std::string& status : statuses) {
    if (!IsStatus(status)) {
      return table.ComplainOf(key, "'" + status + "' is no status", "as in 404, or \"4xx\"");
    }
  }
  return {};
}

Status ReadTime(TomlTable& table, std::string_view key, std::optional<TimeNs>& into) {
  const std::optional<std::string> text = table.TimeText(key);
  if (!text) {
    return {};
  }
  // What is relative to now would say another thing with each run.
  Result<TimeNs> time = text->starts_with('-') ? ParseTime("", 0) : ParseTime(*text, 0);
  if (!time) {
    return table.ComplainOf(key, "'" + *text + "' is no time",
                            "as in 2026-11-21T06:48:00Z (RFC 3339)");
  }
  into = *time;
  return {};
}

}  // namespace

Result<RuleCondition> RuleCondition::Read(TomlTable table) {
  condition::ConditionOptions options = condition::ReadCondition(table);
  std::vector<std::string> shapes = table.Texts("shape");
  std::vector<std::string> statuses = table.Scalars("status");
  std::vector<std::string> target_statuses = table.Scalars("target_status");
  std::optional<TimeNs> from;
  std::optional<TimeNs> to;
  TRY(ReadTime(table, "from", from));
  TRY(ReadTime(table, "to", to));
  TRY(table.Finish());
  TRY(condition::CheckCondition(table, options));
  TRY(CheckStatuses(table, "status", statuses));
  TRY(CheckStatuses(table, "target_status", target_statuses));
  if (from && to && *from >= *to) {
    return table.ComplainOf("to", "it is not after 'from': no exchange can fit", "");
  }
  TRY_ASSIGN(condition::Condition request, condition::Condition::Compile(std::move(options)));
  RuleCondition condition(std::move(request));
  condition.shapes_ = std::move(shapes);
  condition.statuses_ = std::move(statuses);
  condition.target_statuses_ = std::move(target_statuses);
  condition.from_ = from;
  condition.to_ = to;
  return condition;
}

bool RuleCondition::Fits(const ExchangeFacts& facts) const {
  static const dialect::RequestView kNone;
  return FitsShape(facts.shape, shapes_) && FitsStatus(facts.source_status, statuses_) &&
         FitsStatus(facts.target_status, target_statuses_) && (!from_ || facts.time >= *from_) &&
         (!to_ || facts.time < *to_) &&
         request_.Fits(facts.request == nullptr ? kNone : *facts.request, facts.meaning);
}

}  // namespace trafrec::compare
