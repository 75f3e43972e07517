#include <gtest/gtest.h>

#include <array>
#include <random>

#include "migrate/dumps/dump_filter.hpp"

namespace slipway::migrate {
namespace {

struct Seen {
  std::vector<std::string> texts;
  std::vector<std::uint64_t> lines;
  bool failed = false;
  bool operator==(const Seen&) const = default;
};

Seen scan(std::string_view text, const std::vector<std::size_t>& cuts, std::string delimiter) {
  Seen seen;
  StatementScanner scanner(StatementScanner::kLongestStatement, std::move(delimiter));
  const auto each = [&](Statement&& statement) -> Status {
    seen.texts.push_back(std::move(statement.text));
    seen.lines.push_back(statement.line);
    return {};
  };
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    if (!scanner.feed(text.substr(from, cut - from), each)) seen.failed = true;
    from = cut;
  }
  if (!scanner.feed(text.substr(from), each) || !scanner.finish(each)) seen.failed = true;
  return seen;
}

std::vector<std::size_t> random_cuts(std::size_t size, std::mt19937& random) {
  std::vector<std::size_t> cuts;
  for (std::size_t i = random() % 12; i > 0 && size > 0; --i) cuts.push_back(random() % size);
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

// A27: however the stream is cut into pieces, the same statements come out.
TEST(DumpScanProperty, PiecesDoNotMatter) {
  constexpr std::array<std::string_view, 22> words{"INSERT INTO t VALUES (",
                                                   "'",
                                                   "\"",
                                                   "`",
                                                   "\\",
                                                   "''",
                                                   ";",
                                                   ";;",
                                                   "\n",
                                                   ";\n",
                                                   "-- ",
                                                   "--",
                                                   "#",
                                                   "/*",
                                                   "*/",
                                                   "/*!50003 ",
                                                   "\nDELIMITER ;;\n",
                                                   "\ndelimiter ;\n",
                                                   "abcdefghijklmnopqrstuvwxyz0123456789",
                                                   " ",
                                                   "/",
                                                   "-"};
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (std::size_t i = random() % 60; i > 0; --i) text += words[random() % words.size()];
    const std::string delimiter = random() % 4 == 0 ? ";\n" : ";";
    const Seen whole = scan(text, {}, delimiter);
    std::vector<std::size_t> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(i);
    ASSERT_EQ(scan(text, bytes, delimiter), whole) << text;
    ASSERT_EQ(scan(text, random_cuts(text.size(), random), delimiter), whole) << text;
  }
}

// Statements put together come apart again, whatever their values hold.
TEST(DumpScanProperty, ValuesOfAnyBytesComeApartAgain) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> wanted;
    std::string text;
    for (std::size_t i = random() % 8; i > 0; --i) {
      std::string statement = "INSERT INTO `t` VALUES (1,'";
      for (std::size_t k = random() % 40; k > 0; --k) {
        const char c = static_cast<char>(random() % 256);
        if (c == '\'' || c == '\\') statement += '\\';
        statement += c;
      }
      wanted.push_back(statement + "')");
      text += wanted.back() + (random() % 2 == 0 ? ";\n" : ";\n-- it's; a comment\n/*!40000 x */;\n");
      if (text.ends_with("x */;\n")) wanted.emplace_back("/*!40000 x */");
    }
    const Seen seen = scan(text, random_cuts(text.size(), random), ";");
    ASSERT_FALSE(seen.failed);
    ASSERT_EQ(seen.texts, wanted);
  }
}

// Garbage is judged without harm (run under the sanitizers), and what changes a statement leaves its values alone.
TEST(DumpScanProperty, GarbageIsHarmless) {
  constexpr std::array<std::string_view, 20> words{"CREATE ",
                                                   "SET ",
                                                   "@@",
                                                   "GLOBAL ",
                                                   "DEFINER=",
                                                   "`a`@`b` ",
                                                   "/*!50001 ",
                                                   "/*!80000 ",
                                                   "*/",
                                                   "'",
                                                   "\"",
                                                   "`",
                                                   "VIEW v ",
                                                   "DATA DIRECTORY=",
                                                   ",",
                                                   "=",
                                                   "(",
                                                   ")",
                                                   "utf8mb4_0900_ai_ci ",
                                                   "USE "};
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (std::size_t i = random() % 16; i > 0; --i) text += words[random() % words.size()];
    DumpFilter filter({});
    StatementScanner scanner;
    Statement statement{text, 1, text.size()};
    const auto considered = filter.consider(statement, scanner);
    if (!considered || !*considered) continue;
    const std::string rewritten = filter.rewrite(std::move(statement), **considered);
    if (filter.findings().definers + filter.findings().directories + filter.findings().collations.size() == 0 &&
        (*considered)->action != Action::database) {
      ASSERT_EQ(rewritten, text);
    }
  }
}

}  // namespace
}  // namespace slipway::migrate
