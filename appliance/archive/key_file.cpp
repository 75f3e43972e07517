#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

#include "appliance/archive/key.hpp"
#include "appliance/base/file.hpp"
#include "appliance/base/secret_file.hpp"

// A key's file is one line: what it is, the key's id, the key as base64.
namespace slipway::archive {
namespace {

constexpr std::string_view kForm = "slipway-backup-key-1 ";
constexpr std::size_t kBase64 = 44;
constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kLine = kForm.size() + kIdDigits + 1 + kBase64 + 1;

Secret base64(const Secret& bytes) {
  std::array<unsigned char, kBase64 + 1> text{};
  const std::string& raw = bytes.reveal();
  EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(raw.data()), static_cast<int>(raw.size()));
  Secret secret(std::string(reinterpret_cast<const char*>(text.data()), kBase64));
  OPENSSL_cleanse(text.data(), text.size());
  return secret;
}

/// The bytes of 44 letters of base64; empty when they are none.
Secret from_base64(std::string_view text) {
  std::array<unsigned char, kBase64> raw{};
  const int size =
      EVP_DecodeBlock(raw.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size != 33) return {};  // the padding counts as a byte
  Secret secret(std::string(reinterpret_cast<const char*>(raw.data()), 32));
  OPENSSL_cleanse(raw.data(), raw.size());
  return secret;
}

}  // namespace

Result<Key> Key::read_file(const std::filesystem::path& file) {
  const Error refused{Code::corrupt, file.string() + ": is not the file of a backup key, or was altered",
                      "make it again from the recovery text"};
  const auto secret = read_secret_file(file);
  if (!secret) return secret.error().code == Code::invalid_argument ? refused : secret.error().within("backup key");
  std::string_view line = secret->reveal();
  const std::string_view whole = line;
  if (line.size() + 1 != kLine || !line.starts_with(kForm)) return refused;
  line.remove_prefix(kForm.size());
  Secret bytes = from_base64(line.substr(kIdDigits + 1));
  if (bytes.empty()) return refused;
  Key key(std::move(bytes));
  // Written again it must be the same line: a digit of the id, or of the key, that was altered is noticed here.
  if (!std::string_view(key.line().reveal()).starts_with(whole)) return refused;
  return key;
}

Secret Key::line() const {
  std::string text;
  text.reserve(kLine);  // not moved while it grows: nothing of it stays behind
  text.append(kForm).append(id()).append(" ").append(base64(bytes_).reveal()).append("\n");
  return Secret(std::move(text));
}

Status Key::write_file(const std::filesystem::path& file) const {
  Status status = create_file(file, line().reveal(), 0600);
  if (status.has_value() || status.error().code != Code::conflict) return status;
  return Error{Code::conflict, file.string() + ": is there already, and a backup key is never replaced",
               "name another file, or move that one to a safe place"};
}

}  // namespace slipway::archive
