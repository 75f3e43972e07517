// Files on disk, so not a unit test: the certificate embedded mode makes for itself.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>

#include "appliance/crypto/crypto.hpp"

namespace slipway::crypto {
namespace {

class LoopbackCertificate : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "slipway-certificate-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

// A3
TEST_F(LoopbackCertificate, NamesTheLoopbackAndKeepsItsKeyPrivate) {
  ASSERT_TRUE(make_loopback_certificate(folder_ / "c.pem", folder_ / "k.pem", std::chrono::hours(24)).has_value());

  struct stat facts {};
  ASSERT_EQ(::stat((folder_ / "k.pem").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);

  const File certificate_file(std::fopen((folder_ / "c.pem").c_str(), "r"));
  const File key_file(std::fopen((folder_ / "k.pem").c_str(), "r"));
  ASSERT_TRUE(certificate_file != nullptr && key_file != nullptr);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(
      PEM_read_X509(certificate_file.get(), nullptr, nullptr, nullptr), X509_free);
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_PrivateKey(key_file.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  ASSERT_TRUE(certificate != nullptr && key != nullptr);

  EXPECT_EQ(X509_check_private_key(certificate.get(), key.get()), 1);
  EXPECT_EQ(X509_verify(certificate.get(), key.get()), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "example.org", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "192.0.2.1", 0), 0);
  EXPECT_EQ(X509_cmp_current_time(X509_get0_notBefore(certificate.get())), -1);
  EXPECT_EQ(X509_cmp_current_time(X509_get0_notAfter(certificate.get())), 1);
}

TEST_F(LoopbackCertificate, NamesTheFolderItCannotWriteTo) {
  const auto made = make_loopback_certificate(folder_ / "c.pem", folder_ / "missing/k.pem", std::chrono::hours(24));
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, Code::not_found);
  EXPECT_NE(made.error().message.find("missing/k.pem"), std::string::npos);
}

}  // namespace
}  // namespace slipway::crypto
