-- Two sites: who has held the writes and since when, what was ordered by whom, and a row that is written only to see
-- that the other site has it.
CREATE TABLE site_epoch (
  epoch           BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  site            VARCHAR(64) NOT NULL,
  began_at        DATETIME(6) NOT NULL,
  position        VARCHAR(1000) CHARACTER SET ascii NOT NULL COMMENT 'GTIDs that the site had when the epoch began',
  cause           ENUM('order','hand_over','armed','again') NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE site_order (
  ordered_at      DATETIME(6) NOT NULL,
  site            VARCHAR(64) NOT NULL COMMENT 'where it was given',
  kind            ENUM('promote','demote') NOT NULL,
  ordered_by      VARCHAR(200) NOT NULL,
  because         VARCHAR(1000) NOT NULL,
  seen_epoch      BIGINT UNSIGNED NOT NULL COMMENT 'the newest epoch at that time',
  accepts_loss    BOOLEAN NOT NULL,
  PRIMARY KEY (ordered_at, site)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE site_probe (
  site            VARCHAR(64) NOT NULL PRIMARY KEY,
  probed_at       DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- How many transactions that only this site had are undone here; never logged, and empty but while that goes on.
CREATE TABLE site_undo (
  epoch           BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  undone          BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
