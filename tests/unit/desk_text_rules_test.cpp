#include <gtest/gtest.h>

#include "appliance/base/utf8.hpp"
#include "services/desk/file_rules.hpp"
#include "services/desk/text_rules.hpp"

namespace slipway::desk {
namespace {

TEST(Utf8, KnowsWellFormedText) {
  for (const char* good : {"", "plain", "é", "日本語", "😀", "\u007F"}) EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad :
       {"\xFF", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3", "\xE2\x82", "a\x80"})
    EXPECT_FALSE(is_utf8(bad));
  EXPECT_EQ(utf8_length("日本語 é😀"), 6U);
}

TEST(RequestText, SubjectIsOneLine) {
  EXPECT_TRUE(check_subject("'; DROP TABLE request; --").has_value());
  EXPECT_TRUE(check_subject(std::string(500, 'x')).has_value());
  std::string wide;
  for (int i = 0; i < 500; ++i) wide += "語";
  EXPECT_TRUE(check_subject(wide).has_value());
  EXPECT_FALSE(check_subject(wide + "x").has_value());
  for (const char* bad : {"", "   ", "two\nlines", "tab\tinside", "bell\a", "\xFF"})
    EXPECT_FALSE(check_subject(bad).has_value()) << bad;
}

TEST(RequestText, BodyKeepsLinesAndRefusesControlCharacters) {
  EXPECT_TRUE(check_text("body", "one\r\ntwo\tthree", 100).has_value());
  EXPECT_FALSE(check_text("body", std::string("nul\0", 4), 100).has_value());
  EXPECT_FALSE(check_text("body", "\x1b[31m", 100).has_value());
  EXPECT_FALSE(check_text("body", "12345", 4).has_value());
}

TEST(RequestText, AddressLooksLikeOne) {
  for (const char* good : {"a@b", "rita.r+x@example.org", "é@exämple.org"})
    EXPECT_TRUE(check_email(good).has_value()) << good;
  for (const char* bad : {"", "@", "a@", "@b", "a@b@c", "a b@c", "<a@b>", "a@b,c@d", "a@b\n"})
    EXPECT_FALSE(check_email(bad).has_value()) << bad;
}

TEST(FileNames, KeepTheLastComponentOnly) {
  EXPECT_EQ(safe_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("C:\\temp\\report.pdf"), "report.pdf");
  EXPECT_EQ(safe_file_name("a\r\nb"), "ab");
  for (const char* nothing : {"", "..", "/", "a/..", " . "}) EXPECT_EQ(safe_file_name(nothing), "file") << nothing;
  const auto longest = safe_file_name(std::string(254, 'x') + "é");
  EXPECT_EQ(longest.size(), 254U);
  EXPECT_TRUE(is_utf8(safe_file_name("bad\xFFname")));
}

TEST(FileTypes, AreHarmlessWhenServed) {
  EXPECT_EQ(safe_media_type("image/png"), "image/png");
  EXPECT_EQ(safe_media_type("Text/Plain; charset=utf-8"), "text/plain");
  for (const char* active :
       {"text/html", "application/xhtml+xml", "image/svg+xml", "text/javascript", "application/x-javascript",
        "text/xml", "TEXT/HTML;x=y", "multipart/mixed", "application/ecmascript"})
    EXPECT_EQ(safe_media_type(active), "application/octet-stream") << active;
  for (const char* broken : {"", "image", "image/", "/png", "a/b/c", "image/png\r\nX-Evil: 1", "text html/x"})
    EXPECT_EQ(plain_media_type(broken).find_first_of("\r\n"), std::string::npos) << broken;
}

TEST(Downloads, CarryTheNameInBothForms) {
  EXPECT_EQ(download_disposition("report.pdf"), "attachment; filename=\"report.pdf\"");
  EXPECT_EQ(download_disposition("a\"b\\c.txt"), "attachment; filename=\"c.txt\"");
  EXPECT_EQ(download_disposition("naïve plan.txt"),
            "attachment; filename=\"na_ve plan.txt\"; filename*=UTF-8''na%C3%AFve%20plan.txt");
  EXPECT_EQ(download_disposition("x\r\nSet-Cookie: a=b"), "attachment; filename=\"xSet-Cookie: a=b\"");
  EXPECT_EQ(download_disposition("50%.txt"), "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt");
}

}  // namespace
}  // namespace slipway::desk
