#include <gtest/gtest.h>

#include <string>

#include "replay/recorded/message_head.h"
#include "tools/json_text.h"
#include "tools/shell_quote.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

std::string Json(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

std::string Base64(std::string_view bytes) {
  std::string out;
  AppendBase64(out, bytes);
  return out;
}

TEST(JsonString, EscapesWhatJsonForbidsAndNothingElse) {
  EXPECT_EQ(Json("a\"b\\c\n\r\t\x01\x1f/é\x7f"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f/é\x7f\"");
}

TEST(JsonString, FindsAnEscapeAtEveryPlaceOfAWord) {
  for (const char special : {'"', '\\', '\n', '\0'}) {
    for (size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = special;
      const std::string escaped = Json(text);
      const std::string tail(19 - at, 'x');
      EXPECT_EQ(escaped.substr(0, at + 2), "\"" + std::string(at, 'x') + "\\") << at;
      EXPECT_TRUE(escaped.ends_with(tail + "\"")) << at;
      EXPECT_GE(escaped.size(), 20U + 2 + 1);
    }
  }
}

TEST(JsonBytes, BytesThatAreNoUtf8BecomeBase64) {
  std::string out;
  AppendJsonBytes(out, "\xff\xfe");
  EXPECT_EQ(out, R"({"b64":"//4="})");
}

TEST(Base64, AgreesWithTheVectorsOfRfc4648) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64("foob"), "Zm9vYg==");
  EXPECT_EQ(Base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(Base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64("\xfb\xff\xbf"), "+/+/");
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndCutSequences) {
  EXPECT_TRUE(IsUtf8("plain, é, €, 🐵"));
  for (const std::string bad : {"\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                "\xe2\x82", "\x80", "12345678\xff"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

TEST(Utf8, WideCharactersTakeTwoColumnsAndCombiningOnesNone) {
  EXPECT_EQ(DisplayWidth("ab"), 2U);
  EXPECT_EQ(DisplayWidth("日本"), 4U);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1U);
}

TEST(Utf8, ClippedTextFitsAndSaysThatItWasCut) {
  EXPECT_EQ(ClipToWidth("abcdef", 6), "abcdef");
  EXPECT_EQ(ClipToWidth("abcdef", 4), "abc…");
  EXPECT_EQ(ClipToWidth("日本語", 4), "日…");
}

TEST(Terminal, RecordedBytesCannotDriveIt) {
  EXPECT_EQ(EscapeForTerminal("\033[31mred\a\r\n"), "\\x1b[31mred\\x07\\r\\n");
  EXPECT_EQ(EscapeForTerminal("\u009b31m"), "\\u{9b}31m");
  EXPECT_EQ(EscapeForTerminal("\u202egnp.exe"), "\\u{202e}gnp.exe");
  EXPECT_EQ(EscapeForTerminal("\xff\x9b"), "\\xff\\x9b");
}

TEST(Terminal, LinesAreKeptWhereTheyAreWanted) {
  EXPECT_EQ(EscapeForTerminal("a\tb\nc\rd", true), "a\tb\nc\\rd");
}

TEST(Terminal, ColoursStandOnlyAroundTextAndOnlyWhenOn) {
  EXPECT_EQ(Paint(true)(Tone::kRed, "x"), "\033[31mx\033[0m");
  EXPECT_EQ(Paint(true)(Tone::kRed, ""), "");
  EXPECT_EQ(Paint(false)(Tone::kRed, "x"), "x");
}

TEST(MessageHead, KeepsOrderCaseAndDuplicates) {
  const recorded::MessageHead head =
      recorded::ParseHead("GET / HTTP/1.1\r\nB: 1\r\na:2\r\nB:  3 \r\n\r\n");
  EXPECT_EQ(head.start_line, "GET / HTTP/1.1");
  ASSERT_EQ(head.fields.size(), 3U);
  EXPECT_EQ(head.fields[0].name, "B");
  EXPECT_EQ(head.fields[1].name, "a");
  EXPECT_EQ(head.fields[1].value, "2");
  EXPECT_EQ(head.fields[2].value, "3");
  EXPECT_EQ(head.fields[2].line, "B:  3 ");
}

TEST(MessageHead, FoldedLinesStayInTheValueWithTheirLineEnds) {
  const recorded::MessageHead head =
      recorded::ParseHead("GET / HTTP/1.1\r\nA: 1\r\n  2\r\n\t3\r\nB: 4\r\n\r\n");
  ASSERT_EQ(head.fields.size(), 2U);
  EXPECT_EQ(head.fields[0].value, "1\r\n  2\r\n\t3");
  EXPECT_EQ(head.fields[1].value, "4");
}

TEST(MessageHead, ALineWithoutAColonHasNoValue) {
  const recorded::MessageHead head = recorded::ParseHead("GET / HTTP/1.1\r\nnonsense\r\n\r\n");
  ASSERT_EQ(head.fields.size(), 1U);
  EXPECT_EQ(head.fields[0].name, "nonsense");
  EXPECT_FALSE(head.fields[0].value.has_value());
}

TEST(MessageHead, ACutHeadGivesWhatIsThere) {
  const recorded::MessageHead head = recorded::ParseHead("GET / HTTP/1.1\r\nHost: a\r\nAccep");
  ASSERT_EQ(head.fields.size(), 2U);
  EXPECT_EQ(head.fields[1].name, "Accep");
}

TEST(MessageHead, BareLineFeedsEndLines) {
  EXPECT_EQ(recorded::ParseHead("GET / HTTP/1.1\nA: 1\n\n").fields.at(0).value, "1");
}

TEST(MessageHead, TheReasonMayHaveBlanksOrBeMissing) {
  EXPECT_EQ(recorded::ReasonOf("HTTP/1.1 404 Not Found"), "Not Found");
  EXPECT_EQ(recorded::ReasonOf("HTTP/1.1 200"), "");
  EXPECT_EQ(recorded::ReasonOf("HTTP/1.1 200 "), "");
}

TEST(Units, SizesAreBinaryOrDecimalByTheirUnit) {
  EXPECT_EQ(ParseSize("65536"), 65'536U);
  EXPECT_EQ(ParseSize("64MiB"), uint64_t{64} << 20);
  EXPECT_EQ(ParseSize("64M"), uint64_t{64} << 20);
  EXPECT_EQ(ParseSize("1.5 GiB"), uint64_t{3} << 29);
  EXPECT_EQ(ParseSize("1GB"), 1'000'000'000U);
  for (const char* bad : {"", "x", "-1", "64 parsecs", "MiB", "1e300G", "nan", "inf"}) {
    EXPECT_FALSE(ParseSize(bad).has_value()) << bad;
  }
}

TEST(Units, DurationsNeedAUnit) {
  EXPECT_EQ(ParseDurationMs("90s"), 90'000);
  EXPECT_EQ(ParseDurationMs("1h"), 3'600'000);
  EXPECT_FALSE(ParseDurationMs("90").has_value());
}

TEST(Units, NumbersForPeopleHaveThreeDigits) {
  EXPECT_EQ(HumanBytes(0), "0 B");
  EXPECT_EQ(HumanBytes(1'023), "1023 B");
  EXPECT_EQ(HumanBytes(1'024), "1 KiB");
  EXPECT_EQ(HumanBytes(20'992), "20.5 KiB");
  EXPECT_EQ(ShortBytes(20'992), "20.5K");
  EXPECT_EQ(HumanDuration(420), "0.42 µs");
  EXPECT_EQ(HumanDuration(3'200'000), "3.2 ms");
  EXPECT_EQ(ShortDuration(125'000'000'000), "2m05s");
  EXPECT_EQ(WithCommas(1'448), "1,448");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(CountOf(1, "packet"), "1 packet");
}

TEST(Units, APartIsNeverCalledZeroPercent) {
  EXPECT_EQ(Percent(0, 10), "0%");
  EXPECT_EQ(Percent(1, 10'000'000'000), "<0.0001%");
  EXPECT_EQ(Percent(1, 3), "33%");
}

TEST(ShellQuote, TextIsQuotedAndQuotesSurvive) {
  EXPECT_EQ(ShellQuoted("plain-1.0"), "plain-1.0");
  EXPECT_EQ(ShellQuoted("a b"), "'a b'");
  EXPECT_EQ(ShellQuoted("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuoted(""), "''");
}

TEST(ShellQuote, ControlCharactersAndBytesGoThroughPrintf) {
  EXPECT_EQ(ShellQuoted("a\033b%\\"), "\"$(printf 'a\\033b%%\\\\')\"");
  EXPECT_EQ(ShellQuoted("\xff"), "\"$(printf '\\377')\"");
}

}  // namespace
}  // namespace trafrec::tools
