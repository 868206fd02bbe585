#pragma once

#include <filesystem>
#include <string>
#include <vector>

// A conversation full of secrets, and the search for them.

namespace trafrec::test_support {

/// What one side says, and how long after the other.
struct Turn {
  bool client;
  std::string bytes;
  bool after_a_pause = false;
};

/// HTTP with a secret in every place where one can be: heads, URLs, JSON, bulks, encoded bodies,
/// answers, trailers, bodies that nobody can read.
std::vector<Turn> SecretConversation();

/// Options of `record` that name all of them that are not known anyway.
std::vector<std::string> OptionsThatNameThem();

/// Each secret in each of the forms in which it was sent.
std::vector<std::string> PlantedForms();

/// Of these, those that are in the file, or in any file of the folder.
std::vector<std::string> FormsIn(const std::filesystem::path& path);

}  // namespace trafrec::test_support
