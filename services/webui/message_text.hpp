// What people and mail programs wrote, as something a page can show: always text, never their markup. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::webui {

/// A run of characters; with `url` a link to it (http or https only).
struct Piece {
  std::string text;
  std::string url = {};
};
using Line = std::vector<Piece>;

/// Lines that belong together; `quoted` when they repeat an earlier message ("> …", markers removed).
struct Block {
  bool quoted = false;
  std::vector<Line> lines = {};
};

/// Splits plain text into paragraphs and quotations and recognises links.
[[nodiscard]] std::vector<Block> message_blocks(std::string_view text);

/// One line with its links recognised. A link ends before closing punctuation of the sentence around it.
[[nodiscard]] Line recognise_links(std::string_view line);

/// The readable text of an HTML message: block elements become lines, scripts, styles and comments go, references
/// (&eacute; &#233;) become characters. The result is text: show it escaped.
[[nodiscard]] std::string text_of_html(std::string_view html);

}  // namespace slipway::webui
