#include "appliance/crypto/signature.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "appliance/crypto/crypto.hpp"

namespace slipway::crypto {
namespace {

constexpr int kLeastBits = 3072;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// The key as a SubjectPublicKeyInfo; "" when it cannot be written.
std::string der_of(EVP_PKEY* key) {
  unsigned char* data = nullptr;
  const int size = i2d_PUBKEY(key, &data);
  std::string der;
  if (size > 0) der.assign(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}

}  // namespace

Result<PublicKey> PublicKey::read(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                       &BIO_free);
  EVP_PKEY* const read = text == nullptr ? nullptr : PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr);
  ERR_clear_error();
  if (read == nullptr)
    return Error{Code::corrupt, "public key: none that can be read", "it must be PEM, '-----BEGIN PUBLIC KEY-----'"};
  std::shared_ptr<void> key(read, [](void* held) { EVP_PKEY_free(static_cast<EVP_PKEY*>(held)); });
  if (EVP_PKEY_get_base_id(read) != EVP_PKEY_RSA || EVP_PKEY_get_bits(read) < kLeastBits)
    return Error{Code::unsupported, "public key: no RSA key of at least 3072 bits"};
  return PublicKey(std::move(key), sha256_hex(der_of(read)));
}

bool PublicKey::has_signed(std::string_view bytes, std::string_view signature) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  auto* const key = static_cast<EVP_PKEY*>(key_.get());
  const bool good =
      context != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes), bytes.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace slipway::crypto
