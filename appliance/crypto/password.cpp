#include <sodium.h>

#include <array>

#include "appliance/crypto/crypto.hpp"
#include "appliance/crypto/sodium.hpp"

namespace slipway::crypto {

Result<std::string> hash_password(const Secret& password) {
  ensure_sodium();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  const std::string& plain = password.reveal();
  if (crypto_pwhash_str_alg(text.data(), plain.data(), plain.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Error{Code::unavailable, "password: cannot be hashed: out of memory", "argon2id needs 64 MiB; free some"};
  return std::string(text.data());
}

bool verify_password(const std::string& hash, const Secret& password) {
  ensure_sodium();
  if (hash.rfind("$argon2id$", 0) != 0 || hash.size() >= crypto_pwhash_STRBYTES || hash.find('\0') != std::string::npos)
    return false;
  const std::string& plain = password.reveal();
  return crypto_pwhash_str_verify(hash.c_str(), plain.data(), plain.size()) == 0;
}

void verify_nothing(const Secret& password) {
  ensure_sodium();
  constexpr std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  std::array<unsigned char, 32> ignored{};
  const std::string& plain = password.reveal();
  // The result does not matter, the time does; out of memory a real check would end early as well.
  [[maybe_unused]] const int outcome = crypto_pwhash(ignored.data(), ignored.size(), plain.data(), plain.size(),
                                                     salt.data(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                                     crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
  sodium_memzero(ignored.data(), ignored.size());
}

}  // namespace slipway::crypto
