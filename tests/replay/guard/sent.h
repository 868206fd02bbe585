#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "replay/dialect/dialect.h"
#include "replay/guard/guard.h"

namespace trafrec::guard {

/// A parcel with all of a request's operations, and what it borrows.
struct Sent {
  std::unique_ptr<message::Request> request;
  std::unique_ptr<dialect::Meaning> meaning;
  std::vector<std::unique_ptr<dialect::Outcome>> sources;
  Parcel parcel;

  Item& item(size_t place = 0) { return parcel.items[place]; }
  message::Request Write(const Guard& guard = SearchGuard()) { return guard.WriteRequest(parcel); }
  void Answer(int status, std::string_view body, const Guard& guard = SearchGuard(),
              std::vector<message::Field> fields = {}) {
    guard.TakeReply(parcel, Reply{.answer = Made(status, body, std::move(fields))});
  }
  void NoAnswer(const Guard& guard = SearchGuard()) {
    guard.TakeReply(parcel, Reply{.failure = "connection reset"});
  }
  void Read(int status, std::string_view body, const Guard& guard = SearchGuard()) {
    guard.TakeReading(parcel, Reply{.answer = Made(status, body, {})});
  }

  static message::Answer Made(int status, std::string_view body,
                              std::vector<message::Field> fields) {
    message::Answer answer;
    answer.status = status;
    answer.body = body;
    answer.fields = std::move(fields);
    return answer;
  }
};

/// "PUT /a/_doc/1". Each operation has the outcome of its place, the later ones none.
inline Sent MakeSent(std::string_view line, std::string_view body = {},
                     const std::vector<dialect::Outcome>& sources = {},
                     const dialect::Dialect& dialect = dialect::SearchDialect()) {
  Sent sent;
  const size_t blank = line.find(' ');
  sent.request = std::make_unique<message::Request>();
  sent.request->method = line.substr(0, blank);
  sent.request->target = line.substr(blank + 1);
  sent.request->body = body;
  sent.meaning = std::make_unique<dialect::Meaning>(
      dialect.Understand({sent.request->method, sent.request->target, {}, sent.request->body}));
  sent.parcel.request = sent.request.get();
  sent.parcel.meaning = sent.meaning.get();
  for (size_t i = 0; i < sent.meaning->operations.size(); ++i) {
    Item item{.operation = static_cast<uint32_t>(i)};
    if (!sent.meaning->operations[i].keys.empty()) {
      item.id = sent.meaning->operations[i].keys[0].id;
    }
    if (i < sources.size()) {
      sent.sources.push_back(std::make_unique<dialect::Outcome>(sources[i]));
      item.source = sent.sources.back().get();
      item.id = item.id.empty() ? item.source->id : item.id;
    }
    sent.parcel.items.push_back(std::move(item));
  }
  return sent;
}

inline dialect::Outcome AtSource(dialect::Fate fate, std::string id = {}) {
  dialect::Outcome outcome;
  outcome.fate = fate;
  outcome.id = std::move(id);
  return outcome;
}

inline DocumentState There(int64_t seq_no, int64_t primary_term = 1) {
  return {.exists = true, .seq_no = seq_no, .primary_term = primary_term};
}

/// A scripted update that the source made, on its way under the condition of what is known.
inline Sent Update() {
  Sent sent = MakeSent("POST /a/_update/1", R"({"script":"ctx._source.n++"})",
                       {AtSource(dialect::Fate::kUpdated)});
  sent.item().known = There(7);
  sent.Write();
  return sent;
}

}  // namespace trafrec::guard
