#include "appliance/template/template.hpp"

#include <cstdlib>
#include <set>

#include "appliance/template/escape.hpp"
#include "appliance/template/node.hpp"

namespace slipway::page {
namespace {

using nlohmann::json;
using Node = Templates::Node;
using Kind = Node::Kind;
using Parsed = std::map<std::string, std::shared_ptr<const Node>>;

bool is_empty(const json* value) {
  if (value == nullptr || value->is_null()) return true;
  if (value->is_boolean()) return !value->get<bool>();
  if (value->is_string()) return value->get_ref<const std::string&>().empty();
  if (value->is_number()) return *value == 0;
  return value->is_array() && value->empty();
}

class Renderer {
 public:
  Renderer(const Parsed& parsed, const Translator& translate) : parsed_(parsed), translate_(translate) {}

  std::string render(const Node& node, const json& values) {
    stack_.push_back(&values);
    children(node);
    return std::move(out_);
  }

 private:
  void children(const Node& node) {
    for (const Node& child : node.children) one(child);
  }

  void one(const Node& node) {
    switch (node.kind) {
      case Kind::group:
        children(node);
        break;
      case Kind::literal:
        out_ += node.text;
        break;
      case Kind::value:
        print(find(node.path));
        break;
      case Kind::address:
        print_address(find(node.path));
        break;
      case Kind::section:
        section(node);
        break;
      case Kind::inverted:
        if (is_empty(find(node.path))) children(node);
        break;
      case Kind::partial:
        children(*parsed_.at(node.text));
        break;
      case Kind::translated:
        translated(node);
        break;
    }
  }

  /// The innermost value that has the path's first part decides; nullptr when none has.
  const json* find(const std::vector<std::string>& path) const {
    if (path.front() == ".") return stack_.back();
    for (auto scope = stack_.rbegin(); scope != stack_.rend(); ++scope) {
      const json* value = *scope;
      if (!value->is_object() || !value->contains(path.front())) continue;
      for (const auto& part : path) {
        if (!value->is_object()) return nullptr;
        const auto found = value->find(part);
        if (found == value->end()) return nullptr;
        value = &*found;
      }
      return value;
    }
    return nullptr;
  }

  void section(const Node& node) {
    const json* value = find(node.path);
    if (is_empty(value)) return;
    if (!value->is_array()) return with(*value, node);
    for (const json& item : *value) with(item, node);
  }

  void with(const json& value, const Node& node) {
    stack_.push_back(&value);
    children(node);
    stack_.pop_back();
  }

  void print(const json* value) {
    if (value == nullptr || value->is_null()) return;
    if (value->is_string()) return append_escaped(out_, value->get_ref<const std::string&>());
    if (value->is_primitive()) {
      out_ += value->dump();
      return;
    }
    const bool safe = value->is_object() && value->size() == 1 && value->contains("safe_html");
    if (safe && value->at("safe_html").is_string()) out_ += value->at("safe_html").get_ref<const std::string&>();
  }

  void print_address(const json* value) {
    if (value == nullptr || !value->is_string()) return print(value == nullptr || value->is_object() ? nullptr : value);
    const auto& address = value->get_ref<const std::string&>();
    append_escaped(out_, is_link_address(address) ? std::string_view(address) : std::string_view("#"));
  }

  void translated(const Node& node) {
    const std::string_view known = translate_(node.text);
    const std::string_view text = known.empty() ? std::string_view(node.text) : known;
    const auto place = node.path.empty() ? std::string_view::npos : text.find("%s");
    append_escaped(out_, text.substr(0, place));
    if (place == std::string_view::npos) return;
    print(find(node.path));
    append_escaped(out_, text.substr(place + 2));
  }

  const Parsed& parsed_;
  const Translator& translate_;
  std::vector<const json*> stack_;
  std::string out_;
};

/// Every included template exists and none includes itself, directly or through others.
Status check_partials(const std::string& file, const Node& node, const Parsed& parsed, std::set<std::string>& inside) {
  const auto refuse = [&](const std::string& what) {
    return Error{Code::invalid_argument, file + ":" + std::to_string(node.line) + ": " + what};
  };
  if (node.kind == Kind::partial) {
    const auto found = parsed.find(node.text);
    if (found == parsed.end()) return refuse("there is no template '" + node.text + "'");
    if (!inside.insert(node.text).second) return refuse("template '" + node.text + "' includes itself");
    SLIPWAY_CHECK(check_partials(node.text, *found->second, parsed, inside));
    inside.erase(node.text);
  }
  for (const Node& child : node.children) SLIPWAY_CHECK(check_partials(file, child, parsed, inside));
  return {};
}

}  // namespace

Result<Templates> Templates::parse(const std::map<std::string, std::string_view>& files) {
  Templates templates;
  for (const auto& [name, text] : files) {
    SLIPWAY_TRY(Node node, parse_template(name, text));
    templates.parsed_.emplace(name, std::make_shared<const Node>(std::move(node)));
  }
  for (const auto& [name, node] : templates.parsed_) {
    std::set<std::string> inside{name};
    SLIPWAY_CHECK(check_partials(name, *node, templates.parsed_, inside));
  }
  return templates;
}

std::string Templates::render(const std::string& name, const nlohmann::json& values,
                              const Translator& translate) const {
  const auto found = parsed_.find(name);
  if (found == parsed_.end()) std::abort();
  return Renderer(parsed_, translate).render(*found->second, values);
}

}  // namespace slipway::page
