#include "appliance/crypto/crypto.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slipway::crypto {
namespace {

TEST(Sha256, GivesTheKnownDigests) {
  // FIPS 180-4 examples.
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  Sha256 pieces;
  pieces.add("a");
  pieces.add("");
  Sha256 moved(std::move(pieces));
  moved.add("bc");
  EXPECT_EQ(moved.finish_raw(), sha256_raw("abc"));
}

TEST(Hmac, GivesTheKnownCode) {
  // RFC 4231, test case 2: 5bdcc146…64ec3843 in URL-safe base64.
  EXPECT_EQ(hmac(Secret("Jefe"), "what do ya want for nothing?"), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST(Token, IsUrlSafeAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const Secret token = random_token();
    EXPECT_EQ(token.reveal().size(), 43U);
    EXPECT_EQ(token.reveal().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_TRUE(seen.insert(token.reveal()).second);
  }
}

TEST(ConstantTimeComparison, ComparesLengthAndContent) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "abcd"));
}

// A19
TEST(PasswordHash, IsArgon2idAndVerifies) {
  const auto hash = hash_password(Secret("correct horse"));
  ASSERT_TRUE(hash.has_value());
  EXPECT_EQ(hash->rfind("$argon2id$v=19$m=65536,t=2,p=1$", 0), 0U) << *hash;
  EXPECT_TRUE(verify_password(*hash, Secret("correct horse")));
  EXPECT_FALSE(verify_password(*hash, Secret("correct horse ")));
  EXPECT_FALSE(verify_password(*hash, Secret("")));
}

// A19
TEST(PasswordHash, OfTheSamePasswordDiffers) {
  const auto first = hash_password(Secret("same"));
  const auto second = hash_password(Secret("same"));
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_NE(*first, *second);
}

// A19
TEST(PasswordHash, ThatCannotBeReadVerifiesNothing) {
  const auto hash = hash_password(Secret("x"));
  ASSERT_TRUE(hash.has_value());
  for (const std::string& broken :
       {std::string(), std::string("x"), hash->substr(0, hash->size() - 1), *hash + "A", *hash + std::string(1, '\0'),
        std::string(500, 'a'), "$2a$" + *hash, "$argon2id$" + std::string(400, '$')})
    EXPECT_FALSE(verify_password(broken, Secret("x"))) << broken;
}

TEST(SealedSecret, OpensWithKeyAndContext) {
  const Secret key = random_token();
  const std::string sealed = seal(key, "account/acme/1", Secret("hunter2"));
  EXPECT_EQ(sealed.find("hunter2"), std::string::npos);
  const auto opened = unseal(key, "account/acme/1", sealed);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->reveal(), "hunter2");
  EXPECT_NE(sealed, seal(key, "account/acme/1", Secret("hunter2")));
}

TEST(SealedSecret, IsCorruptWithAnotherKeyOrContext) {
  const Secret key = random_token();
  const std::string sealed = seal(key, "account/acme/1", Secret("hunter2"));
  for (const auto& opened : {unseal(random_token(), "account/acme/1", sealed), unseal(key, "account/acme/2", sealed)}) {
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Code::corrupt);
  }
}

TEST(SealedSecret, IsCorruptAfterAnyChangeOfAByte) {
  const Secret key = random_token();
  const std::string sealed = seal(key, "c", Secret("hunter2"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    EXPECT_FALSE(unseal(key, "c", changed).has_value()) << i;
    EXPECT_FALSE(unseal(key, "c", sealed.substr(0, i)).has_value()) << i;
  }
}

}  // namespace
}  // namespace slipway::crypto
