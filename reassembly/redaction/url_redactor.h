#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reassembly/redaction/secret_tokens.h"

namespace trafrec::reassembly {

/// Replaces what is secret in URLs: the values of named parameters, and the credentials that may
/// stand before the host. Takes whatever a client sends for a URL; where it is unclear how far a
/// secret reaches, it reaches farther. `tokens` and `names` (in lower case) must outlive it.
class UrlRedactor {
 public:
  UrlRedactor(const std::vector<std::string>& names, SecretTokens& tokens)
      : names_(names), tokens_(tokens) {}

  /// Appends `url`, which ends where the text ends, to `out`. True if something was replaced.
  bool Append(std::string_view url, std::string& out) { return AppendUrl(url, false, out); }
  /// The same for text with URLs in it, each of which ends at a blank, a quote or an angle bracket.
  bool AppendText(std::string_view text, std::string& out);
  /// A host, with a port or credentials.
  bool AppendHost(std::string_view host, std::string& out);

 private:
  bool IsSecret(std::string_view raw_name) const;
  bool AppendUrl(std::string_view url, bool needs_scheme, std::string& out);
  bool AppendParameters(std::string_view text, std::string& out);

  const std::vector<std::string>& names_;
  SecretTokens& tokens_;
};

}  // namespace trafrec::reassembly
