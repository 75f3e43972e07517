// Where in an HTML page a template's tag stands, so that a value can be refused where escaping would not protect it.
#pragma once

#include <string>
#include <string_view>

namespace slipway::page {

/// Follows the literal text of a template, piece by piece. A small part of HTML's tokenizer: enough for pages written
/// by hand, and anything it cannot follow ends in a place where values are refused.
class HtmlPosition {
 public:
  enum class Place {
    text,      ///< between tags
    tag,       ///< inside <…>, outside attribute values
    unquoted,  ///< an attribute value without quotes
    double_quoted,
    single_quoted,
    comment,  ///< <!-- … -->
    raw       ///< inside <script> or <style>
  };

  void feed(std::string_view text);
  [[nodiscard]] Place place() const noexcept { return place_; }

  /// "" when a value may stand here, else why not.
  [[nodiscard]] std::string_view refusal() const;
  /// True when a value here would begin the address of a link, image or form.
  [[nodiscard]] bool begins_address() const;

  /// Same place, tag and attribute: where a section starts and where it ends must agree.
  [[nodiscard]] bool agrees_with(const HtmlPosition& other) const;
  /// After a section that may be skipped: an attribute value that was empty before it may be empty still.
  void resume(const HtmlPosition& before) { value_empty_ = before.value_empty_; }

 private:
  void feed_text(char c);
  void feed_tag(char c);
  void feed_value(char c);
  void feed_raw(char c);
  void end_tag();

  Place place_ = Place::text;
  std::string element_;      ///< name of the tag being read, lower case, "/p" for an end tag
  std::string attribute_;    ///< name of the attribute being read or whose value is being read
  bool in_name_ = false;     ///< reading the element's name
  bool value_next_ = false;  ///< after "="
  bool value_empty_ = true;  ///< nothing literal yet in the attribute value
  std::string tail_;         ///< last characters, to find "<!--", "-->", "</script"
};

}  // namespace slipway::page
