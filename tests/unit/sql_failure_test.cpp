#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appliance/sql/failure.hpp"

namespace slipway::sql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Error error_of(unsigned number, std::string_view sqlstate, std::string_view text, bool limit_passed = false) {
  return to_error({number, sqlstate, text, limit_passed}, "web@socket:/run/db.sock/acct");
}

TEST(SqlFailure, MapsNumbersToCodes) {
  struct Case {
    unsigned number;
    const char* sqlstate;
    Code code;
  };
  for (const Case& one : {Case{1045, "28000", Code::unauthenticated},  Case{1698, "28000", Code::unauthenticated},
                          Case{1044, "42000", Code::permission},       Case{1142, "42000", Code::permission},
                          Case{2002, "HY000", Code::unavailable},      Case{2006, "HY000", Code::unavailable},
                          Case{2013, "HY000", Code::unavailable},      Case{1053, "08S01", Code::unavailable},
                          Case{1040, "08004", Code::unavailable},      Case{1205, "HY000", Code::timeout},
                          Case{1969, "70100", Code::timeout},          Case{3024, "HY000", Code::timeout},
                          Case{1213, "40001", Code::conflict},         Case{1062, "23000", Code::conflict},
                          Case{1452, "23000", Code::conflict},         Case{4025, "23000", Code::conflict},
                          Case{3819, "HY000", Code::conflict},         Case{1644, "45000", Code::conflict},
                          Case{9999, "45000", Code::conflict},         Case{1021, "HY000", Code::no_space},
                          Case{1114, "HY000", Code::no_space},         Case{1049, "42000", Code::not_found},
                          Case{1146, "42S02", Code::not_found},        Case{1153, "08S01", Code::too_large},
                          Case{1317, "70100", Code::cancelled},        Case{2026, "HY000", Code::unauthenticated},
                          Case{1406, "22001", Code::invalid_argument}, Case{1064, "42000", Code::internal}}) {
    EXPECT_EQ(error_of(one.number, one.sqlstate, "Some text").code, one.code) << one.number;
  }
  EXPECT_EQ(error_of(2013, "HY000", "Lost connection", true).code, Code::timeout);
  EXPECT_EQ(error_of(1030, "HY000", "Got error 28 \"No space left on device\" from storage engine").code,
            Code::no_space);
  EXPECT_EQ(error_of(1290, "HY000", "The MariaDB server is running with the --read-only option").code,
            Code::unavailable);
}

TEST(SqlFailure, CarriesNumberAndStateAndNamesTheSession) {
  const Error error = error_of(1146, "42S02", "Table 'acct.nope' doesn't exist");
  EXPECT_EQ(error.message, "web@socket:/run/db.sock/acct: table 'acct.nope' doesn't exist");
  EXPECT_THAT(error.context,
              testing::ElementsAre(testing::Pair("mysql_errno", "1146"), testing::Pair("sqlstate", "42S02")));
  EXPECT_EQ(mysql_errno_of(error), 1146U);
  EXPECT_EQ(mysql_errno_of(Error{}), 0U);
}

TEST(SqlFailure, LeavesValuesOut) {
  EXPECT_THAT(error_of(1062, "23000", "Duplicate entry 'eve@example.org' for key 'person_login'").message,
              testing::EndsWith("duplicate entry for key 'person_login'"));
  EXPECT_THAT(error_of(1062, "23000", "Duplicate entry 'x' for key y' for key 'person_login'").message,
              testing::EndsWith("duplicate entry for key 'person_login'"));
  for (const auto* text : {"Incorrect datetime value: 'my secret' for column `a`.`b`.`c` at row 1",
                           "You have an error in your SQL syntax near 'my secret' at line 1",
                           "Incorrect string value: 'it's my secret' for column 'c'"})
    EXPECT_THAT(error_of(1292, "22007", text).message, Not(HasSubstr("secret"))) << text;
}

}  // namespace
}  // namespace slipway::sql
