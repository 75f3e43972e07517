// How the database server is set up: durability, log, doors, sizes.
#include <algorithm>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

constexpr const char* kWhere = " in /etc/mysql/mariadb.conf.d, then: systemctl restart mariadb";

Outcome about_variable(const Facts& facts, const std::string& name,
                       const std::function<Outcome(const std::string&)>& look) {
  return about(facts.database.variables, [&](const Settings& variables) -> Outcome {
    const auto found = variables.find(name);
    if (found == variables.end())
      return {Verdict::unknown, "the server has no variable " + name, "is it a MariaDB 10.11?"};
    return look(found->second);
  });
}

/// The variable has one of these values; else `otherwise`, with the first as the one to set.
Outcome is_one_of(const Facts& facts, const std::string& name, const Names& values, Verdict otherwise,
                  const std::string& why) {
  return about_variable(facts, name, [&](const std::string& value) -> Outcome {
    if (std::ranges::find(values, value) != values.end()) return ok(name + " = " + value);
    return {otherwise, name + " = " + value + ": " + why, "set " + name + " = " + values.front() + kWhere};
  });
}

struct Wanted {
  const char* id;
  const char* title;
  const char* name;
  Names values;
  Verdict otherwise;
  const char* why;
};

const std::vector<Wanted>& wanted_values() {
  static const std::vector<Wanted> table{
      {"flush_at_commit",
       "A commit is on the disk",
       "innodb_flush_log_at_trx_commit",
       {"1"},
       Verdict::failure,
       "acknowledged work is lost with the power"},
      {"doublewrite",
       "Pages survive a torn write",
       "innodb_doublewrite",
       {"ON", "1"},
       Verdict::failure,
       "a loss of power can damage tables"},
      {"checksums",
       "Pages are checked",
       "innodb_checksum_algorithm",
       {"full_crc32", "strict_full_crc32", "crc32", "strict_crc32"},
       Verdict::failure,
       "damage is not found"},
      {"recovery_mode",
       "The server works in the normal way",
       "innodb_force_recovery",
       {"0"},
       Verdict::failure,
       "it was started to rescue data, and must not go on so"},
      {"networking",
       "The server has no network port",
       "skip_networking",
       {"ON"},
       Verdict::failure,
       "it can be reached by TCP; the socket is enough"},
      {"local_infile",
       "No client's files are read",
       "local_infile",
       {"OFF"},
       Verdict::warning,
       "a client can be asked for its files"},
      {"character_set",
       "Text is Unicode",
       "character_set_server",
       {"utf8mb4"},
       Verdict::warning,
       "new databases would not take every character"},
      {"read_only", "The server can be written", "read_only", {"OFF", "0"}, Verdict::failure, "nothing can be changed"},
      {"isolation",
       "Readers see one state",
       "tx_isolation",
       {"REPEATABLE-READ"},
       Verdict::note,
       "pages may show parts of two states"},
      {"file_per_table",
       "Each table has its own file",
       "innodb_file_per_table",
       {"ON", "1"},
       Verdict::note,
       "room that is freed does not return to the disk"},
  };
  return table;
}

bool log_is_on(const Settings& variables) {
  const auto found = variables.find("log_bin");
  return found != variables.end() && (found->second == "ON" || found->second == "1");
}

/// A check that counts only where there is a binary log.
Outcome with_log(const Facts& facts, const std::function<Outcome()>& look) {
  return about(facts.database.variables, [&](const Settings& variables) -> Outcome {
    if (!log_is_on(variables)) return not_applicable("there is no binary log");
    return look();
  });
}

Outcome binary_log(const Facts& facts) {
  return about(facts.database.variables, [&](const Settings& variables) -> Outcome {
    if (log_is_on(variables)) return ok("log_bin = ON");
    if (facts.backups.enabled.known() && *facts.backups.enabled)
      return failure("log_bin = OFF: there is nothing to restore to a point in time from",
                     std::string("set log_bin") + kWhere);
    if (facts.place.embedded)
      return not_applicable("an embedded installation has one only with backups: slipway up --backup");
    return warning("log_bin = OFF: backups to a point in time cannot be made", std::string("set log_bin") + kWhere);
  });
}

Outcome sync_binlog(const Facts& facts) {
  return with_log(facts, [&] {
    return is_one_of(facts, "sync_binlog", {"1"}, Verdict::failure,
                     "the log can lack what was acknowledged when the power fails");
  });
}

Outcome binlog_format(const Facts& facts) {
  return with_log(facts, [&] {
    return is_one_of(facts, "binlog_format", {"ROW"}, Verdict::failure, "a replay can differ from what happened");
  });
}

Outcome gtid_strict(const Facts& facts) {
  if (facts.place.embedded) return not_applicable("an embedded installation has no replica");
  return with_log(facts, [&] {
    return is_one_of(facts, "gtid_strict_mode", {"ON", "1"}, Verdict::warning,
                     "a replica that was written to is not noticed");
  });
}

/// How long the server keeps its log, in seconds; 0: for ever.
std::int64_t log_kept_seconds(const Settings& variables) {
  if (const auto found = variables.find("binlog_expire_logs_seconds"); found != variables.end())
    if (const auto seconds = number_of(found->second).value_or(0); seconds > 0) return seconds;
  const auto days = variables.find("expire_logs_days");
  if (days == variables.end()) return 0;
  // "7.000000" in some releases.
  return number_of(days->second.substr(0, days->second.find('.'))).value_or(0) * 86'400;
}

/// The log is kept until it is archived, and not for ever.
Outcome log_expiry(const Facts& facts) {
  return with_log(facts, [&]() -> Outcome {
    const std::chrono::seconds kept(log_kept_seconds(*facts.database.variables));
    const std::string way_out = std::string("set binlog_expire_logs_seconds = 604800") + kWhere;
    if (kept.count() == 0 && facts.place.embedded) return ok("kept for ever, as an embedded installation does");
    if (kept.count() == 0) return warning("the log is kept for ever and fills the disk", way_out);
    const std::string text = "kept for " + span_text(kept);
    if (facts.backups.agent.known() && facts.backups.agent->archived_until) {
      const auto behind =
          std::chrono::duration_cast<std::chrono::seconds>(facts.place.now - *facts.backups.agent->archived_until);
      if (behind * 2 > kept)
        return failure(text + ", the archive is " + span_text(behind) + " behind: it would get a hole",
                       "mend the archive first (slipway doctor --area backups), or keep the log longer");
    }
    if (kept < std::chrono::hours(24)) return warning(text + ", less than a day", way_out);
    return ok(text);
  });
}

Outcome version(const Facts& facts) {
  return about(facts.database.version, [](const std::string& version) -> Outcome {
    if (version.find("MariaDB") == std::string::npos)
      return failure(version + " is no MariaDB", "install mariadb-server");
    if (version.starts_with("10.11.")) return ok(version);
    return warning(version + ", tested is 10.11", "apt-get install mariadb-server of this Debian release");
  });
}

Outcome answers(const Facts& facts) {
  const auto& version = facts.database.version;
  if (version.known()) return ok("it answers, version " + *version);
  if (version.absent()) return not_applicable(version.absent()->reason);
  return no_answer(facts, *version.unknown(),
                   "journalctl -u mariadb -e; systemctl restart mariadb; embedded: slipway up");
}

Outcome secure_file_priv(const Facts& facts) {
  return about_variable(facts, "secure_file_priv", [](const std::string& value) -> Outcome {
    if (value.empty())
      return note("server-side files may be written anywhere the server may write",
                  std::string("set secure_file_priv") + kWhere);
    return ok("secure_file_priv = " + value);
  });
}

Outcome sql_mode(const Facts& facts) {
  return about_variable(facts, "sql_mode", [](const std::string& value) -> Outcome {
    if (value.find("STRICT_TRANS_TABLES") != std::string::npos || value.find("STRICT_ALL_TABLES") != std::string::npos)
      return ok("strict");
    return warning("sql_mode = '" + value + "': values that do not fit are cut without a word",
                   std::string("leave sql_mode at its default") + kWhere);
  });
}

Outcome time_zone(const Facts& facts) {
  return about_variable(facts, "time_zone", [&](const std::string& value) -> Outcome {
    const auto system = facts.database.variables->find("system_time_zone");
    const bool utc = value == "+00:00" || value == "UTC" ||
                     (value == "SYSTEM" && system != facts.database.variables->end() && system->second == "UTC");
    if (utc) return ok("UTC");
    return note("time_zone = " + value + "; times in the database are UTC all the same, as our sessions ask for it",
                std::string("set default_time_zone = '+00:00'") + kWhere);
  });
}

Outcome packet(const Facts& facts) {
  return about_variable(facts, "max_allowed_packet", [](const std::string& value) -> Outcome {
    const auto bytes = number_of(value).value_or(0);
    const std::string text = size_text(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
    if (bytes < (16LL << 20U))
      return warning(text + ", at least 16 MiB are needed", std::string("set max_allowed_packet = 64M") + kWhere);
    return ok(text);
  });
}

Outcome buffer_pool(const Facts& facts) {
  return about_variable(facts, "innodb_buffer_pool_size", [&](const std::string& value) {
    return about(facts.system.memory, [&](const Memory& memory) -> Outcome {
      const auto bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(number_of(value).value_or(0), 0));
      const double part =
          memory.total_bytes == 0 ? 0 : 100.0 * static_cast<double>(bytes) / static_cast<double>(memory.total_bytes);
      const std::string text = size_text(bytes) + ", " + percent_text(part) + " of the memory";
      if (part > 75.0)
        return warning(text + ": more than 75 %", std::string("set a smaller innodb_buffer_pool_size") + kWhere);
      if (part < 10.0 && !facts.place.embedded)
        return warning(text + ": less than 10 %", std::string("set a larger innodb_buffer_pool_size") + kWhere);
      return ok(text);
    });
  });
}

}  // namespace

Checks database_setting_checks() {
  constexpr Area area = Area::database;
  Checks checks{{"database.answers", area, "The database server answers", answers},
                {"database.version", area, "The server's version is one that was tested", version},
                {"database.binary_log", area, "There is a binary log", binary_log},
                {"database.sync_binlog", area, "The binary log is on the disk with each commit", sync_binlog},
                {"database.binlog_format", area, "The binary log has rows", binlog_format},
                {"database.gtid_strict", area, "A replica that went its own way is noticed", gtid_strict},
                {"database.log_expiry", area, "The binary log is kept until it is archived", log_expiry},
                {"database.secure_file_priv", area, "The server writes files in one place only", secure_file_priv},
                {"database.sql_mode", area, "Values that do not fit are refused", sql_mode},
                {"database.time_zone", area, "The server's time is UTC", time_zone},
                {"database.packet", area, "Attachments' pieces fit into a packet", packet},
                {"database.buffer_pool", area, "The buffer pool fits the memory", buffer_pool}};
  for (const Wanted& wanted : wanted_values())
    checks.push_back({std::string("database.") + wanted.id, area, wanted.title, [&wanted](const Facts& facts) {
                        return is_one_of(facts, wanted.name, wanted.values, wanted.otherwise, wanted.why);
                      }});
  return checks;
}

}  // namespace slipway::doctor
