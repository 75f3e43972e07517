#include <gtest/gtest.h>

#include <random>

#include "appliance/archive/frame.hpp"
#include "appliance/archive/object_head.hpp"
#include "appliance/archive/sealed.hpp"
#include "tests/support/sealed_bytes.hpp"

namespace slipway::archive {
namespace {

using test::source_of;
using Random = std::mt19937_64;

const SealOptions kOptions{.name = "backups/1/account", .label = R"({"kind":"full"})"};

/// Text, zeros and bytes that cannot be compressed, one behind the other.
std::string random_content(std::size_t size, Random& random) {
  std::string content;
  while (content.size() < size) {
    const std::size_t run = std::min(size - content.size(), random() % 100'000 + 1);
    const auto kind = random() % 3;
    for (std::size_t i = 0; i < run; ++i)
      content += kind == 0 ? '\0' : kind == 1 ? static_cast<char>(random()) : "ticket is resolved "[i % 19];
  }
  return content;
}

/// Sealed in pieces, with flushes between some of them.
std::string seal_in_pieces(const Key& key, const SealOptions& options, std::string_view plain, Random& random) {
  std::string bytes;
  auto sealer = Sealer::start(key, options, test::append_to(bytes));
  EXPECT_TRUE(sealer);
  const std::size_t largest = plain.size() / (random() % 8 + 1) + 1;
  while (!plain.empty()) {
    const std::string_view piece = plain.substr(0, random() % largest + 1);
    EXPECT_TRUE(sealer->add(piece));
    EXPECT_TRUE(random() % 3 != 0 || sealer->flush());
    plain.remove_prefix(piece.size());
  }
  EXPECT_TRUE(sealer->finish());
  return bytes;
}

struct Read {
  std::string plain;  ///< what was given before the end or the error
  std::optional<Code> failure;
};

Read read(const Key& key, const std::string& name, const std::string& bytes, bool tolerant = false) {
  auto opener = Opener::start(key, name, source_of(bytes));
  if (!opener) return {{}, opener.error().code};
  if (tolerant) opener->tolerate_no_end();
  Read read;
  while (true) {
    const auto more = opener->read(1U << 16U);
    if (!more) read.failure = more.error().code;
    if (!more || more->empty()) return read;
    read.plain += *more;
  }
}

/// An object cut into its head and its frames.
std::vector<std::string> cut(const std::string& bytes) {
  const auto fixed = decode_fixed_part(std::string_view(bytes).substr(0, ObjectHead::kFixedBytes), "object");
  std::size_t at = ObjectHead::kFixedBytes + fixed.value().label_bytes;
  std::vector<std::string> parts{bytes.substr(0, at)};
  while (at < bytes.size()) {
    const auto head = decode_frame_head(std::string_view(bytes).substr(at));
    parts.push_back(bytes.substr(at, FrameHead::kBytes + head.value().content_bytes + kTagBytes));
    at += parts.back().size();
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts) {
  std::string bytes;
  for (const std::string& part : parts) bytes += part;
  return bytes;
}

/// A small object of `frames` frames, each holding a word.
std::string small_object(const Key& key, int frames) {
  std::string bytes;
  auto sealer = Sealer::start(key, kOptions, test::append_to(bytes));
  for (int i = 1; i < frames; ++i) EXPECT_TRUE(sealer->add("word" + std::to_string(i) + " ") && sealer->flush());
  EXPECT_TRUE(sealer->add("end") && sealer->finish());
  return bytes;
}

/// That reading `bytes` ends in an error, and gives nothing before it that `plain` does not begin with.
testing::AssertionResult found(const Key& key, const std::string& bytes, const std::string& plain) {
  const Read got = read(key, kOptions.name, bytes);
  if (!got.failure) return testing::AssertionFailure() << "was not noticed";
  if (*got.failure != Code::corrupt && *got.failure != Code::unauthenticated && *got.failure != Code::unsupported)
    return testing::AssertionFailure() << traits(*got.failure).name;
  if (!plain.starts_with(got.plain)) return testing::AssertionFailure() << "gave what was never sealed";
  return testing::AssertionSuccess();
}

// A35, F1
TEST(SealedObjectProperty, WhateverIsSealedComesBack) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  const Key key = Key::make();
  for (int round = 0; round < 60; ++round) {
    const std::string plain = random_content(random() % (round % 4 == 0 ? 3'000'000 : 5'000), random);
    SealOptions options{.name = "object " + std::to_string(round), .label = std::string(random() % 300, 'l')};
    options.level = static_cast<int>(random() % 12) - 7;
    options.workers = static_cast<int>(random() % 3);
    const std::string bytes = seal_in_pieces(key, options, plain, random);
    auto opener = Opener::start(key, options.name, source_of(bytes, random() % 100'000 + 1));
    ASSERT_TRUE(opener);
    const auto again = test::read_all(*opener, random() % 200'000 + 1);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_TRUE(*again == plain);
    ASSERT_TRUE(opener->whole());
    ASSERT_EQ(opener->label(), options.label);
  }
}

// F1
TEST(SealedObjectProperty, EveryFlippedBitIsFound) {
  const Key key = Key::make();
  const std::string bytes = small_object(key, 4);
  const std::string whole = read(key, kOptions.name, bytes).plain;
  ASSERT_EQ(whole, "word1 word2 word3 end");
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    SCOPED_TRACE(bit);
    std::string altered = bytes;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ 1 << bit % 8);
    ASSERT_TRUE(found(key, altered, whole));
  }
}

// F1
TEST(SealedObjectProperty, EveryTruncationIsFound) {
  const Key key = Key::make();
  const std::string bytes = small_object(key, 4);
  const std::string whole = read(key, kOptions.name, bytes).plain;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    SCOPED_TRACE(size);
    ASSERT_TRUE(found(key, bytes.substr(0, size), whole));
  }
}

// F1
TEST(SealedObjectProperty, FramesStandOnlyWhereTheyWereSealed) {
  const Key key = Key::make();
  const auto parts = cut(small_object(key, 6));
  const auto others = cut(small_object(key, 6));
  ASSERT_EQ(parts.size(), 7U);
  const std::string whole = read(key, kOptions.name, join(parts)).plain;
  ASSERT_EQ(whole, "word1 word2 word3 word4 word5 end");
  for (std::size_t a = 1; a < parts.size(); ++a) {
    SCOPED_TRACE(a);
    auto changed = parts;
    changed.erase(changed.begin() + static_cast<long>(a));
    ASSERT_TRUE(found(key, join(changed), whole));
    changed = parts;
    changed[a] = others[a];
    ASSERT_TRUE(found(key, join(changed), whole));
    for (std::size_t b = 1; b < parts.size(); ++b) {
      SCOPED_TRACE(b);
      changed = parts;
      changed.insert(changed.begin() + static_cast<long>(a), parts[b]);
      ASSERT_TRUE(found(key, join(changed), whole));
      changed = parts;
      std::swap(changed[a], changed[b]);
      if (a != b) {
        ASSERT_TRUE(found(key, join(changed), whole));
      }
    }
  }
  auto changed = parts;
  changed[0] = others[0];
  ASSERT_TRUE(found(key, join(changed), whole));
}

// F1
TEST(SealedObjectProperty, AnyOtherNameAndAnyOtherLabelAreFound) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  const Key key = Key::make();
  for (int round = 0; round < 300; ++round) {
    const SealOptions options{.name = std::string(random() % 20 + 1, 'n'), .label = std::string(random() % 20, 'n')};
    const std::string bytes = test::seal(key, options, "plain").value();
    const std::string other(random() % 24, 'n');
    ASSERT_EQ(read(key, other, bytes).failure.has_value(), other != options.name);
    // The label's last letters as the name's first ones: the same bytes, cut elsewhere.
    if (options.label.empty()) continue;
    std::string moved = bytes.substr(0, ObjectHead::kFixedBytes) + bytes.substr(ObjectHead::kFixedBytes + 1);
    moved[23] = static_cast<char>(moved[23] - 1);
    ASSERT_TRUE(read(key, "n" + options.name, moved).failure.has_value());
  }
}

// A35
TEST(SealedObjectProperty, WithoutAnEndGivesWhatWasFlushedAndNeverAnythingElse) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  const Key key = Key::make();
  for (int round = 0; round < 2000; ++round) {
    const int frames = static_cast<int>(random() % 6) + 1;
    const auto parts = cut(small_object(key, frames));
    const std::string plain = read(key, kOptions.name, join(parts)).plain;
    const std::string object = join(parts);
    std::string bytes = object.substr(0, parts[0].size() + random() % (object.size() - parts[0].size()));
    const std::string left = bytes + std::string(random() % 2 * 3000, '\0');
    std::string flushed;
    std::size_t at = parts[0].size();
    for (std::size_t i = 1; i < parts.size(); ++i) {
      // Not by its length: zeros may be just what was to come.
      if (!left.starts_with(object.substr(0, at += parts[i].size()))) break;
      flushed += i + 1 < parts.size() ? "word" + std::to_string(i) + " " : "end";
    }
    const Read torn = read(key, kOptions.name, left, true);
    ASSERT_FALSE(torn.failure);
    ASSERT_EQ(torn.plain, flushed);
    bytes[random() % bytes.size()] ^= static_cast<char>(random() % 255 + 1);
    const Read altered = read(key, kOptions.name, bytes, true);
    ASSERT_TRUE(plain.starts_with(altered.plain));
  }
}

TEST(SealedObjectProperty, GarbageIsHarmless) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  const Key key = Key::make();
  const std::string object = small_object(key, 5);
  const std::string whole = read(key, kOptions.name, object).plain;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = object;
    if (round % 2 == 0) {
      const std::size_t kept = random() % bytes.size();
      for (std::size_t i = kept; i < bytes.size(); ++i) bytes[i] = static_cast<char>(random());
    }
    for (auto i = random() % 4; i > 0; --i) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 2 == 0) bytes.insert(random() % bytes.size(), random() % 50, static_cast<char>(random()));
    if (random() % 2 == 0) bytes.erase(random() % bytes.size(), random() % 50);
    if (bytes == object) continue;
    ASSERT_TRUE(read(key, kOptions.name, bytes).failure.has_value());
    const Read tolerated = read(key, kOptions.name, bytes, true);
    ASSERT_TRUE(whole.starts_with(tolerated.plain));
    (void)peek_label(source_of(bytes)).has_value();
  }
}

}  // namespace
}  // namespace slipway::archive
