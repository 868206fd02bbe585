#include "tools/compare/answer_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "replay/compare/fingerprints.h"
#include "replay/json/json_pointer.h"
#include "replay/json/json_tree.h"
#include "tools/body_view.h"
#include "tools/compare/limits.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

using compare::Difference;
using compare::Kind;
using compare::Part;

/// Differences by part and place on one side.
class Places {
 public:
  Places(const std::vector<Difference>& differences, AnswerSide side) {
    for (size_t i = 0; i < differences.size(); ++i) {
      const Difference& each = differences[i];
      // Of what is not there the pointer says where it would be; something else may be there.
      const Kind absent = side == AnswerSide::kSource ? Kind::kAdded : Kind::kMissing;
      if (each.kind != absent || compare::IsInJsonLine(each)) {
        std::string_view place =
            side == AnswerSide::kSource ? each.source_pointer : each.target_pointer;
        if (each.part == Part::kLine) {
          place.remove_suffix(compare::PlaceInLine(place).size());  // a line is laid out as it is
        }
        const auto [at, is_new] = at_.emplace(std::pair(each.part, std::string(place)), i);
        if (!is_new && differences[at->second].rule && !each.rule) {
          at->second = i;
        }
      }
    }
  }

  std::optional<size_t> Find(Part part, const std::string& pointer) const {
    const auto found = at_.find({part, pointer});
    return found == at_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::pair<Part, std::string>, size_t> at_;
};

/// A difference of two values marks both with one key, so that they come to stand side by side;
/// what only one side has gets a key of its own.
class Layout {
 public:
  Layout(const std::vector<Difference>& differences, AnswerSide side, size_t line_bytes)
      : differences_(differences),
        places_(differences, side),
        side_(side),
        line_bytes_(line_bytes) {}

  std::vector<AnswerLine> Run(const dialect::AnswerView& answer) {
    Put(fmt::format("status {}", answer.status), "status", places_.Find(Part::kStatus, ""));
    for (const dialect::HeaderView& field : answer.headers) {
      PutField(field);
    }
    if (!answer.body.empty()) {
      lines_.push_back({.key = "body"});
      PutBody(answer.body);
    }
    return std::move(lines_);
  }

 private:
  void Put(std::string text, const std::string& key, std::optional<size_t> difference,
           bool first = true) {
    if (text.size() > line_bytes_) {
      text = std::string(compare::Shown(text));
    }
    AnswerLine line{
        .text = std::move(text), .key = element_ + key, .difference = difference, .list = list_};
    if (difference) {
      const Kind kind = differences_[*difference].kind;
      const bool in_both = compare::IsInJsonLine(differences_[*difference]);
      const bool one_sided = !in_both && (kind == Kind::kMissing || kind == Kind::kAdded || !first);
      line.key = one_sided ? fmt::format("\1{} {}", static_cast<int>(side_), lines_.size())
                           : fmt::format("\2{}", *difference);
    }
    lines_.push_back(std::move(line));
  }

  void PutField(const dialect::HeaderView& field) {
    std::optional<size_t> difference;
    for (size_t i = 0; i < differences_.size() && !difference; ++i) {
      if (differences_[i].part == Part::kField &&
          SameButForCase(std::string_view(differences_[i].source_pointer).substr(1), field.name)) {
        difference = i;
      }
    }
    Put(fmt::format("{}: {}", field.name, field.value), "field " + LowerCase(field.name),
        difference);
  }

  void PutBody(std::string_view body) {
    const bool by_line = std::ranges::any_of(
        differences_, [](const Difference& each) { return each.part == Part::kLine; });
    if (!by_line) {
      if (const auto tree = json::Tree::Parse(body)) {
        const compare::Fingerprints prints(*tree);
        PutValue({.tree = *tree, .prints = prints}, json::Tree::kRoot, "", 0, std::nullopt);
        return;
      }
    }
    if (by_line || LooksLikeText(body)) {
      for (size_t number = 1; !body.empty(); ++number) {
        const std::string_view line = TakeLine(body);
        Put(std::string(line), fmt::format("line {}", line),
            places_.Find(Part::kLine, fmt::format("/{}", number)));
      }
      return;
    }
    std::string dump = Hexdump(body.substr(0, limits::kHexdumpBytes));
    if (body.size() > limits::kHexdumpBytes) {
      dump += fmt::format("and {} more bytes\n", body.size() - limits::kHexdumpBytes);
    }
    std::optional<size_t> difference = places_.Find(Part::kBody, "");
    for (std::string_view rest = dump; !rest.empty(); difference.reset()) {
      const std::string_view line = TakeLine(rest);
      Put(std::string(line), fmt::format("line {}", line), difference);
    }
  }

  struct Document {
    const json::Tree& tree;
    const compare::Fingerprints& prints;
  };

  /// A value with all that is in it. `around`: the difference that the whole container is.
  /// json::limits::kDepth bounds the recursion.
  void PutValue(const Document& document, uint32_t node, const std::string& pointer, size_t depth,
                std::optional<size_t> around, bool last = true) {
    const json::Tree& tree = document.tree;
    const json::Type type = tree.type(node);
    const std::optional<size_t> own = places_.Find(Part::kBody, pointer);
    const std::optional<size_t> difference = own ? own : around;
    const bool first = !around || (own && own != around);
    const std::string_view comma = last ? "" : ",";
    std::string indent(2 * depth, ' ');
    const std::string name = tree[node].key_begin == 0 ? "" : json::Quoted(tree.KeyOf(node)) + ": ";
    const bool object = type == json::Type::kObject;
    const std::vector<uint32_t> children = Ordered(tree, node);
    if ((!object && type != json::Type::kArray) || children.empty()) {
      Put(fmt::format("{}{}{}{}", indent, name,
                      children.empty() && object   ? "{}"
                      : type == json::Type::kArray ? "[]"
                                                   : tree.TextOf(node),
                      comma),
          fmt::format("{} {}{}", depth, name, document.prints[node]), difference, first);
      return;
    }
    Put(fmt::format("{}{}{}", indent, name, object ? '{' : '['),
        fmt::format("{} {}{}", depth, name, object ? '{' : '['), difference, first);
    const std::optional<size_t> inner = difference && Whole(*difference) ? difference : around;
    const std::optional<size_t> outer_list = list_;
    const std::string outer_element = element_;
    const bool paired_by_name = own && NamesElements(*own);
    list_ = paired_by_name ? own : list_;
    for (size_t i = 0; i < children.size(); ++i) {
      std::string place = pointer;
      json::AppendToken(place, object ? tree.KeyOf(children[i]) : std::to_string(i));
      element_ = outer_element + (paired_by_name ? NameOfElement(tree, children[i]) : "");
      PutValue(document, children[i], place, depth + 1, inner, i + 1 == children.size());
    }
    list_ = outer_list;
    element_ = outer_element;
    Put(fmt::format("{}{}{}", indent, object ? '}' : ']', comma),
        fmt::format("{} {}{}", depth, name, object ? '}' : ']'), inner, false);
  }

  /// Whether all that is in a value belongs to its difference: another order does not make its
  /// elements others.
  bool Whole(size_t difference) const {
    const Kind kind = differences_[difference].kind;
    return kind == Kind::kMissing || kind == Kind::kAdded || kind == Kind::kType;
  }

  bool NamesElements(size_t difference) const {
    const Kind kind = differences_[difference].kind;
    return kind == Kind::kOrder || kind == Kind::kOverlap;
  }

  /// What a hit, a bucket or an option is paired by.
  static std::string NameOfElement(const json::Tree& tree, uint32_t element) {
    for (const char* member : {"_id", "key", "text"}) {
      if (const auto found = tree.Find(element, member)) {
        return std::string(tree.TextOf(*found)) + "\3";
      }
    }
    return "";
  }

  static std::vector<uint32_t> Ordered(const json::Tree& tree, uint32_t node) {
    std::vector<uint32_t> children = tree.ChildrenOf(node);
    if (tree.type(node) == json::Type::kObject) {
      std::ranges::stable_sort(children, {}, [&](uint32_t child) { return tree.KeyOf(child); });
    }
    return children;
  }

  const std::vector<Difference>& differences_;
  Places places_;
  AnswerSide side_;
  size_t line_bytes_;
  std::optional<size_t> list_;  ///< see AnswerLine
  std::string element_;         ///< names of the elements of such lists around what is put
  std::vector<AnswerLine> lines_;
};

}  // namespace

std::vector<AnswerLine> LinesOf(const dialect::AnswerView& answer,
                                const std::vector<Difference>& differences, AnswerSide side,
                                size_t line_bytes) {
  return Layout(differences, side, line_bytes).Run(answer);
}

}  // namespace trafrec::tools
