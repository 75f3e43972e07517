#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "services/webui/message_text.hpp"

namespace slipway::webui {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80U) {
    put(code);
  } else if (code < 0x800U) {
    put(0xc0U | (code >> 6U));
    put(0x80U | (code & 0x3fU));
  } else if (code < 0x10000U) {
    put(0xe0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3fU));
    put(0x80U | (code & 0x3fU));
  } else {
    put(0xf0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3fU));
    put(0x80U | ((code >> 6U) & 0x3fU));
    put(0x80U | (code & 0x3fU));
  }
}

// The references that mail programs write; others stay as they are.
std::uint32_t named_reference(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::uint32_t>, 38> kNames{{
      {"amp", '&'},      {"lt", '<'},        {"gt", '>'},       {"quot", '"'},     {"apos", '\''},    {"nbsp", ' '},
      {"agrave", 0xe0},  {"acirc", 0xe2},    {"auml", 0xe4},    {"ccedil", 0xe7},  {"egrave", 0xe8},  {"eacute", 0xe9},
      {"ecirc", 0xea},   {"euml", 0xeb},     {"icirc", 0xee},   {"iuml", 0xef},    {"ocirc", 0xf4},   {"ouml", 0xf6},
      {"ugrave", 0xf9},  {"ucirc", 0xfb},    {"uuml", 0xfc},    {"Agrave", 0xc0},  {"Ccedil", 0xc7},  {"Eacute", 0xc9},
      {"Egrave", 0xc8},  {"szlig", 0xdf},    {"deg", 0xb0},     {"copy", 0xa9},    {"laquo", 0xab},   {"raquo", 0xbb},
      {"euro", 0x20ac},  {"hellip", 0x2026}, {"ndash", 0x2013}, {"mdash", 0x2014}, {"lsquo", 0x2018}, {"rsquo", 0x2019},
      {"ldquo", 0x201c}, {"rdquo", 0x201d},
  }};
  const auto found = std::find_if(kNames.begin(), kNames.end(), [&](const auto& row) { return row.first == name; });
  return found == kNames.end() ? 0 : found->second;
}

std::uint32_t numeric_reference(std::string_view digits) {
  const bool hex = !digits.empty() && (digits[0] == 'x' || digits[0] == 'X');
  if (hex) digits.remove_prefix(1);
  std::uint32_t code = 0;
  for (const char c : digits) {
    const char small = static_cast<char>(c | 0x20);
    const bool letter = hex && small >= 'a' && small <= 'f';
    if (!letter && (c < '0' || c > '9')) return 0;
    code = code * (hex ? 16U : 10U) + static_cast<std::uint32_t>(letter ? small - 'a' + 10 : c - '0');
    if (code > 0x10ffffU) return 0;
  }
  const bool control = code < ' ' && code != '\n' && code != '\t';
  return control || (code >= 0xd800U && code <= 0xdfffU) ? 0 : code;
}

class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html) {}

  std::string read() {
    while (at_ < html_.size()) {
      const char c = html_[at_];
      if (c == '<')
        tag();
      else if (c == '&')
        reference();
      else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        space();
      else
        out_ += c;
      ++at_;
    }
    while (!out_.empty() && (out_.back() == '\n' || out_.back() == ' ')) out_.pop_back();
    return std::move(out_);
  }

 private:
  void space() {
    if (!out_.empty() && out_.back() != ' ' && out_.back() != '\n') out_ += ' ';
  }

  /// Ends the line, with an empty one after it when `breaks` is 2. Nothing at the very start.
  void new_line(std::size_t breaks) {
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    if (out_.empty()) return;
    const auto last = out_.find_last_not_of('\n');
    for (std::size_t there = out_.size() - 1 - last; there < breaks; ++there) out_ += '\n';
  }

  // Leaves at_ on the reference's last character.
  void reference() {
    const auto end = html_.find(';', at_);
    if (end == std::string_view::npos || end - at_ > 10 || end - at_ < 2) {
      out_ += '&';
      return;
    }
    const std::string_view name = html_.substr(at_ + 1, end - at_ - 1);
    const std::uint32_t code = name[0] == '#' ? numeric_reference(name.substr(1)) : named_reference(name);
    if (code == 0) {
      out_ += '&';
      return;
    }
    append_utf8(out_, code);
    at_ = end;
  }

  // Leaves at_ on the tag's last character, or on the end of what the tag hides.
  void tag() {
    if (html_.substr(at_).starts_with("<!--")) return skip_to("-->");
    std::size_t name_end = at_ + 1;
    std::string name;
    while (name_end < html_.size() && name.size() < 12) {
      const char c = html_[name_end];
      const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      const bool part = (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || (c == '/' && name.empty());
      if (!part) break;
      name += small;
      ++name_end;
    }
    if (name.empty() && !html_.substr(at_).starts_with("<!") && !html_.substr(at_).starts_with("<?")) {
      out_ += '<';
      return;
    }
    at_ = name_end;
    skip_to(">");
    if (name == "script" || name == "style" || name == "head" || name == "title") return skip_to("</" + name);
    line_for(name);
  }

  void line_for(const std::string& name) {
    static constexpr std::array<std::string_view, 16> kBlocks{
        "p", "div", "tr", "table", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "dl"};
    const bool closing = name.starts_with("/");
    const std::string_view bare = std::string_view(name).substr(closing ? 1 : 0);
    if (name == "br") out_ += '\n';
    if (name == "li") {
      new_line(1);
      out_ += "• ";
    }
    if (bare == "td" || bare == "th") space();
    if (bare == "p")
      new_line(2);
    else if (std::find(kBlocks.begin(), kBlocks.end(), bare) != kBlocks.end())
      new_line(1);
  }

  void skip_to(std::string_view end) {
    auto found = html_.size();
    for (std::size_t at = at_; at + end.size() <= html_.size(); ++at) {
      const bool same = std::equal(end.begin(), end.end(), html_.begin() + static_cast<std::ptrdiff_t>(at),
                                   [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b); });
      if (same) {
        found = at;
        break;
      }
    }
    at_ = found == html_.size() ? found : found + end.size() - 1;
    if (end.starts_with("</") && found != html_.size()) at_ = std::min(html_.find('>', at_), html_.size());
  }

  std::string_view html_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string text_of_html(std::string_view html) { return Reader(html).read(); }

}  // namespace slipway::webui
