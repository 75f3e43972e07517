-- The platform's own database: which accounts this environment has, and what was done to them.
CREATE TABLE account (
  account_id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name            VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title           VARCHAR(200) NOT NULL,
  kind            ENUM('production','sandbox','demonstration','validation','other') NOT NULL,
  state           ENUM('creating','active','suspended','migrating','deleting') NOT NULL,
  state_reason    VARCHAR(500) NOT NULL DEFAULT '',
  generation      INT UNSIGNED NOT NULL DEFAULT 1,
  created_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  CONSTRAINT account_name UNIQUE (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- A database of an account. The one whose number is account.generation is served; others are being built or kept.
CREATE TABLE account_generation (
  account_id      BIGINT UNSIGNED NOT NULL,
  generation      INT UNSIGNED NOT NULL,
  database_name   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  database_user   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sealed_password VARBINARY(200) NOT NULL,
  state           ENUM('preparing','ready','published','retired') NOT NULL,
  created_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  PRIMARY KEY (account_id, generation),
  CONSTRAINT generation_database UNIQUE (database_name),
  CONSTRAINT generation_account FOREIGN KEY (account_id) REFERENCES account (account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What operators did (C2): append only.
CREATE TABLE journal (
  journal_id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  happened_at     DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  actor           VARCHAR(200) NOT NULL,
  action          VARCHAR(100) CHARACTER SET ascii NOT NULL,
  account_name    VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
  detail          VARCHAR(2000) NOT NULL DEFAULT '',
  KEY journal_account (account_name, journal_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Migrations into accounts, with their reports.
CREATE TABLE migration (
  migration_id    BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id      BIGINT UNSIGNED NOT NULL,
  generation      INT UNSIGNED NOT NULL,
  product         VARCHAR(100) NOT NULL,
  product_version VARCHAR(100) NOT NULL,
  source          VARCHAR(500) NOT NULL,
  state           ENUM('running','published','failed') NOT NULL,
  started_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  ended_at        DATETIME(6) NULL,
  report          LONGTEXT NULL CHECK (report IS NULL OR JSON_VALID(report)),
  CONSTRAINT migration_account FOREIGN KEY (account_id) REFERENCES account (account_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
