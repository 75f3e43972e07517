#include <openssl/evp.h>
#include <sodium.h>

#include <cstdlib>
#include <utility>

#include "appliance/crypto/crypto.hpp"
#include "appliance/crypto/sodium.hpp"

namespace slipway::crypto {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string base64url(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // the terminating NUL
  return text;
}

}  // namespace

Secret random_token(std::size_t bytes) {
  ensure_sodium();
  std::string raw(bytes, '\0');
  randombytes_buf(raw.data(), raw.size());
  Secret token(base64url(raw));
  sodium_memzero(raw.data(), raw.size());
  return token;
}

// OpenSSL's SHA-256 uses the processor's instructions; libsodium's does not.
struct Sha256::State {
  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(new State{EVP_MD_CTX_new()}) {
  if (state_->context == nullptr || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1) std::abort();
}

Sha256::Sha256(Sha256&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

Sha256& Sha256::operator=(Sha256&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Sha256::~Sha256() {
  if (state_ == nullptr) return;
  EVP_MD_CTX_free(state_->context);
  delete state_;
}

void Sha256::add(std::string_view bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) std::abort();
}

std::string Sha256::finish_raw() {
  std::string digest(32, '\0');
  if (EVP_DigestFinal_ex(state_->context, bytes_of(digest), nullptr) != 1) std::abort();
  return digest;
}

std::string sha256_raw(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.finish_raw();
}

std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes_of(bytes), bytes.size());
  text.pop_back();  // the terminating NUL
  return text;
}

std::string sha256_hex(std::string_view bytes) { return hex(sha256_raw(bytes)); }

std::string hmac(const Secret& key, std::string_view message) {
  ensure_sodium();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(std::string_view(key.reveal())), key.reveal().size());
  crypto_auth_hmacsha256_update(&state, bytes_of(message), message.size());
  std::string digest(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, bytes_of(digest));
  sodium_memzero(&state, sizeof state);
  return base64url(digest);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace slipway::crypto
