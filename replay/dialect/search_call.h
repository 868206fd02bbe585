#pragma once

#include <string>
#include <string_view>

#include "replay/dialect/operation.h"
#include "replay/dialect/request.h"
#include "replay/dialect/rest_table.h"
#include "replay/dialect/target.h"

namespace trafrec::dialect {

/// A request to a search engine whose path is known. Borrows all of it.
struct SearchCall {
  const RequestView& request;
  const Target& target;
  const RestMatch& match;

  const RestPath& path() const { return *match.path; }
  std::string_view part(std::string_view name) const { return match.Part(name); }
  /// A parameter of the query; "" if it is missing or empty.
  std::string_view query(std::string_view name) const { return target.Find(name).value_or(""); }
  bool has_query(std::string_view name) const { return target.Find(name).has_value(); }
  /// "?name", "?name=true": neither absent nor false.
  bool is_on(std::string_view name) const;

  /// The body; or without one what ?source= holds, as both products take it for requests that read.
  std::string_view content() const;
};

/// An operation of the kind that the path has, without keys.
Operation MakeOperation(const SearchCall& call);

// Each fills in `meaning.operations` and, if the body cannot be understood, `meaning.trouble`.
void UnderstandDocument(const SearchCall& call, Meaning& meaning);
void UnderstandBulk(const SearchCall& call, Meaning& meaning);
void UnderstandMultiGet(const SearchCall& call, Meaning& meaning);
void UnderstandSearch(const SearchCall& call, Meaning& meaning);
void UnderstandMultiSearch(const SearchCall& call, Meaning& meaning);
void UnderstandContext(const SearchCall& call, Meaning& meaning);
void UnderstandByQuery(const SearchCall& call, Meaning& meaning);
void UnderstandReindex(const SearchCall& call, Meaning& meaning);
void UnderstandIndexAdmin(const SearchCall& call, Meaning& meaning);
void UnderstandOther(const SearchCall& call, Meaning& meaning);

}  // namespace trafrec::dialect
