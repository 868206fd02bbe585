#include "replay/edit/jq_step.h"

#include <fmt/format.h>

#include <algorithm>

#include "replay/dialect/dialect.h"
#include "replay/dialect/lines.h"
#include "replay/edit/views.h"

namespace trafrec::edit {
namespace {

using dialect::ByteRange;
using jq::Outcome;
using On = JqOptions::On;

/// A body that is made anew piece by piece, as long as its pieces are given in order.
class LineWriter {
 public:
  LineWriter(jq::Program& program, std::string_view body) : program_(program), body_(body) {}

  /// Runs the program on a line, without its end. If it has no result the line is taken out, and
  /// `with`, too, which may stand before or after. False: it failed.
  bool Edit(ByteRange line, ByteRange with, uint32_t item) {
    std::string_view text = line.In(body_);
    const size_t length = text.find_last_not_of("\r\n") + 1;
    Outcome outcome = program_.Run(text.substr(0, length));
    switch (outcome.kind) {
      case Outcome::Kind::kSame:
        return true;
      case Outcome::Kind::kChanged:
        Replace(line.offset, line.offset + length, outcome.text);
        return true;
      case Outcome::Kind::kNothing:
        Replace(with.length > 0 && with.offset < line.offset ? with.offset : line.offset,
                std::max(line.offset + line.length, with.offset + with.length), "");
        removed_.push_back(item);
        return true;
      case Outcome::Kind::kFailed:
        break;
    }
    failure_ = std::move(outcome.text);
    return false;
  }

  bool changed() const { return changed_; }
  const std::vector<uint32_t>& removed() const { return removed_; }
  const std::string& failure() const { return failure_; }
  std::string Finish() {
    out_ += body_.substr(at_);
    return std::move(out_);
  }

 private:
  void Replace(size_t begin, size_t end, std::string_view text) {
    out_ += body_.substr(at_, begin - at_);
    out_ += text;
    at_ = end;
    changed_ = true;
  }

  jq::Program& program_;
  std::string_view body_;
  std::string out_;
  size_t at_ = 0;
  bool changed_ = false;
  std::vector<uint32_t> removed_;
  std::string failure_;
};

/// Why the program failed on a line; "" if it did not.
std::string EditLines(LineWriter& writer, std::string_view body) {
  dialect::Lines lines(body);
  while (!lines.done()) {
    const ByteRange line = lines.Next();
    if (!dialect::IsBlank(line.In(body)) && !writer.Edit(line, {line.offset, 0}, 0)) {
      return fmt::format("line {}: {}", lines.number(), writer.failure());
    }
  }
  return "";
}

/// The same for the actions or sources of a bulk, the headers or bodies of searches.
std::string EditItems(LineWriter& writer, const message::Request& request, std::string_view body,
                      On on) {
  const auto headers = HeaderViews(request.fields);
  const dialect::Meaning meaning =
      dialect::SearchDialect().Understand({request.method, request.target, headers, body});
  if (!meaning.trouble.empty()) {
    return meaning.trouble;
  }
  for (uint32_t item = 0; item < meaning.operations.size(); ++item) {
    const dialect::Operation& operation = meaning.operations[item];
    const ByteRange line = on == On::kActions ? operation.action : operation.source;
    const ByteRange with = on == On::kActions ? operation.source : operation.action;
    if (!dialect::IsBlank(line.In(body)) && !writer.Edit(line, with, item)) {
      return fmt::format("item {}: {}", item, writer.failure());
    }
  }
  return "";
}

}  // namespace

Result<std::unique_ptr<JqStep>> JqStep::Make(std::string name, Condition condition,
                                             const JqOptions& options, const StopEvent* stop) {
  Result<jq::Program> program =
      jq::Program::Compile(options.program, {.time = options.timeout, .stop = stop});
  if (!program) {
    return Fail(ErrorCode::kUsage, options.place + ": " + program.error().what,
                program.error().remedy);
  }
  return std::unique_ptr<JqStep>(
      new JqStep(std::move(name), std::move(condition), options, std::move(*program), stop));
}

Result<Changes> JqStep::Apply(const Context& context, message::Request& request, Content& content) {
  const Result<std::string_view> body = content.Get();
  if (!body) {
    return Failed(on_error_, name_, context, body.error().what);
  }
  if (body->empty()) {
    return Changes{};
  }
  LineWriter writer(program_, *body);
  std::string failure;
  if (on_ == On::kBody) {
    failure = writer.Edit({0, body->size()}, {}, 0) ? "" : writer.failure();
  } else {
    failure = on_ == On::kLines ? EditLines(writer, *body) : EditItems(writer, request, *body, on_);
  }
  if (!failure.empty() && IsStopped(stop_)) {
    return Stopped(name_);
  }
  if (!failure.empty()) {
    return Failed(on_error_, name_, context, std::move(failure));
  }
  if (!writer.changed()) {
    return Changes{};
  }
  std::string edited = writer.Finish();
  if (dialect::IsBlank(edited)) {
    return Changes{.drop = "dropped by " + name_ + ": nothing is left of its body", .rules = {0}};
  }
  content.Set(std::move(edited));
  const bool by_item = on_ == On::kActions || on_ == On::kSources;
  return Changes{.removed = by_item ? writer.removed() : std::vector<uint32_t>(), .rules = {0}};
}

}  // namespace trafrec::edit
