#include "reconcile/history/loose_answer.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "reconcile/history/mutation_facts.h"
#include "replay/dialect/json.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::JsonValue;
using dialect::Kind;

struct Said {
  DocumentName document;
  std::string result;
  std::optional<int64_t> version;
  std::optional<int64_t> seq_no;
  std::optional<int64_t> primary_term;

  void Take(std::string_view key, JsonValue& value) {
    if (key == "_index") {
      document.index = value.Text().value_or("");
    } else if (key == "_id") {
      document.id = value.Text().value_or("");
    } else if (key == "result") {
      result = value.Text().value_or("");
    } else if (key == "_version") {
      version = dialect::IntegerOf(value.Text());
    } else if (key == "_seq_no") {
      seq_no = dialect::IntegerOf(value.Text());
    } else if (key == "_primary_term") {
      primary_term = dialect::IntegerOf(value.Text());
    }
  }
};

std::optional<Write> WriteOf(const Said& said, const store::OperationAddress& at, const Span& ran) {
  constexpr std::array<std::pair<std::string_view, Fate>, 4> kResults = {
      {{"created", Fate::kCreated},
       {"updated", Fate::kUpdated},
       {"deleted", Fate::kDeleted},
       {"not_found", Fate::kNotFound}}};
  for (const auto& [result, fate] : kResults) {
    if (said.result == result && said.version && said.seq_no && said.primary_term &&
        !said.document.id.empty()) {
      return Write{
          .at = at,
          .document = said.document,
          .ran = ran,
          .kind = fate == Fate::kDeleted || fate == Fate::kNotFound ? Kind::kDelete : Kind::kIndex,
          .fate = fate,
          .version = *said.version,
          .seq_no = *said.seq_no,
          .primary_term = *said.primary_term};
    }
  }
  return std::nullopt;
}

}  // namespace

void AddWritesIn(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
                 TimeNs clock_error_ns, std::vector<Write>& writes) {
  if (view.answer() == nullptr || !IsWhole(exchange.response)) {
    return;
  }
  const store::ExchangeId& id = exchange.row.id;
  const Span seen{
      exchange.request ? exchange.request->facts.last_byte_at : exchange.connection.opened_at,
      exchange.response->facts.first_byte_at};
  const Span ran = seen.Widened(clock_error_ns);
  Said whole;
  const auto keep = [&](const Said& said, std::optional<uint32_t> item) {
    if (auto write = WriteOf(said, {id, item}, ran)) {
      write->connection = ConnectionOf(exchange);
      writes.push_back(std::move(*write));
    }
  };
  dialect::ReadJson(view.answer()->body, [&](JsonValue& root) {
    root.EachMember([&](std::string_view key, JsonValue& value) {
      if (key != "items") {
        whole.Take(key, value);
        return;
      }
      uint32_t item = 0;
      value.EachElement([&](JsonValue& element) {
        element.EachMember([&](std::string_view, JsonValue& outcome) {
          Said said;
          outcome.EachMember(
              [&](std::string_view name, JsonValue& member) { said.Take(name, member); });
          keep(said, item);
        });
        ++item;
      });
    });
  });
  keep(whole, std::nullopt);
}

}  // namespace trafrec::reconcile
