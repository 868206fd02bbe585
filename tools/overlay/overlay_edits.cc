#include "tools/overlay/overlay_edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "store/reader/exchange_id.h"
#include "tools/overlay/header_lines.h"
#include "tools/overlay/input_file.h"
#include "tools/overlay/request_file.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

std::optional<std::string> IfGiven(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::unexpected<Error> Missing(std::string what, std::string remedy) {
  return Fail(ErrorCode::kUsage, std::move(what), std::move(remedy));
}

}  // namespace

void OverlayEditOptions::AddTo(OptionSet& options) {
  options.Group("Place, of insert and move");
  options.Text("--before", before_, "ID", "right before this exchange or operation");
  options.Text("--after", after_, "ID", "right after it");
  options.Exclude("--before", "--after");
  options.Text("--at", at_, "TIME", "of insert: where this time stands among those of the log");
  options.Exclude("--at", "--before");
  options.Exclude("--at", "--after");
  options.Text("--commit", commit_, "POSITION",
               "where it stands among the writes of its shard: UUID/SHARD/TERM/SEQ_NO");
  options.Group("Request");
  options.Text("--request", request_, "FILE",
               "of insert: a request as it is on the wire, or lines of NDJSON as export prints "
               "them; - is standard input");
  options.Text("--method", method_, "METHOD", "of rewrite: another method");
  options.Text("--target", target_, "TARGET", "of rewrite: another path and query");
  options.Texts("--header", headers_, "LINE",
                "of rewrite: 'Name: value' in the place of all of that name; repeatable");
  options.List("--remove-header", removed_headers_, "NAME",
               "of rewrite: without this header; repeatable, or separated by commas");
  options.Text("--body", body_, "FILE",
               "of rewrite: another body, or another source of an item; - is standard input");
  options.Texts("--set", set_, "POINTER=JSON",
                "of rewrite: this JSON at that place of the body: /price=1.0; repeatable");
  options.Group("Why");
  options.Text("--reason", reason_, "TEXT", "is kept with the entry, for those who come later");
}

Status OverlayEditOptions::RefuseOthers(const std::string& action) const {
  struct Use {
    const char* option;
    bool given;
    const char* actions;
  };
  for (const Use& use : std::array{
           Use{"--before", !before_.empty(), "insert move"},
           Use{"--after", !after_.empty(), "insert move"}, Use{"--at", !at_.empty(), "insert"},
           Use{"--commit", !commit_.empty(), "insert move"},
           Use{"--request", !request_.empty(), "insert"},
           Use{"--method", !method_.empty(), "rewrite"},
           Use{"--target", !target_.empty(), "rewrite"},
           Use{"--header", !headers_.empty(), "rewrite"},
           Use{"--remove-header", !removed_headers_.empty(), "rewrite"},
           Use{"--body", !body_.empty(), "rewrite"}, Use{"--set", !set_.empty(), "rewrite"},
           Use{"--reason", !reason_.empty(), "drop insert move rewrite"}}) {
    const std::string actions = fmt::format(" {} ", use.actions);
    if (use.given && !actions.contains(" " + action + " ")) {
      return Fail(ErrorCode::kUsage, fmt::format("{} is not for {}", use.option, action),
                  fmt::format("it is for {}", use.actions));
    }
  }
  return {};
}

Result<OverlayEdits> OverlayEditOptions::Make(const std::string& action,
                                              const std::vector<std::string>& operations) const {
  TRY(RefuseOthers(action));
  std::vector<store::OperationAddress> at;
  for (const std::string& text : operations) {
    TRY_ASSIGN(at.emplace_back(), store::ParseAddress(text));
  }
  if (action == "insert") {
    return operations.empty() ? Insert()
                              : Missing("insert takes no id: it gives one",
                                        "its place is said by --before, --after or --at");
  }
  if (action == "import" || action == "list" || action == "show" || action == "remove") {
    return OverlayEdits{};
  }
  if (at.empty()) {
    return Missing(fmt::format("nothing to {}", action),
                   fmt::format("trafrec overlay FILE {} ID", action));
  }
  return action == "drop" ? Drop(at) : action == "move" ? Move(at) : Rewrite(at);
}

Result<OverlayEdits> OverlayEditOptions::Drop(
    const std::vector<store::OperationAddress>& at) const {
  OverlayEdits edits;
  for (const store::OperationAddress& each : at) {
    edits.entries.push_back({each, store::OverlayDrop{reason_}});
  }
  return edits;
}

Result<OverlayEdits> OverlayEditOptions::Move(
    const std::vector<store::OperationAddress>& at) const {
  OverlayEdits edits;
  if (at.size() != 1) {
    return Missing("move takes one id", "call it once for each");
  }
  if (before_.empty() && after_.empty() && commit_.empty()) {
    return Missing("move where to?", "give --before ID, --after ID, or --commit POSITION");
  }
  if (!before_.empty() || !after_.empty()) {
    store::OverlayMove move{.after = !after_.empty(), .other = {}, .reason = reason_};
    TRY_ASSIGN(move.other, store::ParseAddress(move.after ? after_ : before_));
    edits.entries.push_back({at.front(), std::move(move)});
  }
  if (!commit_.empty()) {
    TRY_ASSIGN(store::CommitPosition position, store::ParsePosition(commit_));
    edits.entries.push_back({at.front(), std::move(position)});
  }
  return edits;
}

Result<OverlayEdits> OverlayEditOptions::Rewrite(
    const std::vector<store::OperationAddress>& at) const {
  store::OverlayRewrite rewrite{.method = IfGiven(method_), .target = IfGiven(target_)};
  rewrite.reason = reason_;
  rewrite.removed_fields = removed_headers_;
  if (rewrite.method && !IsToken(*rewrite.method)) {
    return Missing(fmt::format("'{}' is no method", *rewrite.method), "as in: --method PUT");
  }
  for (const std::string& line : headers_) {
    TRY(AppendHeaderLine(rewrite.set_fields, line));
  }
  for (const std::string& name : removed_headers_) {
    if (!IsToken(name)) {
      return Missing(fmt::format("'{}' is no name of a header", name),
                     "as in: --remove-header Authorization");
    }
  }
  if (!body_.empty()) {
    TRY_ASSIGN(rewrite.body, ReadInput(body_));
  }
  for (const std::string& each : set_) {
    const size_t equal = each.find('=');
    if (equal == std::string::npos || !nlohmann::json::accept(each.substr(equal + 1))) {
      return Missing(fmt::format("'{}' puts no JSON anywhere", each),
                     "as in: --set /price=1.0, --set '/name=\"a\"'");
    }
    rewrite.pointers.emplace_back(each.substr(0, equal), each.substr(equal + 1));
  }
  OverlayEdits edits;
  for (const store::OperationAddress& each : at) {
    edits.entries.push_back({each, rewrite});
  }
  return edits;
}

Result<OverlayEdits> OverlayEditOptions::Insert() const {
  if (request_.empty()) {
    return Missing("insert what?", "give --request FILE");
  }
  if (before_.empty() && after_.empty() && at_.empty()) {
    return Missing("insert where?", "give --before ID, --after ID, or --at TIME");
  }
  store::Insertion place{.reason = reason_};
  if (!at_.empty()) {
    TRY_ASSIGN(place.at, Named("--at", ParseTime(at_, WallClockNow())));
  } else {
    place.place = before_.empty() ? store::Place::kAfter : store::Place::kBefore;
    TRY_ASSIGN(place.beside, store::ParseExchangeId(before_.empty() ? after_ : before_));
  }
  if (!commit_.empty()) {
    TRY_ASSIGN(place.position, store::ParsePosition(commit_));
  }
  OverlayEdits edits;
  TRY_ASSIGN(edits.insertions, ReadRequests(request_));
  if (place.position && edits.insertions.size() > 1) {
    return Missing("--commit is the place of one request, and there are more",
                   "insert each on its own");
  }
  for (store::Insertion& insertion : edits.insertions) {
    insertion.place = place.place;
    insertion.beside = place.beside;
    insertion.at = place.at;
    insertion.position = place.position;
    insertion.reason = place.reason;
  }
  return edits;
}

}  // namespace trafrec::tools
