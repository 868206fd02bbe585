#include "tools/reconcile/finding_json.h"

#include <limits>

#include "store/reader/exchange_id.h"
#include "tools/json_object.h"

namespace trafrec::tools {
namespace {

void AppendBound(JsonAppender& json, const char* name, TimeNs at) {
  if (at == std::numeric_limits<TimeNs>::min() || at == std::numeric_limits<TimeNs>::max()) {
    json.Null(name);
  } else {
    json.Time(name, at);
  }
}

const char* NameOf(reconcile::Note::About about) {
  switch (about) {
    case reconcile::Note::About::kClocks:
      return "clocks";
    case reconcile::Note::About::kIndex:
      return "index";
    case reconcile::Note::About::kJournal:
      return "journal";
    case reconcile::Note::About::kLog:
      return "log";
    case reconcile::Note::About::kSource:
      return "source";
  }
  return "";
}

}  // namespace

std::string FindingJson(const reconcile::History& history, const reconcile::Finding& finding) {
  const reconcile::Question& question = history.questions[finding.question];
  const reconcile::OpenRequest& request = history.requests[question.request];
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Text("exchange", store::FormatExchangeId(request.id));
  json.NumberOrNull("item", question.at.item);
  json.Bytes("method", request.method);
  json.Bytes("target", request.target);
  json.Bytes("index", question.document.index);
  json.Bytes("id", question.document.id);
  json.Text("verdict", store::NameOf(finding.verdict));
  if (finding.verdict == store::Verdict::kUnknown) {
    json.Null("grade");
  } else {
    json.Text("grade", store::NameOf(finding.grade));
  }
  json.Open("evidence", '[');
  for (const reconcile::Evidence& evidence : finding.evidence) {
    json.Open('{');
    json.Text("kind", evidence.kind);
    json.Text("words", evidence.words);
    json.Close('}');
  }
  json.Close(']');
  if (finding.position) {
    json.Text("position", store::FormatPosition(*finding.position));
  } else {
    json.Null("position");
  }
  json.Close('}');
  return out + '\n';
}

std::string MissingJson(const reconcile::History& history,
                        const reconcile::MissingMutation& missing) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Bool("missing", true);
  json.Bytes("index", missing.index);
  json.Number("shard", missing.shard);
  json.Number("seq_no", missing.seq_no);
  json.Open("window", '{');
  AppendBound(json, "from", missing.ran.from);
  AppendBound(json, "until", missing.ran.until);
  json.Close('}');
  if (missing.sight) {
    json.Bytes("id", history.sights[*missing.sight].document.id);
  } else {
    json.Null("id");
  }
  json.Close('}');
  return out + '\n';
}

std::string NoteJson(const reconcile::Note& note) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Bytes("note", note.words);
  json.Text("about", NameOf(note.about));
  if (note.index.empty()) {
    json.Null("index");
  } else {
    json.Bytes("index", note.index);
  }
  json.Close('}');
  return out + '\n';
}

}  // namespace trafrec::tools
