#include "replay/edit/edit_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/nearest.h"
#include "base/regexp/regexp.h"
#include "base/toml/toml_table.h"
#include "replay/edit/filter/limits.h"
#include "replay/edit/head_rules.h"
#include "replay/jq/limits.h"

namespace trafrec::edit {

using condition::CheckCondition;
using condition::CheckRegexp;
using condition::ReadCondition;

namespace {

HeadOptions ReadHead(TomlTable& table) {
  return {.remove = table.Texts("remove"),
          .rename = table.TextPairs("rename"),
          .set = table.TextPairs("set"),
          .add = table.TextPairs("add"),
          .set_host = table.Text("set_host"),
          .replace = table.Text("replace"),
          .with = table.Text("with").value_or("")};
}

bool Changes(const HeadOptions& head) {
  return !head.remove.empty() || !head.rename.empty() || !head.set.empty() || !head.add.empty() ||
         head.set_host || head.replace;
}

Status CheckWord(const TomlTable& table, std::string_view key, const std::string& trouble) {
  return trouble.empty() ? Status() : table.ComplainOf(key, trouble);
}

Status CheckHead(const TomlTable& table, const HeadOptions& head) {
  for (const std::string& name : head.remove) {
    TRY(CheckWord(table, "remove", FieldNameTrouble(name)));
  }
  for (const auto& [from, to] : head.rename) {
    TRY(CheckWord(table, "rename", FieldNameTrouble(from)));
    TRY(CheckWord(table, "rename", FieldNameTrouble(to)));
  }
  for (const auto& [key, pairs] : {std::pair("set", &head.set), std::pair("add", &head.add)}) {
    for (const auto& [name, value] : *pairs) {
      TRY(CheckWord(table, key, FieldNameTrouble(name)));
      TRY(CheckWord(table, key, FieldValueTrouble(value)));
    }
  }
  TRY(CheckWord(table, "set_host", FieldValueTrouble(head.set_host.value_or(""))));
  if (head.replace.has_value() != table.Has("with")) {
    return table.Complain("'replace' and 'with' need each other",
                          "as in replace = '^/old/(.*)' and with = '/new/\\1'");
  }
  TRY(CheckRegexp(table, "replace", head.replace));
  if (head.replace) {
    const Status fits = regexp::Regexp::Compile(*head.replace)->CheckReplacement(head.with);
    return fits ? fits : table.ComplainOf("with", fits.error().what, fits.error().remedy);
  }
  return {};
}

/// `to` must be one of the targets.
Status CheckTarget(const TomlTable& table, std::string_view key, const std::string& to,
                   const std::vector<TargetOptions>& targets) {
  std::vector<std::string> names;
  for (const TargetOptions& target : targets) {
    names.push_back(target.name);
  }
  if (std::ranges::find(names, to) != names.end()) {
    return {};
  }
  const std::string nearest = Nearest(to, names);
  return table.ComplainOf(
      key,
      fmt::format("there is no target '{}'{}", to,
                  nearest.empty() ? "" : fmt::format("; is '{}' meant?", nearest)),
      fmt::format("a target is a table: [target.{}] with a url", to));
}

Result<RouteOptions> ReadRoute(TomlTable& table, const std::vector<TargetOptions>& targets) {
  RouteOptions route{.name = table.Text("name").value_or(""),
                     .condition = ReadCondition(table),
                     .destination = {.to = table.Text("to").value_or("")},
                     .head = ReadHead(table)};
  const bool drop = table.Flag("drop").value_or(false);
  route.destination.reason = table.Text("reason").value_or("");
  TRY(table.Finish());
  TRY(CheckCondition(table, route.condition));
  TRY(CheckHead(table, route.head));
  if (drop == table.Has("to")) {
    return table.Complain("a route either goes to a target or drops",
                          "give one of to = \"NAME\" and drop = true");
  }
  if (!drop) {
    if (table.Has("reason")) {
      return table.ComplainOf("reason", "only a route that drops has a reason");
    }
    TRY(CheckTarget(table, "to", route.destination.to, targets));
  } else if (Changes(route.head)) {
    return table.Complain("what is dropped cannot be changed", "");
  }
  return route;
}

/// default = "NAME", or default = { drop = true, reason = "…" }.
Result<std::optional<Destination>> ReadDefault(TomlTable& root,
                                               const std::vector<TargetOptions>& targets) {
  if (!root.IsTable("default")) {
    std::optional<std::string> to = root.Text("default");
    if (!to) {
      return std::nullopt;
    }
    TRY(CheckTarget(root, "default", *to, targets));
    return Destination{.to = std::move(*to)};
  }
  TomlTable table = *root.Table("default");
  const bool drop = table.Flag("drop").value_or(false);
  Destination destination{.reason = table.Text("reason").value_or("")};
  TRY(table.Finish());
  if (!drop) {
    return table.Complain("a default that is a table drops", "write drop = true in it");
  }
  return destination;
}

Status ReadRoutes(TomlTable& root, EditFile& file) {
  for (TomlTable& table : root.Tables("route")) {
    TRY_ASSIGN(RouteOptions route, ReadRoute(table, file.targets));
    file.routes.push_back(std::move(route));
  }
  TRY_ASSIGN(std::optional<Destination> fallback, ReadDefault(root, file.targets));
  if (fallback) {
    file.fallback = std::move(fallback);
  }
  return {};
}

Status CheckDefault(const TomlTable& root, const EditFile& file) {
  if (file.fallback || (file.routes.empty() && file.targets.size() <= 1)) {
    return {};
  }
  return root.Complain(
      file.routes.empty()
          ? "there are several targets and no default: nothing says where requests go"
          : "there are routes and no default: nothing says where a request goes that fits none",
      "write default = \"NAME\" of a target, or default = { drop = true }, before the first "
      "[table]; --to URL is a default, too");
}

/// The target that --to makes, and the default that it is.
Status AddOnlyTarget(const TomlTable& root, const std::string& to, EditFile& file) {
  if (to.empty()) {
    return {};
  }
  if (std::ranges::find(file.targets, kOnlyTarget, &TargetOptions::name) != file.targets.end()) {
    return root.ComplainOf("target", "--to makes a target of the name 'default', too",
                           "leave --to out, or give the file's target another name");
  }
  if (root.Has("default")) {
    return root.ComplainOf("default", "--to says where requests go by default, too",
                           "leave one of them out; a route can go to = \"default\"");
  }
  file.targets.push_back({.name = std::string(kOnlyTarget), .url = to});
  file.fallback = Destination{.to = std::string(kOnlyTarget)};
  return {};
}

Status ReadRewrites(TomlTable& root, EditFile& file) {
  for (TomlTable& table : root.Tables("rewrite")) {
    RewriteOptions rewrite{.name = table.Text("name").value_or(""),
                           .condition = ReadCondition(table),
                           .head = ReadHead(table)};
    TRY(table.Finish());
    TRY(CheckCondition(table, rewrite.condition));
    TRY(CheckHead(table, rewrite.head));
    if (!Changes(rewrite.head)) {
      return table.Complain("it changes nothing",
                            "give it one of set, add, remove, rename, replace, set_host");
    }
    file.rewrites.push_back(std::move(rewrite));
  }
  return {};
}

OnError ReadOnError(TomlTable& table) {
  return static_cast<OnError>(table.Choice("on_error", {"stop", "keep", "drop"}).value_or(0));
}

Status ReadPrograms(TomlTable& root, EditFile& file) {
  for (TomlTable& table : root.Tables("jq")) {
    JqOptions jq{.name = table.Text("name").value_or(""),
                 .condition = ReadCondition(table),
                 .program = table.Text("program").value_or(""),
                 .on = static_cast<JqOptions::On>(
                     table.Choice("on", {"body", "lines", "sources", "actions"}).value_or(0)),
                 .timeout = jq::limits::kRunTime,
                 .on_error = ReadOnError(table),
                 .place = table.PlaceOf("program")};
    if (const auto timeout = table.Integer("timeout_ms", 1); timeout) {
      jq.timeout = std::chrono::milliseconds(*timeout);
    }
    TRY(table.Finish());
    TRY(CheckCondition(table, jq.condition));
    if (jq.program.empty()) {
      return table.Complain("'program' is missing or empty", "as in program = '.user |= \"x\"'");
    }
    file.programs.push_back(std::move(jq));
  }
  return {};
}

/// A text is for the shell; a program and its arguments are a list.
std::vector<std::string> ReadCommand(TomlTable& table) {
  std::vector<std::string> command = table.Texts("command");
  if (table.IsText("command")) {
    command = {"/bin/sh", "-c", command[0]};
  }
  return command;
}

Status ReadFilter(TomlTable& root, EditFile& file) {
  std::optional<TomlTable> table = root.Table("filter");
  if (!table) {
    return {};
  }
  FilterOptions filter{.name = table->Text("name").value_or(""),
                       .condition = ReadCondition(*table),
                       .command = ReadCommand(*table),
                       .timeout = filter::limits::kTimeout,
                       .line_bytes_max = filter::limits::kLineBytes,
                       .on_error = ReadOnError(*table)};
  if (const auto timeout = table->Integer("timeout_ms", 1); timeout) {
    filter.timeout = std::chrono::milliseconds(*timeout);
  }
  if (const auto bytes = table->Integer("line_bytes_max", 1); bytes) {
    filter.line_bytes_max = static_cast<size_t>(*bytes);
  }
  TRY(table->Finish());
  TRY(CheckCondition(*table, filter.condition));
  if (filter.command.empty() || filter.command[0].empty()) {
    return table->Complain("'command' is missing or empty",
                           "as in command = [\"python3\", \"filter.py\"]");
  }
  file.filter = std::move(filter);
  return {};
}

}  // namespace

Result<EditFile> ParseEditFile(std::string_view text, const std::string& name,
                               const std::string& to) {
  TRY_ASSIGN(TomlTable root, TomlTable::Parse(text, name));
  EditFile file;
  TRY_ASSIGN(file.targets, ReadTargets(root));
  TRY(AddOnlyTarget(root, to, file));
  TRY(ReadRoutes(root, file));
  TRY(ReadRewrites(root, file));
  TRY(ReadPrograms(root, file));
  TRY(ReadFilter(root, file));
  TRY(root.Finish());
  TRY(CheckDefault(root, file));
  return file;
}

}  // namespace trafrec::edit
