// The pure rules of the migration tool.
#include <gtest/gtest.h>

#include "migrate/engine/key_rules.hpp"
#include "migrate/engine/source_rules.hpp"
#include "migrate/engine/table_build.hpp"
#include "migrate/engine/table_shape_rules.hpp"
#include "migrate/products/mime_decode.hpp"
#include "migrate/products/part_rules.hpp"

namespace slipway::migrate {
namespace {

TEST(SourceAddress, ReadsUrlsSocketsAndDumps) {
  const auto url = parse_source("mysql://desk@db.example.net:3307/rt5");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->host, "db.example.net");
  EXPECT_EQ(url->port, 3307);
  EXPECT_EQ(url->user, "desk");
  EXPECT_EQ(url->database, "rt5");
  const auto six = parse_source("mysql://desk@[::1]:3306/rt5");
  ASSERT_TRUE(six.has_value());
  EXPECT_EQ(six->host, "::1");
  const auto socket = parse_source("socket=/run/mysqld/mysqld.sock,user=rt,db=rt5");
  ASSERT_TRUE(socket.has_value());
  EXPECT_EQ(socket->socket, "/run/mysqld/mysqld.sock");
  EXPECT_EQ(socket->user, "rt");
  EXPECT_EQ(socket->database, "rt5");
  const auto dump = parse_source("dump=/srv/rt5.sql.zst");
  ASSERT_TRUE(dump.has_value());
  EXPECT_EQ(dump->kind, SourceAddress::Kind::dump);
  EXPECT_EQ(dump->file, "/srv/rt5.sql.zst");
}

TEST(SourceAddress, RefusesPasswordsAndNonsense) {
  for (const char* text :
       {"mysql://desk:secret@host/db", "mysql://desk@host:0/db", "mysql://desk@host:99999/db", "mysql://@host",
        "mysql://desk@", "socket=", "socket=/s,port=3", "dump=", "postgres://x", ""}) {
    const auto parsed = parse_source(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Code::invalid_argument) << text;
    EXPECT_FALSE(parsed.error().hint.empty()) << text;
    EXPECT_EQ(parsed.error().message.find("secret"), std::string::npos);
  }
}

TEST(TableShape, TakesSecondaryAndForeignKeysApart) {
  const auto shape =
      take_apart("t",
                 "CREATE TABLE `t` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  `a, b` varchar(9) DEFAULT 'KEY (x)',\n"
                 "  PRIMARY KEY (`id`),\n  UNIQUE KEY `u` (`a, b`),\n  KEY `k` (`a, b`,`id`),\n"
                 "  CONSTRAINT `f` FOREIGN KEY (`id`) REFERENCES `o` (`id`) ON DELETE CASCADE,\n"
                 "  CONSTRAINT `c` CHECK (`id` > 0)\n) ENGINE=MyISAM AUTO_INCREMENT=9 DEFAULT CHARSET=utf8mb4 "
                 "COLLATE=utf8mb4_general_ci COMMENT='x'");
  ASSERT_TRUE(shape.has_value());
  EXPECT_EQ(shape->bare,
            "CREATE TABLE `t` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  `a, b` varchar(9) DEFAULT 'KEY (x)',\n  "
            "PRIMARY KEY (`id`),\n"
            "  CONSTRAINT `c` CHECK (`id` > 0)\n) ENGINE=InnoDB AUTO_INCREMENT=9 DEFAULT CHARSET=utf8mb4 "
            "COLLATE=utf8mb4_general_ci COMMENT='x' STATS_AUTO_RECALC=0");
  EXPECT_EQ(shape->keys, (std::vector<std::string>{"UNIQUE KEY `u` (`a, b`)", "KEY `k` (`a, b`,`id`)"}));
  EXPECT_EQ(shape->foreign_keys,
            (std::vector<std::string>{"CONSTRAINT `f` FOREIGN KEY (`id`) REFERENCES `o` (`id`) ON DELETE CASCADE"}));
  ASSERT_EQ(shape->changes.size(), 1U);
}

TEST(TableShape, KeepsTheKeyOfACounterThatIsNotThePrimaryKey) {
  const auto shape = take_apart(
      "t",
      "CREATE TABLE `t` (\n  `a` int NOT NULL,\n  `n` int NOT NULL AUTO_INCREMENT,\n  PRIMARY KEY (`a`,`n`),\n"
      "  KEY `n` (`n`),\n  KEY `o` (`a`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4");
  ASSERT_TRUE(shape.has_value());
  EXPECT_NE(shape->bare.find("KEY `n` (`n`)"), std::string::npos);
  EXPECT_EQ(shape->keys, (std::vector<std::string>{"KEY `o` (`a`)"}));
}

TEST(TableKeys, GoWithTheRowsOnlyWhereThatSavesAReading) {
  constexpr std::uint64_t kMemory = 1'000'000'000;
  Table large;
  large.rows_estimate = 1'000'000;
  large.bytes_estimate = 2 * kMemory;
  const KeysOfTable plain{"t", {"KEY `a` (`a`)", "KEY `b` (`b`)"}, {}, ""};
  EXPECT_TRUE(keys_go_with_rows(large, plain, kMemory));
  EXPECT_FALSE(keys_go_with_rows(large, {"t", {}, {}, ""}, kMemory));
  for (const char* other : {"UNIQUE KEY `u` (`u`)", "FULLTEXT KEY `f` (`f`)", "SPATIAL KEY `s` (`s`)"})
    EXPECT_FALSE(keys_go_with_rows(large, {"t", {"KEY `a` (`a`)", other}, {}, ""}, kMemory)) << other;
  EXPECT_FALSE(keys_go_with_rows(large, plain, 3 * kMemory)) << "it stays in memory";
  Table wide_keys = large;
  wide_keys.key_bytes_estimate = kMemory / 2;
  EXPECT_FALSE(keys_go_with_rows(wide_keys, plain, kMemory)) << "its keys do not";
  Table many_rows = large;
  many_rows.rows_estimate = 50'000'000;
  EXPECT_FALSE(keys_go_with_rows(many_rows, plain, kMemory)) << "nor can they, whatever the source says of them";
}

TEST(TableShape, ReplacesCollationsOfMySql) {
  std::vector<std::string> changes;
  EXPECT_EQ(
      replace_collations("COLLATE utf8mb4_0900_ai_ci, COLLATE utf8mb4_de_pb_0900_as_cs, COLLATE utf8mb4_0900_bin",
                         changes),
      "COLLATE utf8mb4_uca1400_nopad_ai_ci, COLLATE utf8mb4_uca1400_german2_nopad_as_cs, COLLATE utf8mb4_nopad_bin");
  EXPECT_EQ(changes.size(), 3U);
  EXPECT_FALSE(take_apart("v", "CREATE VIEW `v` AS SELECT 1").has_value());
}

// F6
TEST(KeyRange, ComparesColumnByColumn) {
  const std::vector<KeyColumn> key{{"`a`", KeyColumn::Form::number, "", 0},
                                   {"`b`", KeyColumn::Form::text, "utf8mb4", 1}};
  EXPECT_EQ(condition(key, {}), "");
  EXPECT_EQ(condition(key, {{"1"}, {"5"}}), "`a` > 1 AND `a` <= 5");
  EXPECT_EQ(condition(key, {{"1", "'x'"}, {}}), "`a` >= 1 AND (`a` > 1 OR (`b` > 'x'))");
  EXPECT_EQ(condition(key, {{}, {"9", "'y'"}}), "`a` <= 9 AND (`a` < 9 OR (`b` <= 'y'))");
}

TEST(KeyRange, WritesLiteralsThatNeedNoQuoting) {
  EXPECT_EQ(literal({"`a`", KeyColumn::Form::number, "", 0}, "-7"), "-7");
  EXPECT_EQ(literal({"`a`", KeyColumn::Form::text, "latin1", 0}, "a'\xe9"), "_latin1 X'6127e9'");
  EXPECT_EQ(literal({"`a`", KeyColumn::Form::bytes, "", 0}, std::string_view("\0\n", 2)), "X'000a'");
  EXPECT_EQ(literal({"`a`", KeyColumn::Form::plain, "", 0}, "2026-01-01 00:00:00"), "'2026-01-01 00:00:00'");
  EXPECT_EQ(literal({"`a`", KeyColumn::Form::uuid, "", 0},
                    "\x12\x3e\x45\x67\xe8\x9b\x12\xd3\xa4\x56\x42\x66\x55\x44\x01\x02"),
            "_latin1'123e4567-e89b-12d3-a456-426655440102'");
  const Position position{"1", "_utf8mb4 X'61'"};
  EXPECT_EQ(from_line(to_line(position)), position);
  EXPECT_EQ(from_line(""), Position{});
}

Part part(std::int64_t id, std::int64_t parent, std::string type, std::string file = "", std::string headers = "") {
  return {id, parent, std::move(type), std::move(file), std::move(headers), "none", 10};
}

TEST(MessageBody, IsTheFirstTextThatIsNoFile) {
  EXPECT_EQ(choose_body({part(1, 0, "text/plain")}), 0U);
  EXPECT_EQ(choose_body({part(1, 0, "multipart/mixed"), part(2, 1, "text/plain", "a.txt"), part(3, 1, "text/html")}),
            2U);
  EXPECT_EQ(choose_body({part(1, 0, "multipart/alternative"), part(2, 1, "text/html"), part(3, 1, "text/plain")}), 2U);
  EXPECT_EQ(choose_body({part(1, 0, "text/plain", "", "Subject: x\nContent-Disposition: Attachment; filename=a\n")}),
            std::nullopt);
  EXPECT_EQ(choose_body({part(1, 0, "application/pdf", "a.pdf")}), std::nullopt);
  EXPECT_EQ(choose_body({}), std::nullopt);
}

TEST(MessageBody, SurvivesPartsThatHoldThemselves) {
  EXPECT_EQ(choose_body({part(1, 2, "multipart/mixed"), part(2, 1, "multipart/mixed")}), std::nullopt);
}

TEST(Headers, AreFoundUnfoldedAndWithoutCase) {
  const std::string headers = "Subject: a\nCONTENT-type: text/plain;\n\tcharset=\"utf-8\"\nX: y\n";
  EXPECT_EQ(header_field(headers, "Content-Type"), "text/plain; charset=\"utf-8\"");
  EXPECT_EQ(header_field(headers, "X"), "y");
  EXPECT_EQ(header_field(headers, "Y"), "");
}

TEST(Decoding, UndoesTransferEncodings) {
  EXPECT_EQ(decode_transfer("base64", "w6ks\nIGE=").value(), "\xC3\xA9, a");
  EXPECT_EQ(decode_transfer("Quoted-Printable", "a=3Db=\nc").value(), "a=bc");
  EXPECT_EQ(decode_transfer("none", std::string("\0x", 2)).value(), std::string("\0x", 2));
  EXPECT_EQ(decode_transfer("", "").value(), "");
  EXPECT_EQ(decode_transfer("external", "x").error().code, Code::unsupported);
}

TEST(Decoding, MakesUtf8OfEveryCharset) {
  EXPECT_EQ(to_utf8("text/plain; charset=\"iso-8859-1\"", "\xE9"), "\xC3\xA9");
  EXPECT_EQ(to_utf8("text/plain; charset=koi8-r", "\xC1"), "\xD0\xB0");
  EXPECT_EQ(to_utf8("text/plain; charset=utf-8", "d\xE9j\xC3\xA0"), "d\\xE9j\xC3\xA0");
  EXPECT_EQ(to_utf8("text/plain; charset=klingon", "a\xFF"), "a\\xFF");
  EXPECT_EQ(to_utf8("", std::string("a\0b", 3)), std::string("a\0b", 3));
}

TEST(Addresses, LoseTheirLeadingZeros) {
  EXPECT_EQ(plain_address("192.000.002.075"), "192.0.2.75");
  EXPECT_EQ(plain_address("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(plain_address("2001:0db8:0000:0000:0000:0000:0000:0001"), "2001:db8:0:0:0:0:0:1");
}

}  // namespace
}  // namespace slipway::migrate
