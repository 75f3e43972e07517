#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

#include "appliance/base/file.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::crypto {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freer<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

Error failed(const char* step) {
  return {Code::internal, std::string("loopback certificate: ") + step + " failed in OpenSSL"};
}

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// 127 random bits, positive and never zero, as RFC 5280 asks of a serial number.
bool set_random_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7F) | 0x40);
  const std::unique_ptr<BIGNUM, Freer<BN_free>> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_names(X509* certificate) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>("localhost");
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

Result<CertificatePtr> self_signed(EVP_PKEY* key, std::chrono::hours validity) {
  CertificatePtr certificate(X509_new());
  X509* raw = certificate.get();
  if (raw == nullptr || X509_set_version(raw, X509_VERSION_3) != 1 || !set_random_serial(raw) || !set_names(raw) ||
      X509_set_pubkey(raw, key) != 1)
    return failed("filling in the certificate");
  // An hour back: the clock of a machine that has just booted may still be corrected.
  const auto seconds = std::chrono::seconds(validity).count();
  if (X509_gmtime_adj(X509_getm_notBefore(raw), -3600) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(raw), static_cast<long>(seconds)) == nullptr)
    return failed("setting the validity");
  if (!add_extension(raw, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(raw, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(raw, NID_ext_key_usage, "serverAuth") || !add_extension(raw, NID_subject_key_identifier, "hash") ||
      !add_extension(raw, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"))
    return failed("adding an extension");
  if (X509_sign(raw, key, EVP_sha256()) == 0) return failed("signing");
  return certificate;
}

std::string_view content(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Status make_loopback_certificate(const std::filesystem::path& certificate_file, const std::filesystem::path& key_file,
                                 std::chrono::hours validity) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (key == nullptr) return failed("making the key");
  SLIPWAY_TRY(const CertificatePtr certificate, self_signed(key.get(), validity));

  const BioPtr key_text(BIO_new(BIO_s_secmem()));
  const BioPtr certificate_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1)
    return failed("writing PEM");
  SLIPWAY_CHECK(replace_file(key_file, content(key_text.get()), 0600));
  return replace_file(certificate_file, content(certificate_text.get()), 0644);
}

}  // namespace slipway::crypto
