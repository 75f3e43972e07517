#include <gtest/gtest.h>

#include "services/webui/assets.hpp"
#include "services/webui/message_text.hpp"
#include "services/webui/show.hpp"

namespace slipway::webui {
namespace {

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }
std::string ago(std::string_view then, Language language = Language::en) {
  return relative_time(Texts::built_in(), language, at("2026-11-21T10:00:00Z"), at(then));
}

TEST(RelativeTime, GrowsCoarserWithAge) {
  EXPECT_EQ(ago("2026-11-21T09:59:30Z"), "just now");
  EXPECT_EQ(ago("2026-11-21T10:00:20Z"), "just now");
  EXPECT_EQ(ago("2026-11-21T09:18:00Z"), "42 min ago");
  EXPECT_EQ(ago("2026-11-20T23:00:00Z"), "11 h ago");
  EXPECT_EQ(ago("2026-11-20T09:00:00Z"), "yesterday");
  EXPECT_EQ(ago("2026-11-17T23:00:00Z"), "4 days ago");
  EXPECT_EQ(ago("2026-11-14T10:00:00Z"), "14 Nov 2026");
  EXPECT_EQ(ago("2026-12-24T10:00:00Z"), "24 Dec 2026");
  EXPECT_EQ(ago("2026-11-17T23:00:00Z", Language::fr), "il y a 4 jours");
}

TEST(AbsoluteTime, SaysTheZone) {
  EXPECT_EQ(absolute_time(Texts::built_in(), Language::en, at("2026-02-03T04:05:59.9Z")), "3 Feb 2026, 04:05 UTC");
  EXPECT_EQ(absolute_time(Texts::built_in(), Language::fr, at("2026-02-03T04:05:00Z")), "3 févr. 2026, 04:05 UTC");
}

TEST(FileSize, RoundsAsPeopleDo) {
  const auto size = [](std::uint64_t bytes, Language language = Language::en) {
    return file_size(Texts::built_in(), language, bytes);
  };
  EXPECT_EQ(size(0), "0 bytes");
  EXPECT_EQ(size(999), "999 bytes");
  EXPECT_EQ(size(1000), "1.0 kB");
  EXPECT_EQ(size(1549), "1.5 kB");
  EXPECT_EQ(size(123'456), "123 kB");
  EXPECT_EQ(size(999'600), "1.0 MB");
  EXPECT_EQ(size(64U << 20U, Language::fr), "67 Mo");
  EXPECT_EQ(size(2'500'000'000, Language::fr), "2,5 Go");
}

TEST(Initials, TakeTheFirstLettersOfTheFirstWords) {
  EXPECT_EQ(initials("ada lovelace"), "AL");
  EXPECT_EQ(initials("Élodie de la Tour"), "ÉD");
  EXPECT_EQ(initials("田中 太郎"), "田太");
  EXPECT_EQ(initials("root@example.com"), "R");
  EXPECT_EQ(initials(" "), "?");
}

TEST(UrlEncoded, LeavesOnlyUnreservedCharacters) { EXPECT_EQ(url_encoded("a b&c/é~"), "a%20b%26c%2F%C3%A9~"); }

// A4
TEST(Assets, AreNamedAfterTheirContent) {
  const std::string& path = asset_path("slipway.css");
  ASSERT_TRUE(path.starts_with("/static/slipway."));
  const Asset* asset = find_asset(std::string_view(path).substr(8));
  ASSERT_NE(asset, nullptr);
  EXPECT_EQ(asset->media_type, "text/css; charset=utf-8");
  EXPECT_NE(asset->bytes.find(":root"), std::string::npos);
  EXPECT_LT(asset->gzip.size(), asset->bytes.size() / 2);
  EXPECT_EQ(find_asset("slipway.0000000000000000.css"), nullptr);
  EXPECT_EQ(find_asset("../secrets"), nullptr);
}

std::string written(const Line& line) {
  std::string text;
  for (const auto& piece : line) text += piece.url.empty() ? piece.text : "[" + piece.url + "]";
  return text;
}

TEST(MessageText, RecognisesLinksWithoutTheSentenceAroundThem) {
  EXPECT_EQ(written(recognise_links("see https://a.example/x?y=1, or (http://b.example).")),
            "see [https://a.example/x?y=1], or ([http://b.example]).");
  EXPECT_EQ(written(recognise_links("https://a.example/wiki/Slip_(ship) now")),
            "[https://a.example/wiki/Slip_(ship)] now");
  EXPECT_EQ(written(recognise_links("http:// and https://")), "http:// and https://");
  EXPECT_EQ(written(recognise_links("\"https://a.example/\"<b>")), "\"[https://a.example/]\"<b>");
  EXPECT_EQ(written(recognise_links("")), "");
}

// A4
TEST(MessageText, LinksToNothingButWebAddresses) {
  for (const char* text : {"javascript:alert(1)", "JAVASCRIPT://x", "data:text/html,x", "file:///etc/passwd"})
    for (const auto& piece : recognise_links(text)) EXPECT_EQ(piece.url, "") << text;
}

TEST(MessageText, SplitsParagraphsAndQuotations) {
  const auto blocks = message_blocks("Hello,\r\nit works.\n\n> Does it\n> > work?\n\nBye\n");
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_FALSE(blocks[0].quoted);
  EXPECT_EQ(blocks[0].lines.size(), 2U);
  EXPECT_TRUE(blocks[1].quoted);
  EXPECT_EQ(written(blocks[1].lines[1]), "work?");
  EXPECT_EQ(written(blocks[2].lines[0]), "Bye");
  EXPECT_TRUE(message_blocks("").empty());
  EXPECT_TRUE(message_blocks("\n \n").empty());
}

TEST(HtmlText, KeepsTheWordsAndDropsTheRest) {
  EXPECT_EQ(text_of_html("<html><head><title>x</title></head><body><p>Bonjour&nbsp;!</p><p>Caf&eacute; &#8364; &#x41;"
                         "</p></body></html>"),
            "Bonjour !\n\nCafé € A");
  EXPECT_EQ(text_of_html("a<br>b<br/>c<div>d</div>e"), "a\nb\nc\nd\ne");
  EXPECT_EQ(text_of_html("<ul><li>one</li><li>two</li></ul>"), "• one\n• two");
  EXPECT_EQ(text_of_html("  a \n\t b  "), "a b");
  EXPECT_EQ(text_of_html("1 < 2 && 3 &unknown; &;"), "1 < 2 && 3 &unknown; &;");
}

// A4
TEST(HtmlText, HidesScriptsStylesAndComments) {
  EXPECT_EQ(text_of_html("a<script>alert('</p>')</script>b"), "ab");
  EXPECT_EQ(text_of_html("a<STYLE>p{}</STYLE>b<!-- c -- > d -->e"), "abe");
  EXPECT_EQ(text_of_html("a<script>never closed"), "a");
  EXPECT_EQ(text_of_html("a<img src=x onerror=alert(1)"), "a");
  EXPECT_EQ(text_of_html("&#0;&#x1F;&#xD800;&#x110000;&#99999999;"), "&#0;&#x1F;&#xD800;&#x110000;&#99999999;");
}

}  // namespace
}  // namespace slipway::webui
