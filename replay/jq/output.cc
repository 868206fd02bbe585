#include "replay/jq/output.h"

#include <fmt/format.h>

#include "replay/jq/limits.h"

namespace trafrec::jq {
namespace {

class Writer {
 public:
  explicit Writer(const Input& input) : input_(input) {}

  void Write(const Value& value, const Value& marked, size_t depth) {
    if (const auto node = input_.NodeOf(value); node) {
      out_ += input_.tree().TextOf(*node);
      return;
    }
    if (depth == limits::kDepth) {
      trouble_ = "the result is nested too deeply";
      return;
    }
    switch (value.kind()) {
      case JV_KIND_OBJECT:
        WriteObject(value, marked, depth);
        return;
      case JV_KIND_ARRAY:
        WriteArray(value, marked, depth);
        return;
      case JV_KIND_NUMBER:
        WriteNumber(value, marked);
        return;
      default:
        out_ += value.Dump();
    }
  }

  std::expected<std::string, std::string> Finish() {
    return trouble_.empty() ? std::expected<std::string, std::string>(std::move(out_))
                            : std::unexpected(std::move(trouble_));
  }

 private:
  void WriteArray(const Value& array, const Value& marked, size_t depth) {
    const int length = jv_array_length(array.Copy());
    const bool alike = marked.kind() == JV_KIND_ARRAY && jv_array_length(marked.Copy()) == length;
    out_ += '[';
    for (int i = 0; i < length && trouble_.empty(); ++i) {
      out_ += i == 0 ? "" : ",";
      Write(Value(jv_array_get(array.Copy(), i)),
            alike ? Value(jv_array_get(marked.Copy(), i)) : Value(), depth + 1);
    }
    out_ += ']';
  }

  void WriteObject(const Value& object, const Value& marked, size_t depth) {
    out_ += '{';
    bool first = true;
    for (int at = jv_object_iter(object.get());
         jv_object_iter_valid(object.get(), at) != 0 && trouble_.empty();
         at = jv_object_iter_next(object.get(), at)) {
      const Value key(jv_object_iter_key(object.get(), at));
      out_ += first ? "" : ",";
      first = false;
      out_ += key.Dump();
      out_ += ':';
      Write(Value(jv_object_iter_value(object.get(), at)),
            marked.kind() == JV_KIND_OBJECT ? Value(jv_object_get(marked.Copy(), key.Copy()))
                                            : Value(),
            depth + 1);
    }
    out_ += '}';
  }

  void WriteNumber(const Value& value, const Value& marked) {
    const Numbers& numbers = input_.numbers();
    if (!numbers.IsKept(value.number())) {
      out_ += value.Dump();
      return;
    }
    if (marked.kind() == JV_KIND_NUMBER) {
      // Passed on if its stand-in came to the same place. A number of the program's, or one that jq
      // prints as it was written, stays the same.
      if (const auto text = numbers.Behind(marked.number(), value.number()); text) {
        out_ += *text;
        return;
      }
      if (marked.number() == value.number()) {
        out_ += value.Dump();
        return;
      }
    }
    const auto text = numbers.TextOf(value.number());
    if (!text) {
      trouble_ = fmt::format(
          "{} in the result may be computed, or a number of the body that jq cannot hold: the "
          "program decides by the values of such numbers what it gives",
          value.Dump());
      return;
    }
    out_ += *text;
  }

  const Input& input_;
  std::string out_;
  std::string trouble_;
};

bool AlikeWithin(const Value& a, const Value& b, size_t depth) {
  if (a.kind() != b.kind() || depth == limits::kDepth) {
    return false;
  }
  if (a.kind() == JV_KIND_ARRAY) {
    const int length = jv_array_length(a.Copy());
    bool alike = jv_array_length(b.Copy()) == length;
    for (int i = 0; i < length && alike; ++i) {
      alike = AlikeWithin(Value(jv_array_get(a.Copy(), i)), Value(jv_array_get(b.Copy(), i)),
                          depth + 1);
    }
    return alike;
  }
  if (a.kind() == JV_KIND_OBJECT) {
    bool alike = jv_object_length(a.Copy()) == jv_object_length(b.Copy());
    for (int at = jv_object_iter(a.get()); alike && jv_object_iter_valid(a.get(), at) != 0;
         at = jv_object_iter_next(a.get(), at)) {
      const Value key(jv_object_iter_key(a.get(), at));
      alike = AlikeWithin(Value(jv_object_iter_value(a.get(), at)),
                          Value(jv_object_get(b.Copy(), key.Copy())), depth + 1);
    }
    return alike;
  }
  return true;
}

}  // namespace

bool Alike(const Value& a, const Value& b) { return AlikeWithin(a, b, 0); }

std::expected<std::string, std::string> TextOf(const Input& input, const Value& result,
                                               const Value& marked) {
  Writer writer(input);
  writer.Write(result, marked, 0);
  return writer.Finish();
}

}  // namespace trafrec::jq
