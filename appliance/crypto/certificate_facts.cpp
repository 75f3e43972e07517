#include "appliance/crypto/certificate_facts.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>

#include "appliance/base/file.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::crypto {
namespace {

constexpr std::size_t kMostCertificates = 16;

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
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using ContextPtr = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

void free_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
using StackPtr = std::unique_ptr<STACK_OF(X509), Freer<free_stack>>;

/// Never asks a terminal for the password of a key.
int no_password(char*, int, int, void*) { return -1; }

Result<std::vector<CertificatePtr>> read_all(std::string_view pem) {
  const BioPtr text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<CertificatePtr> all;
  while (text != nullptr && all.size() < kMostCertificates) {
    CertificatePtr one(PEM_read_bio_X509(text.get(), nullptr, no_password, nullptr));
    if (one == nullptr) break;
    all.push_back(std::move(one));
  }
  if (all.empty())
    return Error{Code::corrupt, "certificate: there is none that can be read",
                 "it must be PEM, '-----BEGIN CERTIFICATE-----', the server's own first"};
  return all;
}

std::string one_line(const X509_NAME* name) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Timestamp time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return Timestamp{};
  return std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  const int size = ASN1_STRING_length(bytes);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (size != 4 && size != 16) return {};
  const int family = size == 4 ? AF_INET : AF_INET6;
  return ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size()) == nullptr ? "" : text.data();
}

std::vector<std::string> alternative_names(const X509* certificate) {
  std::vector<std::string> found;
  const NamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string text;
    if (name->type == GEN_DNS)
      text.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                  static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    if (name->type == GEN_IPADD) text = address_text(name->d.iPAddress);
    if (!text.empty()) found.push_back(std::move(text));
  }
  return found;
}

std::string digest_name(const X509* certificate) {
  int digest = NID_undef;
  X509_get_signature_info(const_cast<X509*>(certificate), &digest, nullptr, nullptr, nullptr);
  const char* const name = digest == NID_undef ? nullptr : OBJ_nid2sn(digest);
  return name == nullptr ? "" : name;
}

std::string fingerprint(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), bytes.data(), &size) != 1) return {};
  return hex({reinterpret_cast<const char*>(bytes.data()), size});
}

bool signed_with(X509* certificate, X509* by) { return X509_verify(certificate, X509_get0_pubkey(by)) == 1; }

CertificateFacts facts_of(X509* certificate, X509* next) {
  CertificateFacts facts;
  facts.subject = one_line(X509_get_subject_name(certificate));
  facts.issuer = one_line(X509_get_issuer_name(certificate));
  facts.not_before = time_of(X509_get0_notBefore(certificate));
  facts.not_after = time_of(X509_get0_notAfter(certificate));
  facts.names = alternative_names(certificate);
  const EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (const char* const kind = key == nullptr ? nullptr : OBJ_nid2sn(EVP_PKEY_get_base_id(key)); kind != nullptr) {
    facts.key_kind = kind;
    if (facts.key_kind == "rsaEncryption") facts.key_kind = "RSA";
    if (facts.key_kind == "id-ecPublicKey") facts.key_kind = "EC";
    facts.key_bits = EVP_PKEY_get_bits(key);
  }
  facts.digest = digest_name(certificate);
  facts.self_signed = signed_with(certificate, certificate);
  facts.signed_by_next = next != nullptr && signed_with(certificate, next);
  facts.fingerprint = fingerprint(certificate);
  return facts;
}

bool is_trusted(const std::vector<CertificatePtr>& chain) {
  const StorePtr store(X509_STORE_new());
  const ContextPtr context(X509_STORE_CTX_new());
  const StackPtr others(sk_X509_new_null());
  if (store == nullptr || context == nullptr || others == nullptr || X509_STORE_set_default_paths(store.get()) != 1)
    return false;
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(others.get(), chain[i].get());
  if (X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), others.get()) != 1) return false;
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  return X509_verify_cert(context.get()) == 1;
}

Result<bool> key_belongs_to(BIO* from, const std::string& name, std::string_view pem) {
  SLIPWAY_TRY(const auto chain, read_all(pem));
  const KeyPtr key(PEM_read_bio_PrivateKey(from, nullptr, no_password, nullptr));
  if (key == nullptr)
    return Error{Code::corrupt, name + ": no private key that can be read", "it must be PEM, without a password"};
  return EVP_PKEY_eq(key.get(), X509_get0_pubkey(chain.front().get())) == 1;
}

}  // namespace

Result<ChainFacts> inspect_chain(std::string_view pem) {
  SLIPWAY_TRY(const auto chain, read_all(pem));
  ChainFacts facts;
  for (std::size_t i = 0; i < chain.size(); ++i)
    facts.certificates.push_back(facts_of(chain[i].get(), i + 1 < chain.size() ? chain[i + 1].get() : nullptr));
  facts.trusted = is_trusted(chain);
  return facts;
}

Result<bool> key_belongs_to(const std::filesystem::path& key_file, std::string_view pem) {
  const BioPtr file(BIO_new_file(key_file.c_str(), "r"));
  if (file == nullptr) return file_error(key_file, "open", errno);
  return key_belongs_to(file.get(), key_file.string(), pem);
}

Result<bool> key_belongs_to(const Secret& key, std::string_view pem) {
  const BioPtr text(BIO_new_mem_buf(key.reveal().data(), static_cast<int>(key.reveal().size())));
  if (text == nullptr) return Error{Code::internal, "private key: no memory"};
  return key_belongs_to(text.get(), "private key", pem);
}

}  // namespace slipway::crypto
