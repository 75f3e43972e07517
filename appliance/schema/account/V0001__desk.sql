-- An account's service desk. Times are UTC.
CREATE TABLE person (
  person_id       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  display_name    VARCHAR(200) NOT NULL,
  email           VARCHAR(254) NULL,
  login           VARCHAR(200) COLLATE utf8mb4_general_ci NULL,
  role            ENUM('requester','agent','administrator') NOT NULL DEFAULT 'requester',
  language        ENUM('en','fr') NOT NULL DEFAULT 'en',
  active          BOOLEAN NOT NULL DEFAULT TRUE,
  created_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  CONSTRAINT person_login UNIQUE (login),
  KEY person_email (email),
  KEY person_name (display_name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- How a person signs in with the internal directory (A19): argon2id only.
CREATE TABLE credential (
  person_id       BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  password_hash   VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  must_change     BOOLEAN NOT NULL DEFAULT FALSE,
  changed_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  CONSTRAINT credential_person FOREIGN KEY (person_id) REFERENCES person (person_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Browser sessions; the token itself is never stored.
CREATE TABLE web_session (
  session_key     CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  person_id       BIGINT UNSIGNED NOT NULL,
  created_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  seen_at         DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  expires_at      DATETIME(6) NOT NULL,
  KEY web_session_expiry (expires_at),
  CONSTRAINT web_session_person FOREIGN KEY (person_id) REFERENCES person (person_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Tokens of programs that use the REST interface.
CREATE TABLE api_token (
  token_key       CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  person_id       BIGINT UNSIGNED NOT NULL,
  label           VARCHAR(200) NOT NULL,
  created_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  expires_at      DATETIME(6) NULL,
  CONSTRAINT api_token_person FOREIGN KEY (person_id) REFERENCES person (person_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Failed sign-ins by what is throttled: an address or a login (hashed).
CREATE TABLE sign_in_failure (
  throttle_key    CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  failures        INT UNSIGNED NOT NULL,
  last_at         DATETIME(6) NOT NULL,
  KEY sign_in_failure_age (last_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE team (
  team_id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name            VARCHAR(200) NOT NULL,
  description     VARCHAR(2000) NOT NULL DEFAULT '',
  active          BOOLEAN NOT NULL DEFAULT TRUE,
  CONSTRAINT team_name UNIQUE (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- The moves of B4, and nothing else.
CREATE TABLE status_move (
  from_status     ENUM('new','open','suspended','in_progress','resolved','closed') NOT NULL,
  to_status       ENUM('new','open','suspended','in_progress','resolved','closed') NOT NULL,
  PRIMARY KEY (from_status, to_status)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO status_move (from_status, to_status) VALUES
  ('new','open'),
  ('open','suspended'), ('open','resolved'), ('open','in_progress'), ('open','closed'),
  ('suspended','in_progress'), ('suspended','resolved'), ('suspended','closed'),
  ('in_progress','suspended'), ('in_progress','resolved'),
  ('resolved','open'), ('resolved','closed');

-- A case (B1). `number` is its reference. Each list order has an index whose last part is that order (InnoDB adds the
-- number), so a page reads as many entries as it shows. search_text: the public messages as plain text, never internal
-- notes, because requesters search it too.
CREATE TABLE request (
  number          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject         VARCHAR(500) NOT NULL,
  status          ENUM('new','open','suspended','in_progress','resolved','closed') NOT NULL DEFAULT 'new',
  severity        TINYINT UNSIGNED NOT NULL DEFAULT 3,
  requester_id    BIGINT UNSIGNED NOT NULL,
  assignee_id     BIGINT UNSIGNED NULL,
  team_id         BIGINT UNSIGNED NULL,
  solution        ENUM('information','workaround','fix','works_as_designed','misuse_or_other_product') NULL,
  close_reason    VARCHAR(500) NULL,
  created_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  updated_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  deleted_at      DATETIME(6) NULL,
  merged_into     BIGINT UNSIGNED NULL,
  search_text     MEDIUMTEXT NULL,
  CONSTRAINT request_severity CHECK (severity BETWEEN 1 AND 4),
  CONSTRAINT request_close_reason CHECK (status <> 'closed' OR CHAR_LENGTH(TRIM(COALESCE(close_reason, ''))) > 0),
  CONSTRAINT request_requester FOREIGN KEY (requester_id) REFERENCES person (person_id),
  CONSTRAINT request_assignee FOREIGN KEY (assignee_id) REFERENCES person (person_id),
  CONSTRAINT request_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT request_merged FOREIGN KEY (merged_into) REFERENCES request (number),
  KEY request_updated (updated_at),
  KEY request_created (created_at),
  KEY request_status (status),
  KEY request_severity (severity),
  KEY request_status_updated (status, updated_at),
  KEY request_status_created (status, created_at),
  KEY request_severity_updated (severity, status, updated_at),
  KEY request_assignee_updated (assignee_id, status, updated_at),
  KEY request_team_updated (team_id, status, updated_at),
  KEY request_requester_updated (requester_id, updated_at),
  FULLTEXT KEY request_search (subject, search_text)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TRIGGER request_status_move BEFORE UPDATE ON request FOR EACH ROW
  IF NEW.status <> OLD.status
     AND NOT EXISTS (SELECT 1 FROM status_move m WHERE m.from_status = OLD.status AND m.to_status = NEW.status)
  THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = 'request: this status move is not allowed (B4)';
  END IF;

CREATE TABLE message (
  message_id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          BIGINT UNSIGNED NOT NULL,
  author_id       BIGINT UNSIGNED NOT NULL,
  visibility      ENUM('public','internal') NOT NULL DEFAULT 'public',
  body            LONGTEXT NOT NULL,
  format          ENUM('plain','html') NOT NULL DEFAULT 'plain',
  written_at      DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  source_key      VARCHAR(100) CHARACTER SET ascii NULL,
  CONSTRAINT message_request FOREIGN KEY (number) REFERENCES request (number) ON DELETE CASCADE,
  CONSTRAINT message_author FOREIGN KEY (author_id) REFERENCES person (person_id),
  KEY message_order (number, written_at, message_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- File contents by their SHA-256, in pieces of at most 1 MiB: one transaction, one backup, one replication stream.
CREATE TABLE content (
  content_hash    BINARY(32) NOT NULL PRIMARY KEY,
  size_bytes      BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE content_piece (
  content_hash    BINARY(32) NOT NULL,
  piece           INT UNSIGNED NOT NULL,
  bytes           MEDIUMBLOB NOT NULL,
  PRIMARY KEY (content_hash, piece),
  CONSTRAINT content_piece_size CHECK (LENGTH(bytes) <= 1048576),
  CONSTRAINT content_piece_content FOREIGN KEY (content_hash) REFERENCES content (content_hash) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE attachment (
  attachment_id   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  message_id      BIGINT UNSIGNED NOT NULL,
  file_name       VARCHAR(255) NOT NULL,
  media_type      VARCHAR(200) NOT NULL,
  size_bytes      BIGINT UNSIGNED NOT NULL,
  content_hash    BINARY(32) NOT NULL,
  source_key      VARCHAR(100) CHARACTER SET ascii NULL,
  CONSTRAINT attachment_message FOREIGN KEY (message_id) REFERENCES message (message_id) ON DELETE CASCADE,
  CONSTRAINT attachment_content FOREIGN KEY (content_hash) REFERENCES content (content_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Everything that happened to a request, in order; clocks and reports are computed from it.
CREATE TABLE request_event (
  event_id        BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          BIGINT UNSIGNED NOT NULL,
  happened_at     DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  actor_id        BIGINT UNSIGNED NULL,
  kind            VARCHAR(50) CHARACTER SET ascii NOT NULL,
  old_value       VARCHAR(500) NULL,
  new_value       VARCHAR(500) NULL,
  detail          TEXT NULL,
  CONSTRAINT request_event_request FOREIGN KEY (number) REFERENCES request (number) ON DELETE CASCADE,
  CONSTRAINT request_event_actor FOREIGN KEY (actor_id) REFERENCES person (person_id),
  KEY request_event_order (number, happened_at, event_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE request_watcher (
  number          BIGINT UNSIGNED NOT NULL,
  person_id       BIGINT UNSIGNED NOT NULL,
  role            ENUM('copy','agent_copy') NOT NULL DEFAULT 'copy',
  PRIMARY KEY (number, person_id, role),
  CONSTRAINT request_watcher_request FOREIGN KEY (number) REFERENCES request (number) ON DELETE CASCADE,
  CONSTRAINT request_watcher_person FOREIGN KEY (person_id) REFERENCES person (person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Links between requests, or from a request to an address outside.
CREATE TABLE request_link (
  link_id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          BIGINT UNSIGNED NOT NULL,
  kind            ENUM('refers_to','depends_on','child_of') NOT NULL,
  target_number   BIGINT UNSIGNED NULL,
  target_url      VARCHAR(2000) NULL,
  CONSTRAINT request_link_target CHECK ((target_number IS NULL) <> (target_url IS NULL)),
  CONSTRAINT request_link_from FOREIGN KEY (number) REFERENCES request (number) ON DELETE CASCADE,
  CONSTRAINT request_link_to FOREIGN KEY (target_number) REFERENCES request (number) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Added fields (A13).
CREATE TABLE custom_field (
  field_id        BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name            VARCHAR(200) NOT NULL,
  kind            ENUM('text','long_text','choice','date','number','file') NOT NULL DEFAULT 'text',
  active          BOOLEAN NOT NULL DEFAULT TRUE,
  CONSTRAINT custom_field_name UNIQUE (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE custom_value (
  value_id        BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          BIGINT UNSIGNED NOT NULL,
  field_id        BIGINT UNSIGNED NOT NULL,
  position        INT UNSIGNED NOT NULL DEFAULT 0,
  value           LONGTEXT NOT NULL,
  CONSTRAINT custom_value_place UNIQUE (number, field_id, position),
  CONSTRAINT custom_value_request FOREIGN KEY (number) REFERENCES request (number) ON DELETE CASCADE,
  CONSTRAINT custom_value_field FOREIGN KEY (field_id) REFERENCES custom_field (field_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- What a migration found no place for: nothing is dropped (A27).
CREATE TABLE kept_aside (
  aside_id        BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source_product  VARCHAR(100) NOT NULL,
  source_table    VARCHAR(64) NOT NULL,
  source_key      VARCHAR(200) NOT NULL,
  reason          VARCHAR(500) NOT NULL,
  content         LONGTEXT NOT NULL CHECK (JSON_VALID(content)),
  KEY kept_aside_source (source_table, source_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
