// What the assessment says of databases of known products.
#include <gtest/gtest.h>

#include "migrate/assess/assess.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::migrate::assess {
namespace {

/// As much of Request Tracker 5 as its profile looks at before a move.
constexpr const char* kRequestTracker = R"(
CREATE TABLE Tickets (id INT PRIMARY KEY, EffectiveId INT, SLA VARCHAR(64), Type VARCHAR(16), Status VARCHAR(64), Queue INT, Created DATETIME, Subject VARCHAR(200));
CREATE TABLE Transactions (id INT PRIMARY KEY, ObjectType VARCHAR(64), ObjectId INT);
CREATE TABLE Attachments (id INT PRIMARY KEY, TransactionId INT, ContentEncoding VARCHAR(80));
CREATE TABLE Users (id INT PRIMARY KEY, EmailAddress VARCHAR(120), SMIMECertificate TEXT);
CREATE TABLE Queues (id INT PRIMARY KEY);
CREATE TABLE Principals (id INT PRIMARY KEY);
CREATE TABLE `Groups` (id INT PRIMARY KEY);
CREATE TABLE GroupMembers (id INT PRIMARY KEY);
CREATE TABLE CachedGroupMembers (id INT PRIMARY KEY);
CREATE TABLE CustomFields (id INT PRIMARY KEY);
CREATE TABLE ObjectCustomFieldValues (id INT PRIMARY KEY);
CREATE TABLE Links (id INT PRIMARY KEY);
CREATE TABLE Attributes (id INT PRIMARY KEY);
CREATE TABLE AuthTokens (id INT PRIMARY KEY);
CREATE TABLE Configurations (id INT PRIMARY KEY);
INSERT INTO Queues VALUES (1);
INSERT INTO Users VALUES (1, 'a@example.org', NULL), (2, 'b@example.org', NULL), (3, NULL, NULL), (4, '', NULL);
INSERT INTO Tickets VALUES (1, 1, NULL, 'ticket', 'open', 1, '2026-01-01', 'one'), (2, 1, NULL, 'ticket', 'resolved', 1, '2026-01-01', 'two'),
  (3, 3, NULL, 'reminder', 'made up', 9, NULL, NULL);
INSERT INTO Transactions VALUES (1, 'RT::Ticket', 1), (2, 'RT::User', 99);
INSERT INTO Attachments VALUES (1, 1, 'base64'), (2, 2, 'none');
)";

constexpr const char* kBreak = R"(
INSERT INTO Tickets VALUES (4, 77, NULL, 'ticket', 'Waiting', 5, NULL, '  '), (5, 5, NULL, 'ticket', NULL, 1, '2026-01-01', 'five');
INSERT INTO Transactions VALUES (3, 'RT::Ticket', 66), (4, 'RT::Ticket', 67);
INSERT INTO Attachments VALUES (3, 88, 'external');
INSERT INTO Users VALUES (5, 'a@example.org', NULL);
)";

/// "severity kind object rows" of what was said of the product.
std::string lines_of(const Assessment& assessment, const std::string& database) {
  std::string lines = "\n";
  for (const Finding& f : assessment.findings) {
    if (!f.kind->id.starts_with("product.")) continue;
    const std::string object = f.object == database ? "db" : "db" + f.object.substr(database.size());
    lines.append(severity_name(f.severity)).append(1, ' ').append(f.kind->id).append(1, ' ').append(object);
    if (f.rows) lines.append(1, ' ').append(std::to_string(*f.rows));
    lines += '\n';
  }
  return lines;
}

Result<Assessment> assess(const sql::Endpoint& endpoint, const std::string& profile = "auto") {
  NoProgress progress;
  Options options;
  options.profile = profile;
  return assess_source(endpoint, "here", options, progress);
}

// A27
TEST(AssessProduct, FindsWhatIsBrokenInRequestTracker) {
  const auto endpoint = test::fresh_database();
  auto session = test::connect(endpoint);
  ASSERT_TRUE(session.run_script(kRequestTracker).has_value());
  const auto sound = assess(endpoint);
  ASSERT_TRUE(sound.has_value()) << to_text(sound.error());
  EXPECT_EQ(sound->product, "Request Tracker 5");
  EXPECT_EQ(lines_of(*sound, endpoint.database), "\nnote product.recognised db\n");
  ASSERT_TRUE(session.run_script(kBreak).has_value());
  const auto broken = assess(endpoint);
  ASSERT_TRUE(broken.has_value()) << to_text(broken.error());
  EXPECT_EQ(lines_of(*broken, endpoint.database), R"(
blocker product.status_unmapped db
blocker product.data db.Tickets.Status 1
change product.data db.Attachments.ContentEncoding 1
change product.data db.Tickets.Created 1
change product.data db.Tickets.EffectiveId 1
change product.data db.Tickets.Queue 1
change product.data db.Tickets.Subject 1
note product.recognised db
note product.data db.Attachments.TransactionId 1
note product.data db.Transactions.ObjectId 2
note product.data db.Users.EmailAddress 2
)");
  const auto unasked = assess(endpoint, "none");
  ASSERT_TRUE(unasked.has_value());
  EXPECT_EQ(lines_of(*unasked, endpoint.database), "\n");
  EXPECT_GT(broken->estimate.seconds, unasked->estimate.seconds);
}

TEST(AssessProduct, RefusesAVersionThatIsNotTakenOver) {
  const auto endpoint = test::fresh_database();
  auto session = test::connect(endpoint);
  ASSERT_TRUE(session.run_script(kRequestTracker).has_value());
  ASSERT_TRUE(session.execute_text("DROP TABLE AuthTokens").has_value());
  const auto assessment = assess(endpoint);
  ASSERT_TRUE(assessment.has_value()) << to_text(assessment.error());
  EXPECT_EQ(lines_of(*assessment, endpoint.database), "\nblocker product.refused db\n");
  EXPECT_TRUE(assessment->product.empty());
}

TEST(AssessProduct, NamesAProfileThatIsNotThere) {
  const auto assessment = assess(test::fresh_database(), "/nowhere/profile");
  ASSERT_FALSE(assessment.has_value());
  EXPECT_EQ(assessment.error().code, Code::not_found);
}

}  // namespace
}  // namespace slipway::migrate::assess
