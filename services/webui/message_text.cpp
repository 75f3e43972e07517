#include "services/webui/message_text.hpp"

#include <algorithm>

namespace slipway::webui {
namespace {

constexpr std::string_view kNotInAddress = " \t\r\n<>\"'`|\\^{}";

std::size_t next_link(std::string_view line, std::size_t from) {
  return std::min(line.find("https://", from), line.find("http://", from));
}

// Where the address that starts a `text` ends: not at the full stop or bracket of the sentence around it.
std::size_t address_length(std::string_view text) {
  std::size_t length = std::min(text.find_first_of(kNotInAddress), text.size());
  while (length > 0) {
    const char last = text[length - 1];
    const std::string_view address = text.substr(0, length);
    const bool open_bracket = last == ')' && std::count(address.begin(), address.end(), '(') >=
                                                 std::count(address.begin(), address.end(), ')');
    if (open_bracket || std::string_view(".,;:!?)]*").find(last) == std::string_view::npos) break;
    --length;
  }
  return length;
}

// "> > text" → depth markers removed; false when the line is no quotation.
bool take_quote_marks(std::string_view& line) {
  bool quoted = false;
  while (!line.empty() && line.front() == '>') {
    quoted = true;
    line.remove_prefix(1);
    if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  }
  return quoted;
}

}  // namespace

Line recognise_links(std::string_view line) {
  Line pieces;
  while (!line.empty()) {
    std::size_t start = next_link(line, 0);
    std::size_t length = 0;
    while (start < line.size()) {
      length = address_length(line.substr(start));
      if (length > line.find("//", start) - start + 2) break;
      start = next_link(line, start + 1);  // "http://" alone is no link
    }
    start = std::min(start, line.size());
    if (start > 0) pieces.push_back({std::string(line.substr(0, start))});
    if (start == line.size()) break;
    const std::string address(line.substr(start, length));
    pieces.push_back({address, address});
    line.remove_prefix(start + length);
  }
  return pieces;
}

std::vector<Block> message_blocks(std::string_view text) {
  std::vector<Block> blocks;
  bool continues = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const bool quoted = take_quote_marks(line);
    if (!quoted && line.find_first_not_of(" \t") == std::string_view::npos) {
      continues = false;
      continue;
    }
    if (!continues || blocks.back().quoted != quoted) blocks.push_back({quoted});
    blocks.back().lines.push_back(recognise_links(line));
    continues = true;
  }
  return blocks;
}

}  // namespace slipway::webui
