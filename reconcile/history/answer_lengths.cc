#include "reconcile/history/answer_lengths.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "reconcile/history/redacted.h"
#include "replay/dialect/target.h"
#include "replay/recorded/message_head.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;

/// More kinds of answers than that to the like of one request: they are not alike.
constexpr size_t kRestsMost = 4;
/// Of ids that the source makes itself.
constexpr size_t kAutomaticIdBytes = 20;
constexpr uint64_t kLineEndBytes = 2;

/// What an answer says became of the document, in its body and in its status line.
struct Result {
  std::string_view word;
  std::string_view reason;
  bool located = false;  ///< it has the field Location
};

constexpr Result kCreated{"created", "Created", true};
constexpr Result kUpdated{"updated", "OK"};
constexpr Result kDeleted{"deleted", "OK"};
constexpr Result kNotFound{"not_found", "Not Found"};
constexpr Result kNoop{"noop", "OK"};

std::optional<Result> ResultOf(Fate fate) {
  switch (fate) {
    case Fate::kCreated:
      return kCreated;
    case Fate::kUpdated:
      return kUpdated;
    case Fate::kDeleted:
      return kDeleted;
    case Fate::kNotFound:
      return kNotFound;
    case Fate::kNoop:
      return kNoop;
    default:
      return std::nullopt;
  }
}

/// Whether a text is the same in a path, a URL's query and a JSON string.
bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

bool MayCompress(std::string_view accepted) { return !accepted.empty() && accepted != "identity"; }

/// Whether a parameter leaves the form of the answer as it is.
bool LeavesAnswer(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {
      "if_primary_term", "if_seq_no", "lang",          "op_type",
      "pipeline",        "routing",   "require_alias", "retry_on_conflict",
      "timeout",         "version",   "version_type",  "wait_for_active_shards"};
  return std::ranges::find(kNames, name) != kNames.end();
}

uint64_t LineBytes(const std::vector<recorded::HeaderField>& fields, std::string_view name) {
  const auto field = std::ranges::find_if(
      fields, [&](const auto& one) { return recorded::SameFieldName(one.name, name); });
  return field == fields.end() ? 0 : field->line.size() + kLineEndBytes;
}

uint64_t FieldBytes(std::string_view name, uint64_t value_bytes) {
  return name.size() + std::string_view(": ").size() + value_bytes + kLineEndBytes;
}

}  // namespace

int DigitsOf(int64_t number) { return static_cast<int>(std::to_string(number).size()); }

std::optional<AwaitedAnswer> AnswerLengths::Await(const dialect::RequestView& request,
                                                  const dialect::Meaning& meaning,
                                                  const std::string& index, const std::string& id) {
  if (meaning.kind == Kind::kBulk || meaning.operations.size() != 1 ||
      !dialect::WritesDocument(meaning.operations.front().kind) ||
      MayCompress(dialect::FieldOf(request.headers, "Accept-Encoding")) ||
      !dialect::FieldOf(request.headers, "Expect").empty() ||
      IsToken(dialect::FieldOf(request.headers, "X-Opaque-Id"))) {
    return std::nullopt;
  }
  const dialect::Operation& operation = meaning.operations.front();
  const std::string& type = operation.type.empty() ? "_doc" : operation.type;
  const std::string_view opaque = dialect::FieldOf(request.headers, "X-Opaque-Id");
  const uint64_t id_bytes = id.empty() ? kAutomaticIdBytes : id.size();
  AwaitedAnswer awaited{.kind = operation.kind,
                        .upserts = operation.writing.upserts,
                        .named = index.size() + id_bytes,
                        .echoed = opaque.empty() ? 0 : FieldBytes("X-Opaque-Id", opaque.size())};
  awaited.like = std::string(request.method == "HEAD" ? "HEAD " : "") + type + " " +
                 (operation.kind == Kind::kUpdate ? "update " : "") +
                 std::string(dialect::FieldOf(request.headers, "Accept"));
  uint64_t location = std::string_view("///").size() + index.size() + type.size() + id_bytes;
  bool plain = IsPlain(index) && IsPlain(type) && IsPlain(id);
  for (const dialect::Parameter& parameter : dialect::ParseTarget(request.target).query) {
    if (parameter.name == "routing") {
      location += std::string_view("?routing=").size() + parameter.value.size();
      plain = plain && IsPlain(parameter.value);
    } else if (!LeavesAnswer(parameter.name)) {
      awaited.like += "&" + parameter.name + "=" + parameter.value;
    }
  }
  awaited.location = FieldBytes("Location", location);
  awaited.locatable = plain;
  return awaited;
}

void AnswerLengths::Learn(const store::StoredMessage& answer, const AwaitedAnswer& awaited,
                          const dialect::Outcome& outcome) {
  const std::optional<Result> result = ResultOf(outcome.fate);
  const recorded::MessageHead head = recorded::ParseHead(answer.head);
  if (!result || !awaited.locatable || !outcome.version || !outcome.seq_no ||
      !outcome.primary_term || answer.facts.framing != store::Framing::kContentLength ||
      !recorded::FieldValue(head.fields, "Content-Encoding").empty() ||
      recorded::ReasonOf(head.start_line) != result->reason ||
      LineBytes(head.fields, "Location") != (result->located ? awaited.location : 0) ||
      LineBytes(head.fields, "X-Opaque-Id") != awaited.echoed) {
    return;
  }
  const uint64_t body = answer.facts.body_bytes;
  const uint64_t numbers =
      DigitsOf(*outcome.version) + DigitsOf(*outcome.seq_no) + DigitsOf(*outcome.primary_term);
  const uint64_t own_head = result->reason.size() + awaited.echoed +
                            DigitsOf(static_cast<int64_t>(body)) +
                            (result->located ? awaited.location : 0);
  const uint64_t own_body = awaited.named + result->word.size() + numbers;
  if (answer.head.size() > own_head && body > own_body) {
    rests_[awaited.like].insert({answer.head.size() - own_head, body - own_body});
  }
}

LengthSays AnswerLengths::Read(const AwaitedAnswer& awaited, uint64_t bytes, const Numbers& written,
                               const Numbers& found) const {
  const auto rests = rests_.find(awaited.like);
  if (rests == rests_.end() || rests->second.size() > kRestsMost || !awaited.locatable) {
    return LengthSays::kNothing;
  }
  const auto fits = [&](const Result& result, const Numbers& numbers) {
    return std::ranges::any_of(rests->second, [&](const Rest& rest) {
      const int least = numbers.version.least + numbers.seq_no.least;
      const int most = numbers.version.most + numbers.seq_no.most;
      for (int digits = least; digits <= most; ++digits) {
        const uint64_t body = rest.second + awaited.named + result.word.size() +
                              static_cast<uint64_t>(digits) + 1;  // and the primary term
        const uint64_t head = rest.first + result.reason.size() + awaited.echoed +
                              DigitsOf(static_cast<int64_t>(body)) +
                              (result.located ? awaited.location : 0);
        if (head + body == bytes) {
          return true;
        }
      }
      return false;
    });
  };
  bool wrote = false;
  bool changed_nothing = false;
  switch (awaited.kind) {
    case Kind::kIndex:
      wrote = fits(kCreated, written) || fits(kUpdated, written);
      break;
    case Kind::kCreate:
      wrote = fits(kCreated, written);
      break;
    case Kind::kDelete:
      wrote = fits(kDeleted, written) || fits(kNotFound, written);
      break;
    case Kind::kUpdate:
      wrote = fits(kUpdated, written) || fits(kDeleted, written) ||
              (awaited.upserts && fits(kCreated, written));
      changed_nothing = fits(kNoop, found);
      break;
    default:
      break;
  }
  if (wrote == changed_nothing) {
    return LengthSays::kNothing;
  }
  return wrote ? LengthSays::kWrote : LengthSays::kChangedNothing;
}

}  // namespace trafrec::reconcile
