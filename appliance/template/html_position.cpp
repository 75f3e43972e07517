#include "appliance/template/html_position.hpp"

#include <algorithm>
#include <array>

namespace slipway::page {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array<std::string_view, 7> kAddresses{"href", "src", "action", "formaction", "poster", "cite", "data"};
// Their value is a program or a page of its own; HTML escaping does not protect there.
constexpr std::array<std::string_view, 3> kPrograms{"style", "srcdoc", "srcset"};

}  // namespace

void HtmlPosition::feed(std::string_view text) {
  for (const char c : text) {
    tail_ += lower(c);
    if (tail_.size() > 9) tail_.erase(0, 1);
    switch (place_) {
      case Place::text:
        feed_text(c);
        break;
      case Place::tag:
        feed_tag(c);
        break;
      case Place::unquoted:
      case Place::double_quoted:
      case Place::single_quoted:
        feed_value(c);
        break;
      case Place::comment:
        if (tail_.ends_with("-->")) place_ = Place::text;
        break;
      case Place::raw:
        feed_raw(c);
        break;
    }
  }
}

void HtmlPosition::feed_text(char c) {
  if (c != '<') return;
  place_ = Place::tag;
  element_.clear();
  attribute_.clear();
  in_name_ = true;
  value_next_ = false;
}

void HtmlPosition::feed_tag(char c) {
  if (tail_.ends_with("<!--")) {
    place_ = Place::comment;
    tail_.clear();
  } else if (c == '>') {
    end_tag();
  } else if (in_name_) {
    if (space(c) || (c == '/' && !element_.empty()))
      in_name_ = false;
    else
      element_ += lower(c);
  } else if (value_next_ && (c == '"' || c == '\'')) {
    place_ = c == '"' ? Place::double_quoted : Place::single_quoted;
    value_empty_ = true;
    value_next_ = false;
  } else if (value_next_ && !space(c)) {
    place_ = Place::unquoted;
  } else if (c == '=') {
    value_next_ = true;
  } else if (!space(c)) {
    if (tail_.size() >= 2 && space(tail_[tail_.size() - 2])) attribute_.clear();
    attribute_ += lower(c);
  }
}

void HtmlPosition::feed_value(char c) {
  const bool ends = (place_ == Place::double_quoted && c == '"') || (place_ == Place::single_quoted && c == '\'') ||
                    (place_ == Place::unquoted && (space(c) || c == '>'));
  if (!ends) {
    value_empty_ = false;
    return;
  }
  const bool closes = place_ == Place::unquoted && c == '>';
  place_ = Place::tag;
  value_next_ = false;
  attribute_.clear();
  if (closes) end_tag();
}

void HtmlPosition::feed_raw(char /*c*/) {
  if (!tail_.ends_with("</" + element_)) return;
  place_ = Place::tag;
  element_ = "/" + element_;
  in_name_ = true;
  value_next_ = false;
}

void HtmlPosition::end_tag() {
  place_ = element_ == "script" || element_ == "style" ? Place::raw : Place::text;
  attribute_.clear();
}

std::string_view HtmlPosition::refusal() const {
  switch (place_) {
    case Place::text:
      return "";
    case Place::tag:
      return value_next_ ? "the attribute value has no quotes" : "a value cannot stand inside a tag";
    case Place::unquoted:
      return "the attribute value has no quotes";
    case Place::comment:
      return "a value cannot stand in an HTML comment";
    case Place::raw:
      return "a value cannot stand in a script or style";
    case Place::double_quoted:
    case Place::single_quoted:
      break;
  }
  const bool program = attribute_.starts_with("on") || contains(kPrograms, attribute_);
  return program ? "a value cannot stand in an attribute that is run as a program or style" : "";
}

bool HtmlPosition::begins_address() const {
  return (place_ == Place::double_quoted || place_ == Place::single_quoted) && value_empty_ &&
         contains(kAddresses, attribute_);
}

bool HtmlPosition::agrees_with(const HtmlPosition& other) const {
  if (place_ != other.place_) return false;
  if (place_ == Place::text || place_ == Place::comment) return true;
  const bool same_value = place_ == Place::tag || place_ == Place::raw || attribute_ == other.attribute_;
  return element_ == other.element_ && in_name_ == other.in_name_ && value_next_ == other.value_next_ && same_value;
}

}  // namespace slipway::page
