#include "tools/compare/amendments.h"

#include <fmt/format.h>

#include <map>
#include <memory>

#include "replay/ledger/sqlite_ledger.h"
#include "store/crypto/encoding.h"
#include "store/overlay/overlay_reader.h"
#include "tools/compare/limits.h"
#include "tools/help_text.h"
#include "tools/overlay/entry_words.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using Texts = std::map<std::string, std::string>;

std::string Find(const Texts& texts, const std::string& name) {
  const auto found = texts.find(name);
  return found == texts.end() ? "" : found->second;
}

Status ReadEntries(const std::string& digest, Amendment& overlay) {
  TRY_ASSIGN(const auto reader, store::OverlayReader::Open(overlay.value));
  TRY_ASSIGN(const store::crypto::Digest now, reader->Digest());
  if (store::crypto::ToHex(now) != digest) {
    return Fail(ErrorCode::kUsage, "it was changed since the run", "");
  }
  const auto add = [&overlay](const auto& entry) {
    if (++overlay.entries <= limits::kAmendmentLines) {
      std::string line = InWords(entry);
      line.resize(line.find_last_not_of('\n') + 1);
      overlay.lines.push_back(std::move(line));
    }
    return true;
  };
  return reader->Visit(add, add);
}

/// Runs of an older trafrec know the digests of their files, and not their names.
Amendment OverlayWith(const std::string& digest, const std::string& file) {
  Amendment overlay{.what = "overlay", .value = file};
  if (file.empty()) {
    overlay.trouble = "the run does not know its name";
  } else if (const Status read = ReadEntries(digest, overlay); !read) {
    overlay.entries = 0;
    overlay.lines.clear();
    overlay.trouble = read.error().what;
  }
  return overlay;
}

/// "overlay changes.overlay: 3 entries".
std::string LineOf(const Amendment& amendment) {
  return fmt::format(
      "{} {}{}{}", amendment.what, EscapeForTerminal(amendment.value),
      amendment.entries > 0 ? ": " + CountOf(amendment.entries, "entry", "entries") : "",
      amendment.trouble.empty() ? "" : " (" + amendment.trouble + ")");
}

}  // namespace

Result<std::vector<Amendment>> AmendmentsOf(const std::string& run) {
  const auto ledger = ledger::OpenLedgerReader(run);
  if (!ledger && ledger.error().code == ErrorCode::kNotFound) {
    return std::vector<Amendment>();
  }
  if (!ledger) {
    return std::unexpected(ledger.error());
  }
  TRY_ASSIGN(const ledger::RunFacts facts, (*ledger)->Facts());
  std::vector<Amendment> amendments;
  if (const std::string digest = Find(facts.options, "overlay"); !digest.empty()) {
    amendments.push_back(OverlayWith(digest, Find(facts.notes, "overlay")));
  }
  for (const char* what : {"edits", "transforms"}) {
    if (std::string value = Find(facts.notes, what); !value.empty()) {
      amendments.push_back({.what = what, .value = std::move(value)});
    }
  }
  for (const char* what : {"only", "index", "where", "since", "until", "sample"}) {
    std::string value = Find(facts.options, what);
    if (!value.empty() && value != "all") {
      amendments.push_back({.what = what, .value = std::move(value)});
    }
  }
  return amendments;
}

std::string OverlayOf(const std::vector<Amendment>& amendments) {
  for (const Amendment& each : amendments) {
    if (each.what == "overlay") {
      return each.value;
    }
  }
  return "";
}

std::string AmendmentsText(const std::vector<Amendment>& amendments, size_t width,
                           const Paint& paint, bool brief) {
  if (amendments.empty()) {
    return "";
  }
  if (brief) {
    std::string line = "The run was made with";
    for (const Amendment& each : amendments) {
      line += (&each == &amendments.front() ? " " : "; ") + LineOf(each);
    }
    return "\n" + Wrapped(line, 0, width);
  }
  std::string out = "\n" + paint(Tone::kBold, "The run was made with") + "\n";
  for (const Amendment& each : amendments) {
    out += Wrapped(LineOf(each), 2, width);
    for (const std::string& entry : each.lines) {
      out += Wrapped(entry, 4, width);
    }
    if (each.entries > each.lines.size()) {
      out += fmt::format("    and {} more: trafrec overlay FILE list\n",
                         WithCommas(each.entries - each.lines.size()));
    }
  }
  return out;
}

void AppendAmendments(JsonAppender& json, const std::vector<Amendment>& amendments) {
  json.Open("amendments", '[');
  for (const Amendment& each : amendments) {
    json.Open('{');
    json.Text("what", each.what);
    json.Bytes("value", each.value);
    if (each.what == "overlay") {
      json.Number("entries", each.entries);
      each.trouble.empty() ? json.Null("trouble") : json.Bytes("trouble", each.trouble);
    }
    json.Close('}');
  }
  json.Close(']');
}

}  // namespace trafrec::tools
