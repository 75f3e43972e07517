#include <sodium.h>

#include <array>

#include "appliance/crypto/crypto.hpp"
#include "appliance/crypto/sodium.hpp"

// A sealed secret: one byte of format, the nonce, then ciphertext and tag. The key is hashed, so that its text form
// (base64) need not be decoded and any length gives 32 bytes.
namespace slipway::crypto {
namespace {

constexpr char kFormat = '\1';
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
using Key = std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Key derive(const Secret& key) {
  Key derived{};
  crypto_generichash(derived.data(), derived.size(), bytes_of(key.reveal()), key.reveal().size(), nullptr, 0);
  return derived;
}

}  // namespace

std::string seal(const Secret& key, std::string_view context, const Secret& plain) {
  ensure_sodium();
  std::string nonce(kNonce, '\0');
  randombytes_buf(nonce.data(), nonce.size());
  const std::string& text = plain.reveal();
  std::string cipher(text.size() + kTag, '\0');
  Key derived = derive(key);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(cipher), nullptr, bytes_of(std::string_view(text)), text.size(),
                                             bytes_of(context), context.size(), nullptr,
                                             bytes_of(std::string_view(nonce)), derived.data());
  sodium_memzero(derived.data(), derived.size());
  return kFormat + nonce + cipher;
}

Result<Secret> unseal(const Secret& key, std::string_view context, std::string_view sealed) {
  ensure_sodium();
  const Error refused{Code::corrupt, "sealed secret: key, context or content differ",
                      "check that the key file is the one this installation was made with"};
  if (sealed.size() < 1 + kNonce + kTag || sealed.front() != kFormat) return refused;
  const std::string_view nonce = sealed.substr(1, kNonce);
  const std::string_view cipher = sealed.substr(1 + kNonce);
  std::string plain(cipher.size() - kTag, '\0');
  Key derived = derive(key);
  const int failed =
      crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(plain), nullptr, nullptr, bytes_of(cipher), cipher.size(),
                                                 bytes_of(context), context.size(), bytes_of(nonce), derived.data());
  sodium_memzero(derived.data(), derived.size());
  if (failed != 0) return refused;
  Secret secret(plain);
  sodium_memzero(plain.data(), plain.size());
  return secret;
}

}  // namespace slipway::crypto
