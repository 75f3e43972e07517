#include <gtest/gtest.h>

#include "services/backup/storage_address.hpp"

namespace slipway::backup {
namespace {

/// The message of a refused URL.
std::string refused(const std::string& url) {
  const auto parsed = parse_storage_url(url);
  if (parsed) return "accepted as " + parsed->describe();
  EXPECT_EQ(parsed.error().code, Code::invalid_argument);
  EXPECT_NE(parsed.error().hint.find("write it like "), std::string::npos);
  return parsed.error().message;
}

TEST(StorageAddress, IsADirectory) {
  const auto parsed = parse_storage_url("file:///srv/backup disk//");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->kind, StorageKind::directory);
  EXPECT_EQ(parsed->path, "/srv/backup disk");
  EXPECT_EQ(parsed->describe(), "file:///srv/backup disk");
  EXPECT_NE(refused("file://srv/backup").find("three slashes"), std::string::npos);
  EXPECT_NE(refused("file:///").find("path is missing"), std::string::npos);
  EXPECT_NE(refused("file:///srv/../etc").find("'..'"), std::string::npos);
  EXPECT_NE(refused("file:///srv/a\nb").find("control character"), std::string::npos);
}

TEST(StorageAddress, IsAnSftpHost) {
  auto parsed = parse_storage_url("sftp://slipway@backup.example.org:2222/srv/backup/");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->kind, StorageKind::sftp);
  EXPECT_EQ(parsed->user, "slipway");
  EXPECT_EQ(parsed->host, "backup.example.org");
  EXPECT_EQ(parsed->port, 2222);
  EXPECT_EQ(parsed->path, "/srv/backup");
  EXPECT_EQ(parsed->describe(), "sftp://slipway@backup.example.org:2222/srv/backup");
  parsed = parse_storage_url("sftp://slipway@[2001:db8::1]/srv/backup");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->host, "2001:db8::1");
  EXPECT_EQ(parsed->port, 22);
  EXPECT_EQ(parsed->describe(), "sftp://slipway@[2001:db8::1]/srv/backup");
  EXPECT_NE(refused("sftp://backup.example.org/srv").find("user is missing"), std::string::npos);
  EXPECT_NE(refused("sftp://slipway@/srv").find("is no host"), std::string::npos);
  EXPECT_NE(refused("sftp://slipway@-oProxyCommand=x/srv").find("is no host"), std::string::npos);
  EXPECT_NE(refused("sftp://-x@host/srv").find("is no user"), std::string::npos);
  EXPECT_NE(refused("sftp://slipway@host:0/srv").find("'0' is no port"), std::string::npos);
  EXPECT_NE(refused("sftp://slipway@host:70000/srv").find("is no port"), std::string::npos);
  EXPECT_NE(refused("sftp://slipway@host:/srv").find("is no port"), std::string::npos);
  EXPECT_NE(refused("sftp://slipway@host").find("path is missing"), std::string::npos);
}

// A35
TEST(StorageAddress, IsAnFtpHost) {
  auto parsed = parse_storage_url("ftps://keeper@backup.example.org/srv/backup/");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->kind, StorageKind::ftps);
  EXPECT_EQ(parsed->port, 21);
  EXPECT_EQ(parsed->path, "/srv/backup");
  EXPECT_EQ(parsed->describe(), "ftps://keeper@backup.example.org/srv/backup");
  parsed = parse_storage_url("ftp://keeper@backup.example.org:2121/srv");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->kind, StorageKind::ftp);
  EXPECT_EQ(parsed->describe(), "ftp://keeper@backup.example.org:2121/srv");
  const std::string message = refused("ftps://keeper:secret@host/srv");
  EXPECT_NE(message.find("'ftps://…': there is a password"), std::string::npos);
  EXPECT_EQ(message.find("secret"), std::string::npos);
}

TEST(StorageAddress, NeverRepeatsAPassword) {
  const std::string message = refused("sftp://slipway:secret@host/srv");
  EXPECT_NE(message.find("password"), std::string::npos);
  EXPECT_EQ(message.find("secret"), std::string::npos);
}

TEST(StorageAddress, IsABucket) {
  auto parsed = parse_storage_url("s3://backups/desk/one/?endpoint=https://s3.example.org:9000&region=eu-west-1");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->kind, StorageKind::s3);
  EXPECT_EQ(parsed->bucket, "backups");
  EXPECT_EQ(parsed->path, "desk/one");
  EXPECT_EQ(parsed->endpoint, "https://s3.example.org:9000");
  EXPECT_EQ(parsed->region, "eu-west-1");
  EXPECT_EQ(parsed->describe(), "s3://backups/desk/one");
  parsed = parse_storage_url("s3://backups");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->path, "");
  EXPECT_EQ(parsed->describe(), "s3://backups");
  EXPECT_NE(refused("s3://").find("is no bucket"), std::string::npos);
  EXPECT_NE(refused("s3://b/x").find("'b' is no bucket"), std::string::npos);
  EXPECT_NE(refused("s3://backups?endpont=x").find("'endpont' is not known; known are endpoint and region"),
            std::string::npos);
  EXPECT_NE(refused("s3://backups?endpoint=s3.example.org").find("is no endpoint"), std::string::npos);
  EXPECT_NE(refused("s3://backups?region=").find("is no region"), std::string::npos);
}

TEST(StorageAddress, NamesTheKindsThereAre) {
  EXPECT_NE(refused("gopher://host/x").find("must begin with file://, sftp://, s3://"), std::string::npos);
  EXPECT_NE(refused("").find("must begin with"), std::string::npos);
  EXPECT_NE(refused("/srv/backup").find("must begin with"), std::string::npos);
}

}  // namespace
}  // namespace slipway::backup
