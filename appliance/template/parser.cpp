#include <algorithm>

#include "appliance/template/html_position.hpp"
#include "appliance/template/node.hpp"

namespace slipway::page {
namespace {

using Node = Templates::Node;
using Kind = Node::Kind;

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
}

std::string in_quotes(std::string_view text) { return std::string("'").append(text.substr(0, 40)).append("'"); }

/// "a.b" → {a, b}; "." (the current item) → {.}.
std::vector<std::string> split_path(std::string_view name) {
  std::vector<std::string> path;
  if (name == ".") return {"."};
  for (std::size_t start = 0; start <= name.size();) {
    const auto dot = std::min(name.find('.', start), name.size());
    path.emplace_back(name.substr(start, dot - start));
    start = dot + 1;
  }
  return path;
}

class Parser {
 public:
  Parser(const std::string& file, std::string_view text) : file_(file), text_(text) {}

  Result<Node> parse() {
    open_.push_back({Node{}, position_});
    while (at_ < text_.size()) {
      const auto tag = text_.find("{{", at_);
      if (tag == std::string_view::npos) {
        literal(text_.substr(at_));
        break;
      }
      SLIPWAY_CHECK(read_tag(tag));
    }
    if (open_.size() > 1) {
      line_ = open_.back().node.line;
      return error("section " + in_quotes(open_.back().name) + " is not closed");
    }
    if (position_.place() != HtmlPosition::Place::text) return error("the file ends inside a tag, comment or script");
    return std::move(open_.front().node);
  }

 private:
  struct Open {
    Node node;
    HtmlPosition before;
    std::string name = {};
  };

  Error error(const std::string& what) const {
    return {Code::invalid_argument, file_ + ":" + std::to_string(line_) + ": " + what};
  }

  void literal(std::string_view text) {
    at_ += text.size();
    line_ += static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    emit(text);
  }

  void emit(std::string_view text) {
    if (text.empty()) return;
    position_.feed(text);
    add({Kind::literal, std::string(text)});
  }

  void add(Node node) {
    node.line = line_;
    open_.back().node.children.push_back(std::move(node));
  }

  Status read_tag(std::size_t start) {
    const auto end = text_.find("}}", start);
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(start), '\n'));
    if (end == std::string_view::npos) return error("'{{' has no '}}'");
    const std::string_view inside = text_.substr(start + 2, end - start - 2);
    std::string_view before = text_.substr(at_, start - at_);
    at_ = end + 2;
    const char sigil = inside.empty() ? ' ' : inside.front();
    const bool block = sigil == '#' || sigil == '^' || sigil == '/' || sigil == '>' || sigil == '!';
    if (block) take_whole_line(start, before);
    emit(before);
    SLIPWAY_CHECK(understand(sigil, trim(block ? inside.substr(1) : inside)));
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(start),
                                         text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    return {};
  }

  /// A block tag alone on its line leaves no empty line behind.
  void take_whole_line(std::size_t start, std::string_view& before) {
    const auto line_start = start == 0 ? 0 : text_.rfind('\n', start - 1) + 1;  // npos + 1 is 0
    const auto line_end = std::min(text_.find('\n', at_), text_.size());
    const bool alone =
        trim(text_.substr(line_start, start - line_start)).empty() && trim(text_.substr(at_, line_end - at_)).empty();
    if (!alone) return;
    before.remove_suffix(std::min(before.size(), start - line_start));
    at_ = std::min(line_end + 1, text_.size());
  }

  Status understand(char sigil, std::string_view name) {
    if (sigil == '!') return {};
    if (sigil == '{' || sigil == '&') return error("there is no unescaped form");
    if (name.starts_with("t:")) return translated(name.substr(2));
    if (!is_name(name)) return error(in_quotes(name) + " is not a name");
    switch (sigil) {
      case '#':
        return open_section(Kind::section, name);
      case '^':
        return open_section(Kind::inverted, name);
      case '/':
        return close_section(name);
      case '>':
        return partial(name);
      default:
        return value(name);
    }
  }

  Status refused_here() const {
    const auto why = position_.refusal();
    return why.empty() ? Status{} : Status{error(std::string(why))};
  }

  Status value(std::string_view name) {
    SLIPWAY_CHECK(refused_here());
    add({position_.begins_address() ? Kind::address : Kind::value, {}, split_path(name)});
    return {};
  }

  Status translated(std::string_view text) {
    SLIPWAY_CHECK(refused_here());
    const auto blank = text.find(' ');
    const auto key = text.substr(0, blank);
    const auto name = blank == std::string_view::npos ? std::string_view{} : trim(text.substr(blank));
    if (!is_name(key) || (!name.empty() && !is_name(name)))
      return error(in_quotes("t:" + std::string(text)) + " is not a key and a name");
    Node node{Kind::translated, std::string(key)};
    if (!name.empty()) node.path = split_path(name);
    add(std::move(node));
    return {};
  }

  Status partial(std::string_view name) {
    if (position_.place() != HtmlPosition::Place::text) return error("a template can be included between tags only");
    add({Kind::partial, std::string(name)});
    return {};
  }

  Status open_section(Kind kind, std::string_view name) {
    Node node{kind, {}, split_path(name)};
    node.line = line_;
    open_.push_back({std::move(node), position_, std::string(name)});
    return {};
  }

  Status close_section(std::string_view name) {
    if (open_.size() == 1) return error("section " + in_quotes(name) + " was not opened");
    if (open_.back().name != name)
      return error("section " + in_quotes(open_.back().name) + " is closed as " + in_quotes(name));
    if (!position_.agrees_with(open_.back().before))
      return error("section " + in_quotes(name) + " does not end at the place in the page where it began");
    position_.resume(open_.back().before);
    Node node = std::move(open_.back().node);
    open_.pop_back();
    open_.back().node.children.push_back(std::move(node));
    return {};
  }

  const std::string& file_;
  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  HtmlPosition position_;
  std::vector<Open> open_;
};

}  // namespace

Result<Node> parse_template(const std::string& file, std::string_view text) { return Parser(file, text).parse(); }

}  // namespace slipway::page
