#include "appliance/config/config.hpp"

namespace slipway::config {

std::span<const Option> option_table() {
  static constexpr Option table[] = {
      {"backup.acknowledge", Type::boolean, "false", "",
       "Commits wait until their log is in a repository (needs rpl_semi_sync_master_enabled and a directory)"},
      {"backup.bandwidth", Type::bytes, "0", "bytes", "Most that is written to a repository in a second; 0: no limit"},
      {"backup.data_dir", Type::path, "/var/lib/mysql", "", "Data directory of the MariaDB server"},
      {"backup.enabled", Type::boolean, "false", "", "Backups are made on schedule, and the binary log is archived"},
      {"backup.even", Type::text, "", "",
       "Repository of the even days: file:///DIR, sftp://USER@HOST/DIR, s3://BUCKET, ftps://USER@HOST/DIR"},
      {"backup.even_credentials", Type::path, "", "", "Credentials of that repository (0600)"},
      {"backup.full_at", Type::duration, "3h", "ms", "When the daily full backup is due, after local midnight", 0,
       86'340'000},
      {"backup.incremental_every", Type::duration, "60m", "ms", "How often an incremental backup is due", 60'000,
       86'400'000},
      {"backup.key_file", Type::path, "/etc/slipway/backup.key", "", "Key of the repositories (0600)"},
      {"backup.monthly", Type::text, "", "",
       "Repository of the customer, such as sftp://user@host/path or ftps://user@host/path: gets a proven full every "
       "month; empty: none"},
      {"backup.monthly_credentials", Type::path, "", "", "Credentials of that repository (0600)"},
      {"backup.odd", Type::text, "", "", "Repository of the odd days, best in another data centre"},
      {"backup.odd_credentials", Type::path, "", "", "Credentials of that repository (0600)"},
      {"backup.read_rate", Type::bytes, "0", "bytes",
       "Most that a backup reads of the server's tables in a second, in whole MiB; 0: no limit"},
      {"backup.seal_every", Type::duration, "5m", "ms", "How long a segment of the binary-log archive is at most", 1000,
       3'600'000},
      {"backup.server_id", Type::integer, "3000000000", "",
       "Server id as which the binary log is read; no replica may have it", 1, 4'294'967'294},
      {"backup.socket", Type::path, "", "", "UNIX socket where slipway-backupd answers /health and /metrics"},
      {"backup.work_dir", Type::path, "/var/lib/slipway/backup", "",
       "Scratch of backups, and the spool of the log (0700)"},
      {"database.host", Type::text, "", "", "Host of the MariaDB server; empty: use the socket"},
      {"database.password_file", Type::path, "", "", "File that holds the database password of this program (0600)"},
      {"database.pool", Type::integer, "16", "", "Most connections to one database", 1, 1000},
      {"database.port", Type::integer, "3306", "", "Port of the MariaDB server", 1, 65535},
      {"database.socket", Type::path, "/run/mysqld/mysqld.sock", "", "UNIX socket of the MariaDB server"},
      {"database.tls_ca", Type::path, "", "",
       "Certificate authority of a remote MariaDB server; set: TLS with identity check"},
      {"database.user", Type::text, "slipway_web", "", "Database user of this program"},
      {"jobs.interval", Type::duration, "30s", "ms", "How often housekeeping runs", 100, 3'600'000},
      {"jobs.socket", Type::path, "", "", "UNIX socket where slipway-jobd answers /health and /metrics"},
      {"log.level", Type::choice, "info", "", "Least level that is logged", 0, 0, "debug|info|warning|error"},
      {"secrets.account_key_file", Type::path, "/etc/slipway/account.key", "",
       "Key that seals the accounts' database passwords (0600)"},
      {"secrets.session_key_file", Type::path, "/etc/slipway/session.key", "",
       "Key of CSRF tokens and list cursors (0600)"},
      {"web.address", Type::text, "127.0.0.1", "", "Address to listen on"},
      {"web.attachment_limit", Type::bytes, "64MiB", "bytes", "Largest attachment", 1024, 4'294'967'296},
      {"web.body_limit", Type::bytes, "80MiB", "bytes", "Largest request body", 1024, 4'294'967'296},
      {"web.certificate", Type::path, "", "", "PEM certificate chain; set with web.key: HTTPS"},
      {"web.idle_limit", Type::duration, "75s", "ms", "How long an idle connection is kept", 1000, 3'600'000},
      {"web.key", Type::path, "", "", "PEM private key (0600)"},
      {"web.max_connections", Type::integer, "4096", "", "Most connections at the same time", 1, 100'000},
      {"web.port", Type::integer, "8443", "", "Port to listen on", 0, 65535},
      {"web.socket", Type::path, "", "", "UNIX socket to listen on instead, behind nginx"},
      {"web.threads", Type::integer, "16", "", "Requests handled at the same time", 1, 1000},
  };
  return table;
}

}  // namespace slipway::config
