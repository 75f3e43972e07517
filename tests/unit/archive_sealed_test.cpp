#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <atomic>
#include <random>

#include "appliance/archive/frame.hpp"
#include "appliance/archive/object_head.hpp"
#include "appliance/archive/sealed.hpp"
#include "appliance/crypto/crypto.hpp"
#include "tests/support/sealed_bytes.hpp"

namespace slipway::archive {
namespace {

using test::append_to;
using test::open;
using test::read_all;
using test::seal;
using test::source_of;
using testing::HasSubstr;

const SealOptions kOptions{.name = "backups/20261121-0300/account", .label = R"({"kind":"full"})"};

std::string random_bytes(std::size_t size) {
  std::mt19937_64 random(size);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// A35, F1
TEST(SealedObject, GivesBackWhatWasAdded) {
  const Key key = Key::make();
  for (const std::size_t size : {0UL, 1UL, 100UL, 262144UL, 3000000UL}) {
    const std::string plain = random_bytes(size);
    std::string bytes;
    auto sealer = Sealer::start(key, kOptions, append_to(bytes));
    ASSERT_TRUE(sealer);
    ASSERT_TRUE(sealer->add(std::string_view(plain).substr(0, size / 3)));
    ASSERT_TRUE(sealer->add(std::string_view(plain).substr(size / 3)));
    const auto sealed = sealer->finish();
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed->plain_bytes, size);
    EXPECT_EQ(sealed->stored_bytes, bytes.size());
    EXPECT_EQ(sealed->stored_sha256, crypto::sha256_hex(bytes));
    for (const std::size_t piece : {std::string::npos, 70000UL}) {
      auto opener = Opener::start(key, kOptions.name, source_of(bytes, piece));
      ASSERT_TRUE(opener) << opener.error().message;
      const auto again = read_all(*opener);
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_TRUE(*again == plain);
      EXPECT_EQ(opener->label(), kOptions.label);
      EXPECT_TRUE(opener->whole());
    }
  }
}

// A35: the example of docs/backup-format.md, which a reader in Python opens too. A later form must still read it.
TEST(SealedObject, OfTheDocumentOpens) {
  constexpr std::string_view kHex =
      "89534c500d0a1a0a013eb5846da9dc78480528de0000000f4ebdbbb1ce4b30c53cd6a39ecd50ce7b15088ce152a7cf42270eac0754cb28d1"
      "7b226b696e64223a226e6f7465227d00000010ffffffef2ddb2f159966f707006f0d6e0f26e9ef0a28e946e647f8ce9d99df355211173580"
      "0000097ffffff60a99b255e743d7dc9ad32d3c5e4f406e7a11a3b06fbef34fe7";
  std::string bytes;
  for (std::size_t i = 0; i < kHex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(kHex.substr(i, 2)), nullptr, 16));
  const auto key =
      Key::from_recovery_text("000G0-40R47-0M30J-E209D-185GT-R38E6-1W81Q-24GK4-2GAHK-C5RRE-34D11-P70XS-3RFGB");
  ASSERT_TRUE(key);
  EXPECT_EQ(crypto::hex(key->derive("object", std::string_view(bytes).substr(24, 32)).reveal()),
            "c7418e9bef15fb644a1b06cc92565bd00628cd24b36d00530042363aa6bf3b75");
  EXPECT_EQ(open(*key, "example", bytes).value(), "Hello, world\n");
  EXPECT_EQ(peek_label(source_of(bytes)).value(), R"({"kind":"note"})");
}

TEST(SealedObject, CompressesWithFurtherThreads) {
  const Key key = Key::make();
  std::string plain;
  for (unsigned i = 0; plain.size() < 12'000'000; ++i) plain += "ticket " + std::to_string(i * 7919) + " is resolved\n";
  SealOptions options = kOptions;
  options.workers = 2;
  const auto bytes = seal(key, options, plain);
  ASSERT_TRUE(bytes);
  EXPECT_LT(bytes->size(), plain.size() / 3);
  EXPECT_TRUE(open(key, kOptions.name, *bytes).value() == plain);
}

TEST(SealedObject, ShowsItsLabelWithoutTheKey) {
  const auto bytes = seal(Key::make(), kOptions, "plain");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(peek_label(source_of(*bytes)).value(), kOptions.label);
  EXPECT_EQ(peek_label(source_of(*bytes, 1)).value(), kOptions.label);
  EXPECT_EQ(peek_label(source_of(bytes->substr(0, 60))).error().code, Code::corrupt);
  EXPECT_EQ(bytes->find("plain"), std::string::npos);
}

// F1
TEST(SealedObject, OpensOnlyUnderItsOwnName) {
  const Key key = Key::make();
  const auto bytes = seal(key, kOptions, "plain");
  ASSERT_TRUE(bytes);
  const auto opened = open(key, "backups/20261120-0300/account", *bytes);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::corrupt);
  EXPECT_THAT(opened.error().message, HasSubstr("backups/20261120-0300/account: frame 1: "));
}

// F1
TEST(SealedObject, OpensOnlyWithItsOwnLabel) {
  const Key key = Key::make();
  auto bytes = seal(key, kOptions, "plain");
  ASSERT_TRUE(bytes);
  bytes->replace(bytes->find("full"), 4, "incr");
  EXPECT_EQ(open(key, kOptions.name, *bytes).error().code, Code::corrupt);
}

TEST(SealedObject, NamesTheKeyItNeeds) {
  const Key key = Key::make();
  const Key other = Key::make();
  const auto opened = open(other, kOptions.name, seal(key, kOptions, "plain").value());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::unauthenticated);
  EXPECT_EQ(opened.error().message, kOptions.name + ": sealed with key " + key.id() + ", not with " + other.id());
}

TEST(SealedObject, OfANewerFormIsUnsupported) {
  const Key key = Key::make();
  auto bytes = seal(key, kOptions, "plain");
  ASSERT_TRUE(bytes);
  (*bytes)[8] = 2;
  EXPECT_EQ(open(key, kOptions.name, *bytes).error().code, Code::unsupported);
  EXPECT_EQ(peek_label(source_of(*bytes)).error().code, Code::unsupported);
}

TEST(SealedObject, RefusesToGoOnAfterItsEnd) {
  const Key key = Key::make();
  const std::string bytes = seal(key, kOptions, "plain").value();
  for (const std::string& more : {std::string("x"), std::string(100, '\0'), bytes}) {
    const auto opened = open(key, kOptions.name, bytes + more);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().message, kOptions.name + ": goes on after its last frame");
  }
}

TEST(SealedObject, NamesTheFrameThatWasAltered) {
  const Key key = Key::make();
  std::string bytes = seal(key, kOptions, random_bytes(2'000'000)).value();
  bytes[600'000] = static_cast<char>(bytes[600'000] ^ 0x10);
  auto opener = Opener::start(key, kOptions.name, source_of(bytes));
  ASSERT_TRUE(opener);
  const auto opened = read_all(*opener);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr(": frame 3: was altered"));
  EXPECT_FALSE(opener->whole());
  EXPECT_EQ(opener->read(1).error().message, opened.error().message) << "and never goes on";
}

// A35
TEST(SealedObject, WithoutAnEndGivesAllThatWasFlushed) {
  const Key key = Key::make();
  std::string bytes;
  auto sealer = Sealer::start(key, kOptions, append_to(bytes));
  ASSERT_TRUE(sealer && sealer->flush());
  const std::size_t head = bytes.size();
  ASSERT_TRUE(sealer->add("first ") && sealer->flush() && sealer->add("second ") && sealer->flush());
  ASSERT_TRUE(sealer->flush());
  const std::size_t flushed = bytes.size();
  ASSERT_TRUE(sealer->add("third") && sealer->flush());
  const auto tolerated = [&](const std::string& some) -> Result<std::string> {
    SLIPWAY_TRY(Opener opener, Opener::start(key, kOptions.name, source_of(some)));
    opener.tolerate_no_end();
    SLIPWAY_TRY(std::string plain, read_all(opener));
    EXPECT_FALSE(opener.whole());
    return plain;
  };
  EXPECT_EQ(tolerated(bytes).value(), "first second third");
  for (std::size_t size = flushed; size < bytes.size(); ++size)
    EXPECT_EQ(tolerated(bytes.substr(0, size)).value(), "first second ") << size;
  EXPECT_EQ(tolerated(bytes.substr(0, head)).value(), "");
  EXPECT_EQ(open(key, kOptions.name, bytes).error().code, Code::corrupt) << "unless it is told to";
  // A power cut may leave zeros where data was to be (and they may be what was to be there).
  const auto first_zeros = bytes.find_last_not_of('\0') + 1;
  for (std::size_t size = flushed; size < first_zeros; ++size)
    EXPECT_EQ(tolerated(bytes.substr(0, size) + std::string(5000, '\0')).value(), "first second ") << size;
  // What was altered and is followed by more was not left so by a kill.
  std::string altered = bytes;
  altered[flushed - 1] = static_cast<char>(altered[flushed - 1] ^ 0x01);
  EXPECT_EQ(tolerated(altered).error().code, Code::corrupt);
  for (std::size_t i = 0; i < 8; ++i) {
    altered = bytes;
    altered[head + i] = static_cast<char>(altered[head + i] ^ 0x40);
    EXPECT_EQ(tolerated(altered).error().code, Code::corrupt) << i;
  }
}

TEST(SealedObject, WithItsEndIsWholeThoughZerosFollow) {
  const Key key = Key::make();
  const std::string bytes = seal(key, kOptions, "plain").value();
  for (const std::string& zeros : {std::string(), std::string(3, '\0'), std::string(3'000'000, '\0')}) {
    auto opener = Opener::start(key, kOptions.name, source_of(bytes + zeros));
    ASSERT_TRUE(opener);
    opener->tolerate_no_end();
    EXPECT_EQ(read_all(*opener).value(), "plain");
    EXPECT_TRUE(opener->whole());
  }
}

TEST(SealedObject, ReadsNoMoreThanIsAskedFor) {
  const Key key = Key::make();
  const std::string zeros(64U << 20U, '\0');
  const std::string bytes = seal(key, kOptions, zeros).value();
  EXPECT_LT(bytes.size(), 100'000U);
  auto opener = Opener::start(key, kOptions.name, source_of(bytes));
  ASSERT_TRUE(opener);
  std::size_t size = 0;
  while (true) {
    const auto some = opener->read(4096);
    ASSERT_TRUE(some);
    ASSERT_LE(some->size(), 4096U);
    if (some->empty()) break;
    size += some->size();
  }
  EXPECT_EQ(size, zeros.size());
}

/// An object whose only frame holds `compressed`, as a holder of the key might make it.
std::string sealed_frame(const Key& key, const std::string& compressed) {
  const ObjectHead head{"1234567", key.id(), std::string(32, 's'), ""};
  FrameCipher cipher(FrameCipher::Direction::seal, key, head, kOptions.name);
  std::string frame = std::string(FrameHead::kBytes, '\0') + compressed + std::string(kTagBytes, '\0');
  EXPECT_TRUE(cipher.seal(frame.data(), compressed.size(), true));
  return encode(head) + frame;
}

TEST(SealedObject, ThatWantsALargeWindowIsRefused) {
  const Key key = Key::make();
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, 24);
  const std::string plain(100, 'x');
  std::string compressed(1000, '\0');
  ZSTD_inBuffer in{plain.data(), plain.size(), 0};
  ZSTD_outBuffer out{compressed.data(), compressed.size(), 0};
  ZSTD_compressStream2(context.get(), &out, &in, ZSTD_e_flush);
  ZSTD_compressStream2(context.get(), &out, &in, ZSTD_e_end);
  compressed.resize(out.pos);
  const auto opened = open(key, kOptions.name, sealed_frame(key, compressed));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::corrupt);
  EXPECT_THAT(opened.error().message, HasSubstr("frame 1: cannot be decompressed"));
}

TEST(SealedObject, HoldsOneRunOfCompressedDataAndNoMore) {
  const Key key = Key::make();
  std::string compressed(ZSTD_compressBound(5), '\0');
  compressed.resize(ZSTD_compress(compressed.data(), compressed.size(), "plain", 5, 1));
  EXPECT_EQ(open(key, kOptions.name, sealed_frame(key, compressed)).value(), "plain");
  for (const std::string& wrong :
       {compressed + compressed, compressed + "x", compressed.substr(0, 12), std::string("no compressed data")}) {
    const auto opened = open(key, kOptions.name, sealed_frame(key, wrong));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::corrupt);
  }
}

TEST(Sealer, RefusesOptionsOutOfBounds) {
  const Key key = Key::make();
  const auto code_with = [&](const auto& change) {
    SealOptions options = kOptions;
    change(options);
    const auto bytes = seal(key, options, "");
    return bytes ? "none" : traits(bytes.error().code).name;
  };
  EXPECT_EQ(code_with([](SealOptions& o) { o.name = ""; }), "invalid_argument");
  EXPECT_EQ(code_with([](SealOptions& o) { o.level = 20; }), "invalid_argument");
  EXPECT_EQ(code_with([](SealOptions& o) { o.level = -8; }), "invalid_argument");
  EXPECT_EQ(code_with([](SealOptions& o) { o.workers = -1; }), "invalid_argument");
  EXPECT_EQ(code_with([](SealOptions& o) { o.label = std::string(65537, 'x'); }), "invalid_argument");
  EXPECT_EQ(code_with([](SealOptions& o) { o.label = std::string(65536, 'x'); }), "none");
}

TEST(Sealer, PassesOnTheErrorOfItsSinkEverAfter) {
  std::size_t left = 300'000;
  auto sealer = Sealer::start(Key::make(), kOptions, [&left](std::string_view bytes) -> Status {
    if (bytes.size() > left) return Error{Code::no_space, "disk: is full"};
    left -= bytes.size();
    return {};
  });
  ASSERT_TRUE(sealer);
  EXPECT_EQ(sealer->add(random_bytes(1'000'000)).error().code, Code::no_space);
  left = 10'000'000;
  EXPECT_EQ(sealer->add("x").error().code, Code::no_space);
  EXPECT_EQ(sealer->flush().error().code, Code::no_space);
  EXPECT_EQ(sealer->finish().error().code, Code::no_space);
}

TEST(Sealer, WithFurtherThreadsTellsOfItsSinkInFinishAtTheLatest) {
  for (const int good_calls : {1, 2, 5}) {
    int calls = 0;
    SealOptions options{.name = "o", .label = ""};
    options.workers = 2;
    auto sealer = Sealer::start(Key::make(), options, [&](std::string_view) -> Status {
      if (++calls > good_calls) return Error{Code::no_space, "disk full"};
      return {};
    });
    ASSERT_TRUE(sealer.has_value());
    const std::string bytes = random_bytes(4U << 20U);
    Status added;
    for (int turn = 0; turn < 8 && added; ++turn) added = sealer->add(bytes);
    const auto finished = sealer->finish();
    ASSERT_FALSE(finished.has_value());
    EXPECT_EQ(finished.error().code, Code::no_space);
    EXPECT_EQ(calls, good_calls + 1) << "nothing follows what is missing";
  }
}

TEST(Sealer, WithFurtherThreadsMayBeGivenUpAtAnyTime) {
  std::atomic<int> calls{0};
  for (int turn = 0; turn < 20; ++turn) {
    SealOptions options{.name = "o", .label = ""};
    options.workers = 2;
    auto sealer = Sealer::start(Key::make(), options, [&](std::string_view) -> Status {
      ++calls;
      return {};
    });
    ASSERT_TRUE(sealer.has_value());
    ASSERT_TRUE(sealer->add(std::string(static_cast<std::size_t>(turn) << 18U, 'x')).has_value());
  }
  EXPECT_GE(calls, 20);  // the heads
}

TEST(Opener, PassesOnTheErrorOfItsSource) {
  const Key key = Key::make();
  std::string bytes = seal(key, kOptions, random_bytes(1'000'000)).value();
  auto opener = Opener::start(key, kOptions.name,
                              [rest = source_of(bytes), calls = 0](std::size_t most) mutable -> Result<std::string> {
                                if (++calls == 4) return Error{Code::unavailable, "store: does not answer"};
                                return rest(most);
                              });
  ASSERT_TRUE(opener);
  EXPECT_EQ(read_all(*opener).error().code, Code::unavailable);
}

}  // namespace
}  // namespace slipway::archive
