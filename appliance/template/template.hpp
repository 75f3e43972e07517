// Pages from templates, escaped by default. No packaged engine for C++ exists in Debian; the language is a small part
// of Mustache's, so files read as people expect.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::page {

/// Turns a key into text of one language: "ticket.answer" → "Reply". "" when unknown.
using Translator = std::function<std::string_view(std::string_view key)>;

/// Templates parsed once; rendering is const and thread-safe.
///   {{name.part}}        the value, HTML-escaped (also safe in quoted attributes); "." is the current item
///   {{#name}}…{{/name}}  for each item of a list, or once for true / a non-empty value / an object
///   {{^name}}…{{/name}}  when absent, false, zero, empty
///   {{>file}}            another template, with the same values
///   {{t:key}}            a translated text, escaped; {{t:key name}} puts a value in place of %s
///   {{!comment}}
/// A section, include or comment tag alone on its line leaves no empty line. Names are looked up in the current item
/// first, then outwards. A value is refused (when parsing) where escaping would not protect: unquoted attributes,
/// inside tags, comments, scripts, styles and on… attributes; where it begins a link's address, schemes other than
/// http, https and mailto become "#". A section must end at the place in the page where it began. There is no unescaped
/// form: markup that C++ made safe (cmark-gfm's output) is passed as an object {"safe_html": "…"}.
class Templates {
 public:
  /// `files`: name → text. Error: invalid_argument naming file:line.
  [[nodiscard]] static Result<Templates> parse(const std::map<std::string, std::string_view>& files);
  /// Aborts when `name` does not exist: a fault of the program.
  [[nodiscard]] std::string render(const std::string& name, const nlohmann::json& values,
                                   const Translator& translate) const;

  struct Node;

 private:
  std::map<std::string, std::shared_ptr<const Node>> parsed_;
};

}  // namespace slipway::page
