// Whups as its own classes write it: people that are names or addresses, files in the database, values as JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/migration.hpp"

namespace slipway::migrate {
namespace {

using testing::ElementsAre;

constexpr const char* kRows = R"(
INSERT INTO whups_types (type_id, type_name) VALUES (1, 'Bug');
INSERT INTO whups_queues (queue_id, queue_name) VALUES (1, 'Hardware'), (2, 'hardware');
INSERT INTO whups_states (state_id, type_id, state_name, state_category) VALUES (1, 1, 'Neu', 'new'), (2, 1, 'Erledigt', 'resolved'), (3, 1, 'Seltsam', NULL);
INSERT INTO whups_priorities (priority_id, type_id, priority_name) VALUES (1, 1, '3. High'), (2, 1, '1. Low'), (3, 1, 'Haute');
INSERT INTO horde_prefs VALUES ('anna', 'horde', 'identities', 'a:1:{i:0;a:2:{s:8:"fullname";s:11:"Anna Björk";s:9:"from_addr";s:16:"anna@example.org";}}'),
  ('anna', 'imp', 'password_key', 'secret');
INSERT INTO whups_guests VALUES ('-2', 'Gast <gast@example.net>'), ('-3_comment', 'gast@example.net');
INSERT INTO whups_tickets (ticket_id, ticket_summary, user_id_requester, queue_id, type_id, state_id, priority_id, ticket_timestamp) VALUES
  (1, 'Größe', 'anna', 1, 1, 2, 1, 1000000000), (2, NULL, '-2', 2, 1, 3, 2, 1000000000), (3, 'c', 'gone', 9, 1, 99, 3, 1000000000);
INSERT INTO whups_comments VALUES (1, 1, 'anna', 'eins', 1000000000), (2, 2, '-2', 'zwei', 1000000000), (3, 2, '-3_comment', 'geheim', 1000000060);
INSERT INTO horde_perms (perm_name) VALUES ('whups:comments:3'), ('whups:comments:77');
INSERT INTO whups_transactions VALUES (1, 1000000000, 'anna'), (2, 1000000060, '-3_comment');
INSERT INTO whups_logs (transaction_id, ticket_id, log_type, log_value, log_value_num) VALUES
  (1, 1, 'comment', '1', 1), (1, 1, 'attachment', 'ü.txt', 0), (1, 1, 'attachment', 'gone.txt', 0), (1, 1, 'delete-attachment', 'gone.txt', 0),
  (2, 2, 'comment', '3', 3), (7, 3, 'state', '99', 99);
INSERT INTO horde_vfs (vfs_type, vfs_path, vfs_name, vfs_modified, vfs_data) VALUES
  (1, '.horde/whups/attachments/1', 'ü.txt', 0, X'E900FF'), (1, '.horde/whups/attachments/2', 'not in the log', 0, 'b'), (1, '.horde/imp/x', 'private', 0, 'c');
INSERT INTO whups_attributes_desc (attribute_id, type_id, attribute_name, attribute_description) VALUES (1, 1, 'Parts', ''), (2, 1, 'Wanted', ''), (3, 1, 'Text', '');
INSERT INTO whups_attributes VALUES (1, 1, '["a","b é"]'), (1, 2, '{"month":3,"day":5,"year":2012}'), (1, 3, '[no list');
)";

/// The first column of every row.
std::vector<std::string> column(const std::string& question) {
  auto admin = test::TestPlatform::instance().administrator();
  const auto rows = admin.query(question);
  EXPECT_TRUE(rows.has_value()) << (rows ? "" : to_text(rows.error()));
  std::vector<std::string> found;
  if (rows)
    for (const auto& row : *rows) found.push_back(row.optional_text(0).value_or("-"));
  return found;
}

// A27
TEST(MigrateWhups, PeopleFilesHiddenCommentsAndValuesArrive) {
  const auto& all = profiles();
  const auto profile = std::find_if(all.begin(), all.end(), [](const Profile& one) { return one.name == "whups"; });
  ASSERT_NE(profile, all.end());
  const auto source = test::fresh_database();
  auto there = test::connect(source);
  const auto filled = there.run_script(profile->files.at(profile->schema) + kRows);
  ASSERT_TRUE(filled.has_value()) << to_text(filled.error());
  static_cast<void>(test::TestPlatform::instance().account("whups"));
  RunOptions options;
  options.source = test::address_of(source);
  options.account = "whups";
  options.execute = true;
  NoProgress silent;
  const auto done = run_migration(test::installation(), options, silent);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());

  const std::string in = "acct_whups_2.";
  EXPECT_THAT(column("SELECT CONCAT_WS('|', number, subject, status, severity) FROM " + in + "request ORDER BY number"),
              ElementsAre("1|Größe|resolved|2", "2|(no subject)|open|4", "3|c|open|3"));
  EXPECT_THAT(column("SELECT CONCAT_WS('|', p.display_name, p.email) FROM " + in + "request q JOIN " + in +
                     "person p ON p.person_id = q.requester_id ORDER BY q.number"),
              ElementsAre("Anna Björk|anna@example.org", "Gast|gast@example.net", "gone"));
  EXPECT_THAT(column("SELECT COUNT(*) FROM " + in + "person WHERE email = 'gast@example.net'"), ElementsAre("1"));
  EXPECT_THAT(column("SELECT CONCAT_WS('|', number, visibility, body) FROM " + in + "message ORDER BY message_id"),
              ElementsAre("1|public|eins", "2|public|zwei", "2|internal|geheim", "3|public|"));
  EXPECT_THAT(
      column("SELECT CONCAT_WS('|', m.number, a.file_name, HEX(p.bytes)) FROM " + in + "attachment a JOIN " + in +
             "message m USING (message_id) JOIN " + in + "content_piece p USING (content_hash) ORDER BY m.number"),
      ElementsAre("1|ü.txt|E900FF", "2|not in the log|62"));
  EXPECT_THAT(column("SELECT CONCAT_WS('|', f.name, v.position, v.value) FROM " + in + "custom_value v JOIN " + in +
                     "custom_field f USING (field_id) WHERE number = 1 ORDER BY f.name, v.position"),
              ElementsAre("Parts|0|a", "Parts|1|b é", "Priority|0|3. High", "State|0|Erledigt", "Text|0|[no list",
                          "Type|0|Bug", "Wanted|0|2012-03-05"));
  EXPECT_THAT(
      column("SELECT COUNT(*) FROM " + in + "kept_aside WHERE content LIKE '%secret%' OR content LIKE '%private%'"),
      ElementsAre("0"));
}

}  // namespace
}  // namespace slipway::migrate
