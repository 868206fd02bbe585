#pragma once

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <utility>

#include "replay/dialect/dialect.h"
#include "replay/edit/editor.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::edit {

/// "PUT /a/_doc/1" to the host "source:9200".
inline message::Request Asked(std::string_view line, std::string body = {}) {
  const size_t blank = line.find(' ');
  return {.method = std::string(line.substr(0, blank)),
          .target = std::string(line.substr(blank + 1)),
          .fields = {{"Host", "source:9200"}},
          .body = std::move(body),
          .trailers = {}};
}

/// An editor of a file's text, for a log of a search engine.
inline Result<Editor> Loaded(const std::string& text, const std::string& to = "http://target",
                             const StopEvent* stop = nullptr) {
  const test_support::TemporaryFolder folder;
  return Editor::Load(
      {.file = folder.Write("edits.toml", text), .to = to, .search_dialect = true, .stop = stop});
}

/// What becomes of a request.
inline Edited Apply(Editor& editor, message::Request request) {
  const dialect::Meaning meaning =
      dialect::SearchDialect().Understand({request.method, request.target, {}, request.body});
  Result<Edited> edited = editor.Apply({.meaning = &meaning}, std::move(request));
  EXPECT_TRUE(edited) << edited.error().what;
  return edited ? std::move(*edited) : Edited{.request = {}};
}

inline Edited Apply(const std::string& text, message::Request request) {
  Result<Editor> editor = Loaded(text);
  EXPECT_TRUE(editor) << editor.error().what;
  return editor ? Apply(*editor, std::move(request)) : Edited{.request = {}};
}

/// The error of a file, without the folder's name.
inline std::string ErrorOf(const std::string& text, const std::string& to = "http://target") {
  const Result<Editor> editor = Loaded(text, to);
  return editor ? "no error" : editor.error().what.substr(editor.error().what.find("edits.toml"));
}

}  // namespace trafrec::edit
