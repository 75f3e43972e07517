-- Users, and those of whom a ticket knows the mail address only, in one list.
CREATE TABLE {{source}}.slipway_person (
  person_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, user_id BIGINT NOT NULL,
  address VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  login VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NULL,
  name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  staff BOOLEAN NOT NULL, language VARCHAR(2) NOT NULL, active BOOLEAN NOT NULL, created_at DATETIME NOT NULL,
  KEY (user_id), KEY (address));

-- A profile with the central interface makes a user an agent.
INSERT INTO {{source}}.slipway_person
SELECT base.last + ROW_NUMBER() OVER (ORDER BY u.id), u.id,
       (SELECT NULLIF(LEFT(TRIM(CONVERT(e.email USING utf8mb4)), 254), '') FROM {{source}}.glpi_useremails e
        WHERE e.users_id = u.id ORDER BY e.is_default DESC, e.id LIMIT 1),
       NULLIF(LEFT(TRIM({{source}}.slipway_plain(u.name)), 200), ''),
       LEFT(COALESCE(NULLIF(TRIM(CONCAT({{source}}.slipway_plain(u.firstname), ' ', {{source}}.slipway_plain(u.realname))), ''),
                     NULLIF(TRIM({{source}}.slipway_plain(u.name)), ''), CONCAT('user ', u.id)), 200),
       EXISTS (SELECT 1 FROM {{source}}.glpi_profiles_users pu JOIN {{source}}.glpi_profiles p ON p.id = pu.profiles_id
               WHERE pu.users_id = u.id AND p.interface = 'central'),
       IF(u.language LIKE 'fr%', 'fr', 'en'), u.is_active = 1 AND u.is_deleted = 0,
       COALESCE(u.date_creation, u.date_mod, '1970-01-01')
FROM {{source}}.glpi_users u JOIN (SELECT COALESCE(MAX(person_id), 0) AS last FROM {{target}}.person) base;

CREATE TABLE {{source}}.slipway_stranger (
  address VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, seen_at DATETIME NOT NULL);

INSERT INTO {{source}}.slipway_stranger
SELECT named.address, MIN(named.seen_at)
FROM (SELECT LEFT(LOWER(TRIM(CONVERT(tu.alternative_email USING utf8mb4))), 254) COLLATE utf8mb4_bin AS address,
             COALESCE(t.date, t.date_creation, '1970-01-01') AS seen_at
      FROM {{source}}.glpi_tickets_users tu JOIN {{source}}.glpi_tickets t ON t.id = tu.tickets_id
      WHERE tu.users_id = 0 AND TRIM(COALESCE(tu.alternative_email, '')) <> '') named
LEFT JOIN {{source}}.slipway_person known ON LOWER(known.address) = named.address
WHERE known.person_id IS NULL
GROUP BY named.address;

INSERT INTO {{source}}.slipway_person
SELECT base.last + ROW_NUMBER() OVER (ORDER BY s.address), 0, s.address, NULL, LEFT(s.address, 200), FALSE, 'en', TRUE, s.seen_at
FROM {{source}}.slipway_stranger s
JOIN (SELECT GREATEST((SELECT COALESCE(MAX(person_id), 0) FROM {{target}}.person),
                      (SELECT COALESCE(MAX(person_id), 0) FROM {{source}}.slipway_person)) AS last) base;

-- Users of two directories may have one login: the later one gets its id appended.
INSERT INTO {{target}}.person (person_id, display_name, email, login, role, language, active, created_at)
SELECT s.person_id, s.name, s.address,
       IF(s.turn > 1 OR p.person_id IS NOT NULL, CONCAT(LEFT(s.login, 180), ' (', s.user_id, ')'), s.login),
       IF(s.staff, 'agent', 'requester'), s.language, s.active, s.created_at
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY login ORDER BY person_id) AS turn FROM {{source}}.slipway_person) s
LEFT JOIN {{target}}.person p ON p.login = s.login
ORDER BY s.person_id;

-- Groups are teams, under their full names.
INSERT INTO {{target}}.team (team_id, name, description, active)
SELECT g.id, IF(g.turn = 1 AND g.name <> '', g.name, CONCAT(LEFT(g.name, 180), ' (', g.id, ')')), g.comment, TRUE
FROM (SELECT id, LEFT({{source}}.slipway_plain(COALESCE(completename, name)), 200) COLLATE utf8mb4_general_ci AS name,
             LEFT({{source}}.slipway_plain(comment), 2000) AS comment,
             ROW_NUMBER() OVER (PARTITION BY LEFT({{source}}.slipway_plain(COALESCE(completename, name)), 200) COLLATE utf8mb4_general_ci
                                ORDER BY id) AS turn
      FROM {{source}}.glpi_groups) g;
