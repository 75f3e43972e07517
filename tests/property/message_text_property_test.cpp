#include <gtest/gtest.h>

#include <random>

#include "appliance/base/utf8.hpp"
#include "appliance/template/escape.hpp"
#include "services/webui/message_text.hpp"

namespace slipway::webui {
namespace {

std::string random_mail(std::mt19937& random) {
  static constexpr std::array<std::string_view, 26> kPieces{
      "<p>",       "</p>", "<br>",      "<script>", "</script>",   "<style>", "</STYLE>", "<!--",     "-->",
      "<img src=", "\"",   "'",         ">",        "<",           "&amp;",   "&#x3c;",   "&#60;",    "&",
      "> quote\n", "\r\n", "http://a.", "https://", "javascript:", "é漢字",   ")",        "www.x.y ",
  };
  std::string text;
  for (int i = std::uniform_int_distribution<int>(0, 60)(random); i > 0; --i)
    text += kPieces[std::uniform_int_distribution<std::size_t>(0, kPieces.size() - 1)(random)];
  return text;
}

// A4: whatever a mail holds, it becomes lines of text whose links lead to web addresses only, and no letter of plain
// text is lost.
TEST(MessageTextProperty, LinksAreWebAddressesAndNothingIsLost) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string mail = random_mail(random);
    const std::string text = text_of_html(mail);
    ASSERT_TRUE(is_utf8(text)) << mail;
    for (const std::string_view shown : {std::string_view(mail), std::string_view(text)}) {
      for (const Block& block : message_blocks(shown)) {
        for (const Line& line : block.lines) {
          for (const Piece& piece : line) {
            ASSERT_TRUE(piece.url.empty() || piece.url.starts_with("http://") || piece.url.starts_with("https://"));
            ASSERT_TRUE(piece.url.empty() || page::is_link_address(piece.url)) << piece.url;
            ASSERT_EQ(piece.url.find_first_of("<>\"' \n"), std::string::npos) << piece.url;
          }
        }
      }
    }
    std::string joined;
    const std::string one_line = mail.substr(0, mail.find_first_of("\r\n"));
    for (const Piece& piece : recognise_links(one_line)) joined += piece.text;
    ASSERT_EQ(joined, one_line);
  }
}

}  // namespace
}  // namespace slipway::webui
