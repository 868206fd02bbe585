#include "tools/exchange_page.h"

#include <fmt/format.h>

#include <string_view>

#include "replay/recorded/content.h"
#include "replay/recorded/message_head.h"
#include "store/reader/exchange_id.h"
#include "tools/body_view.h"
#include "tools/exchange_words.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

void AppendFact(std::string& out, const Paint& paint, std::string_view name,
                std::string_view text) {
  out += paint(Tone::kDim, fmt::format("  {:<11}", name)) + std::string(text) + "\n";
}

std::string CloseInWords(const store::ConnectionRecord& connection) {
  switch (connection.close_cause) {
    case store::CloseCause::kOpen:
      return "still open";
    case store::CloseCause::kFin:
      return "closed in good order";
    case store::CloseCause::kReset: {
      const bool client = connection.client_close.rst_at.has_value();
      const bool server = connection.server_close.rst_at.has_value();
      return client == server ? "reset" : client ? "reset by the client" : "reset by the server";
    }
    case store::CloseCause::kReplaced:
      return "replaced by a new connection with the same addresses";
    case store::CloseCause::kIdleTimeout:
      return "forgotten after a long silence";
    case store::CloseCause::kEvicted:
      return "given up for want of memory";
    case store::CloseCause::kEndOfCapture:
      return "open when the capture ended";
  }
  return "unknown";
}

std::string ConnectionInWords(const store::StoredExchange& exchange) {
  const store::ConnectionRecord& connection = exchange.connection;
  std::string text = fmt::format("{}, opened {}, {}", exchange.row.connection,
                                 FormatTime(connection.opened_at), CloseInWords(connection));
  if (connection.handshake_ns) {
    text += ", round trip " + HumanDuration(*connection.handshake_ns);
  }
  if (!connection.interface.empty()) {
    text += ", seen on " + EscapeForTerminal(connection.interface);
  }
  for (const store::EncapsulationId& id : connection.encapsulation) {
    text += fmt::format(", in {} {}", store::EncapsulationName(id.kind), id.id);
  }
  return text;
}

/// "2 sightings: a-0001-11 (complete), b-0001-12 (no-answer)".
std::string SightingsInWords(const store::ExchangeRow& row) {
  std::string text;
  for (const store::ExchangeRow& sighting : row.sightings) {
    const bool complete = (sighting.flags & store::kIncompleteFlags) == 0;
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", FormatExchangeId(sighting.id),
                        complete ? "complete" : ShortFlags(sighting.flags));
  }
  return CountOf(row.sightings.size(), "sighting") + ": " + text;
}

/// "web1-0001-2rs, items 3 to 7, to new-cluster in 2 tries and 1 part: created there, conflict
/// here".
std::string SourceInWords(const store::ResultLink& link) {
  std::string text = FormatExchangeId(SourceOf(link));
  if (link.items == 1) {
    text += fmt::format(", item {}", link.first_item);
  } else if (link.items > 1) {
    text += fmt::format(", items {} to {}", link.first_item, link.first_item + link.items - 1);
  }
  text += link.target.empty() ? "" : ", to " + EscapeForTerminal(link.target);
  text +=
      fmt::format(", in {} and {}", link.tries == 1 ? "1 try" : fmt::format("{} tries", link.tries),
                  CountOf(link.parts, "part"));
  const auto outcome = [](const std::string& name) {
    return name.empty() ? std::string("unknown") : EscapeForTerminal(name);
  };
  return text + fmt::format(": {} there, {} here", outcome(link.source_outcome),
                            outcome(link.target_outcome));
}

/// "1.50 ms, of which 1.00 ms for order".
std::string LagInWords(const store::ResultLink& link) {
  std::string text = HumanDuration(link.lag_ns);
  if (!link.wait.empty()) {
    text += fmt::format(", of which {} for {}", HumanDuration(link.wait_ns),
                        EscapeForTerminal(link.wait));
  }
  return text;
}

const char* FramingInWords(store::Framing framing) {
  switch (framing) {
    case store::Framing::kNone:
      return "no body";
    case store::Framing::kContentLength:
      return "Content-Length";
    case store::Framing::kChunked:
      return "chunked";
    case store::Framing::kUntilClose:
      return "until the connection closed";
    case store::Framing::kOpaque:
      return "another protocol, not stored";
  }
  return "unknown framing";
}

std::string MessageInWords(const store::StoredMessage& message, bool acks_known) {
  const store::MessageFacts& facts = message.facts;
  // A hole in a body leaves its length known; after any other the message's end was not seen.
  const bool end_unseen =
      !facts.gaps.empty() && facts.gaps.back().part != store::MessageGap::Part::kBody;
  std::string text =
      (end_unseen ? "at least " : "") + CountOf(facts.wire_bytes, "byte") + " on the wire";
  if (facts.body_bytes > 0) {
    text += fmt::format(", body {} ({})", CountOf(facts.body_bytes, "byte"),
                        FramingInWords(facts.framing));
  }
  if (message.body.size() < facts.body_bytes) {
    text += fmt::format(", {} of it in the log", WithCommas(message.body.size()));
  }
  if (facts.last_byte_at > facts.first_byte_at) {
    text += ", sent in " + HumanDuration(facts.last_byte_at - facts.first_byte_at);
  }
  if (facts.acked_bytes >= facts.wire_bytes && facts.wire_bytes > 0) {
    text += ", all acknowledged";
  } else if (facts.acked_bytes > 0) {
    text += ", " + WithCommas(facts.acked_bytes) + " of them acknowledged";
  } else if (acks_known) {
    text += ", not acknowledged";
  }
  if (facts.copies > 0) {
    text += ", " + CountOf(facts.copies, "packet") + " sent again";
  }
  return text;
}

void AppendHead(std::string& out, const Paint& paint, std::string_view raw) {
  const recorded::MessageHead head = recorded::ParseHead(raw);
  out += paint(Tone::kBold, EscapeForTerminal(head.start_line)) + "\n";
  for (const recorded::HeaderField& field : head.fields) {
    const std::string name = EscapeForTerminal(field.name);
    if (field.value) {
      out += paint(Tone::kCyan, name + ":") + " " + EscapeForTerminal(*field.value) + "\n";
    } else {
      out += name + "\n";
    }
  }
}

void AppendTrailers(std::string& out, const Paint& paint, std::string_view raw) {
  const std::vector<recorded::HeaderField> fields = recorded::ParseFields(raw);
  if (fields.empty()) {
    return;
  }
  out += paint(Tone::kDim, "(trailers)") + "\n";
  for (const recorded::HeaderField& field : fields) {
    out += EscapeForTerminal(field.line) + "\n";
  }
}

void AppendMessage(std::string& out, const Paint& paint, std::string_view name,
                   const store::StoredMessage& message, size_t body_bytes_max) {
  out += "\n" + paint(Tone::kDim, fmt::format("── {} ──", name)) + "\n";
  AppendHead(out, paint, message.head);
  const recorded::Content content = recorded::DecodeContent(message, recorded::kContentBytesMax);
  if (!message.body.empty()) {
    out += "\n";
    if (!content.encodings.empty() && content.trouble.empty()) {
      out += paint(Tone::kDim,
                   fmt::format("({}: {} decoded to {})", EscapeForTerminal(content.encodings),
                               HumanBytes(message.body.size()), HumanBytes(content.bytes.size()))) +
             "\n";
    }
    if (!content.trouble.empty()) {
      out += paint(Tone::kYellow, "(" + EscapeForTerminal(content.trouble) + ")") + "\n";
    }
    out += BodyView(content.bytes, body_bytes_max);
  }
  AppendTrailers(out, paint, message.trailers);
}

std::string Headline(const store::ExchangeRow& row) {
  const std::string request =
      row.has_request ? EscapeForTerminal(row.method + " " + row.target) : "(request not seen)";
  std::string text = request + " → ";
  text += row.has_response ? std::to_string(row.status) : "no answer";
  if (row.latency_ns >= 0) {
    text += " in " + HumanDuration(row.latency_ns);
  }
  return text;
}

}  // namespace

std::string ExchangePage(const store::StoredExchange& exchange, const PageOptions& options,
                         const Paint& paint) {
  const store::ExchangeRow& row = exchange.row;
  std::string out = paint(Tone::kBold, FormatExchangeId(row.id)) + "  " +
                    paint(Tone::kBold, Headline(row)) + "\n";
  AppendFact(out, paint, "began", FormatTime(row.began_at));
  AppendFact(out, paint, "client", row.client.ToString());
  AppendFact(out, paint, "server",
             row.server.ToString() +
                 (row.host.empty() ? "" : " (host " + EscapeForTerminal(row.host) + ")"));
  AppendFact(out, paint, "connection", ConnectionInWords(exchange));
  if (!row.sightings.empty()) {
    AppendFact(out, paint, "seen in", SightingsInWords(row));
  }
  if (row.link) {
    AppendFact(out, paint, "sent for", SourceInWords(*row.link));
    AppendFact(out, paint, "late by", LagInWords(*row.link));
  }
  const bool acks_known = !HasFlag(row.flags, store::Flag::kWireUnknown);
  if (exchange.request) {
    AppendFact(out, paint, "request", MessageInWords(*exchange.request, acks_known));
  }
  if (exchange.response) {
    AppendFact(out, paint, "response", MessageInWords(*exchange.response, acks_known));
  }
  for (const store::InterimResponse& interim : exchange.interim) {
    AppendFact(out, paint, "interim",
               fmt::format("{} at {}", interim.status, FormatTime(interim.at)));
  }
  const std::vector<std::string> flaws = FlawsInWords(exchange);
  const bool complete = (row.flags & store::kIncompleteFlags) == 0;
  AppendFact(out, paint, "state",
             complete ? paint(Tone::kGreen, "complete") : paint(Tone::kYellow, "incomplete"));
  for (const std::string& flaw : flaws) {
    AppendFact(out, paint, "", "- " + flaw);
  }
  if (options.request && exchange.request) {
    AppendMessage(out, paint, "request", *exchange.request, options.body_bytes_max);
  }
  if (options.response && exchange.response) {
    AppendMessage(out, paint, "response", *exchange.response, options.body_bytes_max);
  }
  return out;
}

}  // namespace trafrec::tools
