#include "store/reader/log_reader_filter.h"

#include <fmt/format.h>

#include <optional>

#include "store/db/query_guard.h"
#include "store/db/regexp.h"

namespace trafrec::store {
namespace {

constexpr const char* kColumnsRemedy =
    "its columns: n, time, time_ns, method, target, host, status, latency_ns, request_bytes, "
    "response_bytes, client, server, connection, flags; an id (web1-0001-2rs) and bodies are "
    "columns of trafrec sql alone";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The condition of "200", "2xx" or "none".
std::optional<std::string> StatusCondition(const std::string& status) {
  if (status == "none") {
    return "status IS NULL";
  }
  if (status.size() != 3 || status[0] < '1' || status[0] > '9') {
    return std::nullopt;
  }
  if (IsDigit(status[1]) && IsDigit(status[2])) {
    return "status=" + status;
  }
  if ((status[1] == 'x' && status[2] == 'x') || (status[1] == 'X' && status[2] == 'X')) {
    return fmt::format("status BETWEEN {0}00 AND {0}99", status[0]);
  }
  return std::nullopt;
}

std::string Joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) {
    text += (text.empty() ? "" : separator) + part;
  }
  return text;
}

}  // namespace

void FilterSql::And(const std::string& condition) {
  condition_ += (condition_.empty() ? "(" : " AND (") + condition + ")";
}

std::string FilterSql::Parameter(std::variant<int64_t, std::string> value) {
  parameters_.push_back(std::move(value));
  return fmt::format("?{}", first_parameter_ + static_cast<int>(parameters_.size()) - 1);
}

Result<FilterSql> FilterSql::Make(const ExchangeFilter& filter, int first_parameter) {
  FilterSql sql;
  sql.first_parameter_ = first_parameter;
  sql.since_ = filter.since;
  sql.until_ = filter.until;
  if (filter.since) {
    sql.And("time_ns>=" + sql.Parameter(*filter.since));
  }
  if (filter.until) {
    sql.And("time_ns<" + sql.Parameter(*filter.until));
  }
  std::vector<std::string> parts;
  for (const std::string& method : filter.methods) {
    parts.push_back(sql.Parameter(method));
  }
  if (!parts.empty()) {
    sql.And("method IN (" + Joined(parts, ",") + ")");
  }
  parts.clear();
  for (const std::string& status : filter.statuses) {
    const auto condition = StatusCondition(status);
    if (!condition) {
      return Fail(ErrorCode::kUsage, "'" + status + "' is no status",
                  "write 200, 2xx or none (no response)");
    }
    parts.push_back(*condition);
  }
  if (!parts.empty()) {
    sql.And(Joined(parts, " OR "));
  }
  constexpr auto kIncomplete = static_cast<int64_t>(kIncompleteFlags);
  if (filter.flags_any != 0) {
    sql.And("flags&" + sql.Parameter(static_cast<int64_t>(filter.flags_any)));
  }
  if (filter.complete_only) {
    sql.And(fmt::format("flags&{}=0", kIncomplete));
  }
  if (filter.incomplete_only) {
    sql.And(fmt::format("flags&{}<>0", kIncomplete));
  }
  if (!filter.target_regex.empty()) {
    TRY(db::CheckRegexp(filter.target_regex));
    sql.And("target REGEXP " + sql.Parameter(filter.target_regex));
  }
  if (filter.where.find_first_not_of(" \t\r\n") != std::string::npos) {
    // On a line of its own, because it may end in a comment. Last, as it may cost most.
    sql.where_ = filter.where;
    sql.And("\n" + filter.where + "\n");
  }
  return sql;
}

void FilterSql::Bind(db::Statement& statement) const {
  int index = first_parameter_ - 1;
  for (const auto& parameter : parameters_) {
    if (const auto* number = std::get_if<int64_t>(&parameter)) {
      statement.Bind(index, *number);
    } else {
      statement.Bind(index, std::string_view(std::get<std::string>(parameter)));
    }
    ++index;
  }
}

Status FilterSql::Check(SegmentConnection& segment) const {
  if (where_.empty()) {
    return {};
  }
  TRY(segment.UseRegexp());
  db::QueryGuard guard(segment.database());
  Status checked = guard.Check("SELECT n FROM exchanges WHERE " + where_);
  if (!checked && checked.error().remedy.empty()) {
    checked.error().remedy = kColumnsRemedy;
  }
  return checked;
}

Error FilterSql::Explained(const Error& error) const {
  if (error.code == ErrorCode::kPermission && error.remedy.empty()) {
    return Error{ErrorCode::kUsage, error.what + ", and the filter asks for them", kIdentityRemedy};
  }
  if (where_.empty() || error.code != ErrorCode::kIo) {
    return error;
  }
  return Error{ErrorCode::kUsage, "SQLite says: " + error.what + ": WHERE " + where_, {}};
}

}  // namespace trafrec::store
