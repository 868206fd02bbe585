#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Files of an index of Lucene as its versions 8.7 and 9 write them, made for tests.

namespace trafrec::test_support {

/// A segment as a commit names it. Its codec is that of the version.
struct SampleSegment {
  std::string name = "_0";
  bool low_first = false;  ///< of version 9
  int64_t deletions = -1;  ///< the generation of their file
};

std::string CommitFile(const std::vector<SampleSegment>& segments);
/// _NAME.fdt: the documents of one chunk, each of one field, compressed as bytes that repeat
/// nothing.
std::string StoredFieldsFile(const std::vector<std::string>& documents, bool low_first);
/// _NAME_GENERATION.liv
std::string LiveDocumentsFile(uint64_t live, bool low_first);

/// The state of a cluster as Elasticsearch 7.10.2 wrote it: segments_9, _6.cfe and _6.cfs. It has
/// three templates, template-t9-177 to -179, each for "NAME-*", and no index.
std::string CommitOf7();
std::string CompoundEntriesOf7();
/// Of what lies before its stored fields and behind them there is nothing.
std::string CompoundOf7();

}  // namespace trafrec::test_support
