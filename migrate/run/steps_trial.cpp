// What makes a migration a trial: people without names, an account that sends no mail.
#include "migrate/run/steps.hpp"

namespace slipway::migrate {

Status anonymise(Work& work) {
  if (!work.state.choices.anonymise) return {};
  work.progress.begin("anonymise requesters");
  SLIPWAY_TRY(sql::Connection there, open_database(work.run.installation, work.database));
  // By their number: the same person has the same name in every message, and in the next trial from the same source.
  SLIPWAY_TRY(const auto people,
              there.execute("UPDATE person SET display_name = CONCAT('Person ', person_id), "
                            "email = IF(email IS NULL, NULL, CONCAT('person-', person_id, '@example.invalid')), "
                            "login = IF(login IS NULL, NULL, CONCAT('person-', person_id, '@example.invalid')) "
                            "WHERE role = 'requester'"));
  work.run.report.anonymised = people.affected_rows;
  SLIPWAY_CHECK(there.execute("DELETE c FROM credential c JOIN person p USING (person_id) WHERE p.role = 'requester'"));
  SLIPWAY_CHECK(there.execute("DELETE t FROM api_token t JOIN person p USING (person_id) WHERE p.role = 'requester'"));
  // Rows of the source as they were, with every address in them.
  SLIPWAY_CHECK(there.execute("DELETE FROM kept_aside"));
  warn(work.run.report,
       "anonymised: what was kept aside is left out; texts of requests and messages, and files, are as they were");
  return {};
}

Status mark_trial(Work& work) {
  if (!work.state.choices.trial) return {};
  SLIPWAY_CHECK(work.run.admin.execute(
      "UPDATE account SET mail = 'off', trial_at = COALESCE(NULLIF(?, ''), UTC_TIMESTAMP(6)) WHERE account_id = ?",
      {work.run.report.data_at.substr(0, 19), work.run.account.id}));
  return {};
}

Status unmark_trial(Work& work) {
  if (work.state.choices.trial) return {};
  SLIPWAY_CHECK(work.run.admin.execute(
      "UPDATE account SET mail = 'on', trial_at = NULL WHERE account_id = ? AND trial_at IS NOT NULL",
      {work.run.account.id}));
  return {};
}

Status restore_trial_mark(Run& run) {
  SLIPWAY_CHECK(run.admin.execute(
      "UPDATE account a LEFT JOIN migration m ON m.account_id = a.account_id AND m.generation = a.generation "
      "AND m.state = 'published' AND JSON_VALUE(m.report, '$.trial') = '1' "
      "SET a.mail = IF(m.migration_id IS NULL, 'on', 'off'), a.trial_at = COALESCE(CAST(LEFT(JSON_VALUE(m.report, "
      "'$.data_at'), 19) AS DATETIME), m.ended_at) "
      "WHERE a.account_id = ? AND a.trial_at IS NOT NULL",
      {run.account.id}));
  return {};
}

}  // namespace slipway::migrate
