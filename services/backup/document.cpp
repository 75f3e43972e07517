#include "services/backup/document.hpp"

#include "appliance/crypto/crypto.hpp"

namespace slipway::backup {
namespace {

// The document ends in exactly these words around key id and code, so no byte of it can change unseen.
constexpr std::string_view kBefore = ",\n  \"seal\": \"";
constexpr std::string_view kAfter = "\"\n}\n";

std::string code_of(const archive::Key& key, std::string_view name, std::string_view text) {
  std::string message(name);
  message += '\n';
  message += text;
  return crypto::hmac(key.derive("document"), message);
}

struct Parts {
  std::string_view body;  ///< without the closing brace
  std::string_view key;
  std::string_view code;
};

std::optional<Parts> parts_of(std::string_view text) {
  const auto at = text.rfind(kBefore);
  if (at == std::string_view::npos || !text.ends_with(kAfter)) return std::nullopt;
  std::string_view seal = text.substr(at + kBefore.size());
  seal.remove_suffix(kAfter.size());
  const auto colon = seal.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return Parts{text.substr(0, at), seal.substr(0, colon), seal.substr(colon + 1)};
}

Error corrupt(std::string_view name, const std::string& what) {
  return {Code::corrupt, std::string(name) + ": " + what, "the other repository may have it whole"};
}

}  // namespace

std::string seal_document(const archive::Key& key, std::string_view name, const nlohmann::ordered_json& body) {
  std::string text = body.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize(text.rfind('\n'));  // the closing brace comes after the seal
  const std::string code = code_of(key, name, text);
  text += kBefore;
  text += key.id() + ':' + code;
  text += kAfter;
  return text;
}

Result<nlohmann::ordered_json> open_document(const archive::Key& key, std::string_view name, std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts) return corrupt(name, "is cut short, or is no sealed document");
  const bool holds = crypto::equal_constant_time(parts->code, code_of(key, name, parts->body));
  // The key's id is not under the code.
  if (holds && parts->key == key.id()) return peek_document(name, text);
  if (!holds && parts->key != key.id() && parts->key.size() == key.id().size())
    return Error{Code::unauthenticated,
                 std::string(name) + ": was sealed with key " + std::string(parts->key) + ", this is " + key.id(),
                 "name the file of the right key (backup.key_file)"};
  return corrupt(name, "was altered");
}

Result<nlohmann::ordered_json> peek_document(std::string_view name, std::string_view text) {
  auto body = nlohmann::ordered_json::parse(text, nullptr, false);
  if (body.is_discarded() || !body.is_object()) return corrupt(name, "is no JSON document");
  body.erase("seal");
  return body;
}

}  // namespace slipway::backup
