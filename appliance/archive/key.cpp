#include "appliance/archive/key.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "appliance/archive/recovery_text.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::archive {
namespace {

constexpr std::size_t kBytes = 32;

struct FreeContext {
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

EVP_KDF* hkdf() {
  static EVP_KDF* const fetched = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr);
  if (fetched == nullptr) std::abort();  // an OpenSSL without HKDF
  return fetched;
}

OSSL_PARAM octets(const char* name, std::string_view bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}

}  // namespace

Key::Key(Secret bytes) : bytes_(std::move(bytes)) {}

Key Key::make() {
  std::string bytes(kBytes, '\0');
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1)
    std::abort();  // no randomness: nothing may go on
  Key key{Secret(bytes)};
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

Result<Key> Key::from_recovery_text(std::string_view text) {
  SLIPWAY_TRY(RecoveredBytes recovered, archive::from_recovery_text(text));
  Key key(std::move(recovered.bytes));
  if (key.recovery_check() != recovered.check)
    return Error{Code::invalid_argument, "recovery text: one of its groups has more than one wrong letter",
                 "compare it with the paper, letter by letter"};
  return key;
}

Secret Key::recovery_text() const { return to_recovery_text(bytes_, recovery_check()); }

unsigned Key::recovery_check() const {
  return static_cast<unsigned char>(derive("recovery text").reveal().front()) >> 4U;
}

std::string Key::id() const { return crypto::hex(std::string_view(derive("key id").reveal()).substr(0, 4)); }

Secret Key::derive(std::string_view purpose, std::string_view salt) const {
  const std::unique_ptr<EVP_KDF_CTX, FreeContext> context(EVP_KDF_CTX_new(hkdf()));
  const std::string info = "slipway " + std::string(purpose);
  std::string digest = "SHA256";
  std::array<OSSL_PARAM, 5> parameters{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                                       octets(OSSL_KDF_PARAM_KEY, bytes_.reveal()), octets(OSSL_KDF_PARAM_INFO, info),
                                       OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
  // OpenSSL refuses an empty salt; none at all means the same in RFC 5869.
  if (!salt.empty()) parameters[3] = octets(OSSL_KDF_PARAM_SALT, salt);
  std::string derived(kBytes, '\0');
  if (context == nullptr || EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(derived.data()),
                                           derived.size(), parameters.data()) != 1)
    std::abort();  // out of memory, or a fault of ours
  Secret secret(derived);
  OPENSSL_cleanse(derived.data(), derived.size());
  return secret;
}

}  // namespace slipway::archive
