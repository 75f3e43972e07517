-- The address in the From line of what customers wrote: the product keeps no other author of it.
CREATE TABLE {{source}}.slipway_sender (
  article_id BIGINT NOT NULL PRIMARY KEY, address VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL);

INSERT IGNORE INTO {{source}}.slipway_sender
SELECT m.article_id, LEFT(LOWER(REGEXP_SUBSTR(CONVERT(m.a_from USING utf8mb4), '[^\\s<>(),;:"]+@[^\\s<>(),;:"]+')), 254)
FROM {{source}}.article a
JOIN {{source}}.article_sender_type s ON s.id = a.article_sender_type_id AND s.name = 'customer'
JOIN {{source}}.article_data_mime m ON m.article_id = a.id
WHERE m.a_from LIKE '%@%'
ORDER BY m.id;

DELETE FROM {{source}}.slipway_sender WHERE address = '';

-- Agents, customers, and those of whom only an address or a former login is left, in one list.
CREATE TABLE {{source}}.slipway_person (
  person_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, kind VARCHAR(10) NOT NULL, source_id INT NOT NULL,
  known_as VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  mail VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  login VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NULL,
  name VARCHAR(210) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  language VARCHAR(2) NOT NULL, active BOOLEAN NOT NULL, created_at DATETIME NOT NULL,
  KEY (kind, source_id), KEY (kind, known_as), KEY (kind, mail));

INSERT INTO {{source}}.slipway_person
SELECT base.last + ROW_NUMBER() OVER (ORDER BY u.id), 'agent', u.id, LOWER(u.login),
       (SELECT NULLIF(TRIM(CONVERT(MAX(p.preferences_value) USING utf8mb4)), '') FROM {{source}}.user_preferences p
        WHERE p.user_id = u.id AND p.preferences_key = 'UserEmail'),
       u.login, COALESCE(NULLIF(TRIM(CONCAT(u.first_name, ' ', u.last_name)), ''), u.login),
       IF(EXISTS (SELECT 1 FROM {{source}}.user_preferences p WHERE p.user_id = u.id AND p.preferences_key = 'UserLanguage'
                  AND CONVERT(p.preferences_value USING utf8mb4) LIKE 'fr%'), 'fr', 'en'),
       u.valid_id = 1, u.create_time
FROM {{source}}.users u JOIN (SELECT COALESCE(MAX(person_id), 0) AS last FROM {{target}}.person) base;

INSERT INTO {{source}}.slipway_person
SELECT base.last + ROW_NUMBER() OVER (ORDER BY c.id), 'customer', c.id, LOWER(c.login), NULLIF(TRIM(c.email), ''), c.login,
       COALESCE(NULLIF(TRIM(CONCAT(c.first_name, ' ', c.last_name)), ''), c.login),
       IF(EXISTS (SELECT 1 FROM {{source}}.customer_preferences p WHERE p.user_id = c.login
                  AND p.preferences_key = 'UserLanguage' AND p.preferences_value LIKE 'fr%'), 'fr', 'en'),
       c.valid_id = 1, c.create_time
FROM {{source}}.customer_user c
JOIN (SELECT GREATEST((SELECT COALESCE(MAX(person_id), 0) FROM {{target}}.person),
                      (SELECT COALESCE(MAX(person_id), 0) FROM {{source}}.slipway_person)) AS last) base;

-- Tickets name their customer by login; a sender whom nobody had entered stands there as an address.
CREATE TABLE {{source}}.slipway_stranger (
  known_as VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, seen_at DATETIME NOT NULL);

INSERT INTO {{source}}.slipway_stranger
SELECT named.known_as, MIN(named.seen_at)
FROM (SELECT LOWER(TRIM(CONVERT(t.customer_user_id USING utf8mb4))) COLLATE utf8mb4_bin AS known_as, t.create_time AS seen_at
      FROM {{source}}.ticket t WHERE TRIM(COALESCE(t.customer_user_id, '')) <> ''
      UNION ALL
      SELECT s.address, a.create_time FROM {{source}}.slipway_sender s JOIN {{source}}.article a ON a.id = s.article_id) named
LEFT JOIN {{source}}.slipway_person by_login ON by_login.kind = 'customer' AND by_login.known_as = named.known_as
LEFT JOIN {{source}}.slipway_person by_mail ON by_mail.kind = 'customer' AND LOWER(by_mail.mail) = named.known_as
WHERE by_login.person_id IS NULL AND by_mail.person_id IS NULL
GROUP BY named.known_as;

INSERT INTO {{source}}.slipway_person
SELECT base.last + ROW_NUMBER() OVER (ORDER BY s.known_as), 'stranger', 0, s.known_as, IF(s.known_as LIKE '%@%', s.known_as, NULL),
       NULL, LEFT(s.known_as, 200), 'en', TRUE, s.seen_at
FROM {{source}}.slipway_stranger s
JOIN (SELECT GREATEST((SELECT COALESCE(MAX(person_id), 0) FROM {{target}}.person),
                      (SELECT COALESCE(MAX(person_id), 0) FROM {{source}}.slipway_person)) AS last) base;

-- An agent and a customer may have one login in the product: the later one gets its kind and id appended.
INSERT INTO {{target}}.person (person_id, display_name, email, login, role, language, active, created_at)
SELECT s.person_id, LEFT(s.name, 200), s.mail,
       IF(s.turn > 1 OR p.person_id IS NOT NULL, CONCAT(LEFT(s.login, 170), ' (', s.kind, ' ', s.source_id, ')'), s.login),
       IF(s.kind = 'agent', 'agent', 'requester'), s.language, s.active, s.created_at
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY login ORDER BY person_id) AS turn FROM {{source}}.slipway_person) s
LEFT JOIN {{target}}.person p ON p.login = s.login
ORDER BY s.person_id;

INSERT INTO {{target}}.team (team_id, name, description, active)
SELECT q.id,
       IF(ROW_NUMBER() OVER (PARTITION BY CONVERT(q.name USING utf8mb4) COLLATE utf8mb4_general_ci ORDER BY q.id) = 1,
          q.name, CONCAT(LEFT(q.name, 180), ' (', q.id, ')')),
       COALESCE(q.comments, ''), q.valid_id = 1
FROM {{source}}.queue q;
