#include "tests/support/signed_drill.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <fstream>
#include <memory>

#include "appliance/crypto/crypto.hpp"

namespace slipway::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Key key_of(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  return {PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
}

}  // namespace

DrillKey::DrillKey() {
  const Key key(EVP_RSA_gen(3072), &EVP_PKEY_free);
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) std::abort();
  pem_ = text_of(bio.get());
}

const DrillKey& DrillKey::mine() {
  static const DrillKey key;
  return key;
}

const DrillKey& DrillKey::another() {
  static const DrillKey key;
  return key;
}

std::string DrillKey::public_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (PEM_write_bio_PUBKEY(bio.get(), key_of(pem_).get()) != 1) std::abort();
  return text_of(bio.get());
}

std::string DrillKey::sign(const std::string& bytes) const {
  const Key key = key_of(pem_);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data, bytes.size()) != 1)
    std::abort();
  signature.resize(size);
  return signature;
}

nlohmann::json drill_report(const std::string& name) {
  const auto part = [&](std::size_t at, std::size_t size) { return name.substr(at, size); };
  const std::string began =
      part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(9, 2) + ":" + part(11, 2) + ":" + part(13, 2) + "Z";
  return {{"drill", name},
          {"began_at", began},
          {"state", "carried out"},
          {"goals", {{"rto_seconds", 60.0}, {"rpo_transactions", 0}}},
          {"order", {{"by", "A. Operator"}, {"because", "the yearly drill"}}},
          {"package", {{"Package", "slipway"}, {"Version", "0.1.0"}}},
          {"failover",
           {{"from", "paris"},
            {"to", "lyon"},
            {"rto_seconds", 20.5},
            {"rpo", {{"transactions", 0}, {"seconds", 0.0}}},
            {"phases",
             {{{"name", "detected"}, {"words", "seen"}, {"since_cut", 8.2}, {"since_order", nullptr}},
              {{"name", "of_a_newer_lab"}, {"words", "something new"}, {"since_cut", 20.5}, {"since_order", 12.0}}}}}},
          {"verdict",
           {{"word", "passed"},
            {"passed", true},
            {"goals", {{{"name", "RTO"}, {"met", true}}, {{"name", "Production untouched"}, {"met", nullptr}}}}}}};
}

std::string sum_line(const std::string& file, const std::string& bytes) {
  return crypto::sha256_hex(bytes) + "  " + file + "\n";
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

void lay_drill(const std::filesystem::path& shelf, const std::string& name, const std::string& report,
               const DrillKey& key) {
  const auto drill = shelf / name;
  std::filesystem::create_directories(drill);
  const std::string page = "<!doctype html><title>" + name + "</title>";
  const std::string sums = sum_line("report.html", page) + sum_line("report.json", report);
  write_text(drill / "report.html", page);
  write_text(drill / "report.json", report);
  write_text(drill / "SHA256SUMS", sums);
  write_text(drill / "SHA256SUMS.sig", key.sign(sums));
}

}  // namespace slipway::test
