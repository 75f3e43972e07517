#include <gtest/gtest.h>

#include "services/backup/rclone_failure_rules.hpp"

namespace slipway::backup {
namespace {

TEST(RcloneFailure, TellsTheLastReasonAndItsCode) {
  const Error refused =
      rclone_failure("sftp://u@h/srv/x", "cannot be read", 1,
                     "2026/11/29 10:48:00 Failed to create file system for \"R:/srv\": NewFs: couldn't connect "
                     "SSH: dial tcp 127.0.0.1:22: connect: connection refused\n");
  EXPECT_EQ(refused.code, Code::unavailable);
  EXPECT_EQ(refused.message,
            "sftp://u@h/srv/x: cannot be read: NewFs: couldn't connect SSH: dial tcp 127.0.0.1:22: connect: connection "
            "refused");
  EXPECT_FALSE(refused.hint.empty());
  const Error caused =
      rclone_failure("s3://b", "cannot be listed", 1,
                     "2026/11/29 10:47:44 Failed to lsf with 2 errors: last error was: RequestError: send "
                     "request failed\ncaused by: Get \"http://h/b?prefix=x\": connect: connection refused\n");
  EXPECT_EQ(caused.message,
            "s3://b: cannot be listed: RequestError: send request failed caused by: Get \"http://h/b\": connect: "
            "connection refused");
  const Error listed =
      rclone_failure("s3://b", "cannot be listed", 3,
                     "2026/11/29 10:47:36 ERROR : : error listing: directory not found\n2026/11/29 10:47:36 "
                     "Failed to lsf with 2 errors: last error was: error in ListJSON: directory not found\n");
  EXPECT_EQ(listed.code, Code::not_found);
  EXPECT_EQ(listed.message, "s3://b: cannot be listed: error in ListJSON: directory not found");
}

TEST(RcloneFailure, KnowsWhatHostsAndServicesRefuse) {
  const auto code = [](const std::string& words) { return rclone_failure("x", "y", 1, words).code; };
  EXPECT_EQ(code("ssh: handshake failed: knownhosts: key is unknown"), Code::unauthenticated);
  EXPECT_EQ(code("ssh: handshake failed: knownhosts: key mismatch"), Code::unauthenticated);
  EXPECT_EQ(code("ssh: unable to authenticate, attempted methods [none publickey]"), Code::unauthenticated);
  EXPECT_EQ(code("InvalidAccessKeyId: not in our records.\n\tstatus code: 403"), Code::unauthenticated);
  EXPECT_EQ(code("AccessDenied: Access Denied\n\tstatus code: 403"), Code::permission);
  EXPECT_EQ(code("sftp: \"Permission denied\" (SSH_FX_PERMISSION_DENIED)"), Code::permission);
  EXPECT_EQ(code("XMinioStorageFull: no more"), Code::no_space);
  EXPECT_EQ(code("read tcp 127.0.0.1:1->127.0.0.1:2: i/o timeout"), Code::unavailable);
  EXPECT_EQ(code("something new"), Code::unavailable);
  EXPECT_EQ(rclone_failure("x", "y", 7, "").message, "x: y: rclone ended with 7");
}

TEST(RcloneFailure, KeepsSignaturesToItself) {
  const Error error =
      rclone_failure("s3://b/x", "cannot be written", 1,
                     "2026/11/29 10:47:43 Failed to rcat: Put \"https://h/b/x?X-Amz-Credential=AKIA%2F2026&"
                     "X-Amz-Signature=0123\": EOF\n");
  EXPECT_EQ(error.message, "s3://b/x: cannot be written: Put \"https://h/b/x\": EOF");
}

}  // namespace
}  // namespace slipway::backup
