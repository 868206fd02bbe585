#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/dialect/rest_table.h"
#include "replay/dialect/target.h"
#include "replay/json/json_patch.h"
#include "replay/json/json_tree.h"
#include "replay/message/http_message.h"

namespace trafrec::transform {

/// A request to a search engine on its way through the rules. What it asks for is told by its path
/// as it came in, whatever becomes of the path.
class Call {
 public:
  /// Borrows the request, and the body, which has no content coding.
  Call(message::Request& request, std::string_view body);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  message::Request& request() { return request_; }
  const dialect::Target& target() const { return target_; }
  /// "bulk", "indices.create"; "" if the path is unknown, or takes no such method.
  std::string_view api() const { return allowed_ ? match_.path->api : std::string_view(); }
  /// "/{index}/{type}"; "" likewise.
  std::string_view path() const { return allowed_ ? match_.path->path : std::string_view(); }
  dialect::Kind kind() const { return allowed_ ? match_.path->kind : dialect::Kind::kUnknown; }
  /// Whether OpenSearch has the path.
  bool in_opensearch() const;

  void SetPath(std::string_view path);
  struct Parameter {
    std::string name;        ///< decoded
    std::string value;       ///< likewise
    std::string_view after;  ///< what stands behind the name, as written: "=x"
  };
  /// Gives each parameter of the query; `change` says what takes its place, "" for nothing; no
  /// value: it stays. True if any changed.
  bool EditQuery(const std::function<std::optional<std::string>(const Parameter&)>& change);

  std::string_view body() const { return new_body_ ? *new_body_ : body_; }
  void SetBody(std::string body) { new_body_ = std::move(body); }
  const std::optional<std::string>& new_body() const { return new_body_; }
  bool Mentions(std::string_view text) const { return body().find(text) != std::string_view::npos; }

  using JsonEdit = std::function<void(const json::Tree& tree, json::Patch& patch)>;
  /// Edits a body that is one JSON object. What is none is left to the target. True if it changed.
  bool EditBody(const JsonEdit& edit);
  /// Edits the lines before documents and searches, or those of searches themselves.
  bool EditActions(const JsonEdit& edit) { return EditLines(true, edit); }
  bool EditSources(const JsonEdit& edit) { return EditLines(false, edit); }

  /// A rule changed a header field.
  void MarkFields() { changed_fields_ = true; }
  bool changed_fields() const { return changed_fields_; }

  void Drop(std::string why) { drop_ = std::move(why); }
  const std::string& drop() const { return drop_; }

 private:
  bool EditLines(bool actions, const JsonEdit& edit);

  message::Request& request_;
  const std::string target_text_;  // as it came in; target_ borrows it
  const dialect::Target target_;
  const dialect::RestMatch match_;
  const bool allowed_;
  std::string_view body_;
  std::optional<std::string> new_body_;
  std::string drop_;
  bool changed_fields_ = false;
};

/// A rule of a library. True: it did something.
struct Rule {
  std::string_view name;
  bool (*apply)(Call& call);
};

}  // namespace trafrec::transform
