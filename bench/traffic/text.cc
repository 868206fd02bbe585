#include "bench/traffic/text.h"

#include <array>
#include <charconv>

namespace trafrec::bench {
namespace {

constexpr size_t kVocabularyWords = 12'000;
constexpr size_t kPhrases = 500;

std::string MakeWord(Random& random) {
  static constexpr std::array kOnsets = {"b",  "c",  "d",  "f",  "g",  "h",  "k", "l",
                                         "m",  "n",  "p",  "r",  "s",  "t",  "v", "w",
                                         "st", "tr", "pl", "ch", "sh", "br", "",  "gr"};
  static constexpr std::array kNuclei = {"a", "e", "i", "o", "u", "ea", "ou", "ai", "io"};
  static constexpr std::array kCodas = {"", "n", "r", "s", "t", "l", "nd", "ck", "ng", ""};
  std::string word;
  const uint32_t syllables = 1 + random.Below(4);
  for (uint32_t i = 0; i < syllables; ++i) {
    word += kOnsets[random.Below(kOnsets.size())];
    word += kNuclei[random.Below(kNuclei.size())];
    word += kCodas[random.Below(kCodas.size())];
  }
  return word;
}

}  // namespace

TextMaker::TextMaker(Random& random) : random_(random) {
  vocabulary_.reserve(kVocabularyWords);
  for (size_t i = 0; i < kVocabularyWords; ++i) {
    vocabulary_.push_back(MakeWord(random_));
  }
  phrases_.resize(kPhrases);
  for (std::string& phrase : phrases_) {
    AppendWords(phrase, 4 + random_.Below(12));
  }
}

// The cube of an even draw is close enough to the skew of natural language.
const std::string& TextMaker::Skewed(const std::vector<std::string>& choices) {
  const double u = random_.Unit();
  return choices[static_cast<size_t>(u * u * u * static_cast<double>(choices.size()))];
}

// A message as a program logs it: two fixed phrases with a value after each.
void TextMaker::AppendSentence(std::string& out) {
  out += Skewed(phrases_);
  out += " [";
  out += Skewed(vocabulary_);
  out += "] ";
  out += Skewed(phrases_);
  out += " took ";
  AppendNumber(out, random_.Below(3'000));
  out += "ms";
}

void TextMaker::AppendWords(std::string& out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) {
      out += ' ';
    }
    out += Skewed(vocabulary_);
  }
}

void TextMaker::AppendHex(std::string& out, size_t digits) {
  uint64_t bits = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (i % 16 == 0) {
      bits = random_.Next();
    }
    out += "0123456789abcdef"[bits & 15];
    bits >>= 4;
  }
}

void TextMaker::AppendNumber(std::string& out, uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void TextMaker::AppendDocument(std::string& out, size_t sentences) {
  static constexpr std::array kLevels = {"info", "info", "info", "debug", "warn", "error"};
  out += R"({"@timestamp":"2026-11-21T0)";
  AppendNumber(out, random_.Below(10));
  out += ':';
  AppendNumber(out, 10 + random_.Below(50));
  out += ':';
  AppendNumber(out, 10 + random_.Below(50));
  out += '.';
  AppendNumber(out, 100 + random_.Below(900));
  out += R"(Z","level":")";
  out += kLevels[random_.Below(kLevels.size())];
  out += R"(","host":{"name":"web-)";
  AppendNumber(out, random_.Below(48));
  out += R"(","ip":"10.20.)";
  AppendNumber(out, random_.Below(8));
  out += '.';
  AppendNumber(out, random_.Below(250));
  out += R"("},"trace_id":")";
  AppendHex(out, 16);
  out += R"(","user_id":)";
  AppendNumber(out, random_.Below(2'000'000));
  out += R"(,"price":)";
  AppendNumber(out, random_.Below(500));
  out += '.';
  AppendNumber(out, 10 + random_.Below(90));
  out += R"(,"tags":[")";
  AppendWords(out, 1);
  out += R"(",")";
  AppendWords(out, 1);
  out += R"("],"title":")";
  out += Skewed(phrases_);
  out += R"(","message":")";
  for (size_t i = 0; i < sentences; ++i) {
    if (i > 0) {
      out += "; ";
    }
    AppendSentence(out);
  }
  out += R"("})";
}

}  // namespace trafrec::bench
