-- People are names written into the rows; guests have an address in whups_guests ("Name <address>" or the address alone).
CREATE TABLE {{source}}.slipway_name (uid VARCHAR(255) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, staff BOOLEAN NOT NULL) CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_name (uid, staff)
SELECT uid, MAX(staff) FROM (
  SELECT CONVERT(user_id_requester USING utf8mb4) COLLATE utf8mb4_bin AS uid, FALSE AS staff FROM {{source}}.whups_tickets
  UNION ALL SELECT CONVERT(user_id_creator USING utf8mb4) COLLATE utf8mb4_bin, FALSE FROM {{source}}.whups_comments
  UNION ALL SELECT CONVERT(transaction_user_id USING utf8mb4) COLLATE utf8mb4_bin, FALSE FROM {{source}}.whups_transactions
  UNION ALL SELECT CONVERT(TRIM(LEADING '*' FROM user_uid) USING utf8mb4) COLLATE utf8mb4_bin, FALSE FROM {{source}}.whups_ticket_listeners
  UNION ALL SELECT CONVERT(user_uid USING utf8mb4) COLLATE utf8mb4_bin, TRUE FROM {{source}}.whups_queues_users
  UNION ALL SELECT CONVERT(SUBSTRING(ticket_owner, 6) USING utf8mb4) COLLATE utf8mb4_bin, TRUE FROM {{source}}.whups_ticket_owners WHERE ticket_owner LIKE 'user:%') every_name
GROUP BY uid;

-- Who they are, they said in Horde's preferences: PHP's serialised list of identities, whose
-- texts stand behind their length in bytes. Of several the default one counts, the first (0) unless said otherwise.
CREATE TABLE {{source}}.slipway_identity (
  uid VARCHAR(255) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, display_name VARCHAR(255) NULL, email VARCHAR(255) NULL, language CHAR(2) NOT NULL DEFAULT 'en') CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_identity (uid, display_name, email, language)
WITH said AS (
  SELECT n.uid, BINARY MAX(IF(p.pref_name = 'identities', p.pref_value, NULL)) AS list,
         CAST(MAX(IF(p.pref_name = 'default_identity', p.pref_value, NULL)) AS INTEGER) AS chosen,
         MAX(IF(p.pref_name = 'language', p.pref_value, NULL)) AS language
  FROM {{source}}.slipway_name n
  JOIN {{source}}.horde_prefs p ON p.pref_scope = 'horde' AND p.pref_name IN ('identities', 'default_identity', 'language')
   AND CONVERT(p.pref_uid USING utf8mb4) COLLATE utf8mb4_bin = n.uid
  GROUP BY n.uid),
one AS (
  SELECT uid, language, SUBSTRING(list, GREATEST(LOCATE(BINARY CONCAT('i:', COALESCE(chosen, 0), ';a:'), list), 1)) AS text FROM said),
found AS (
  SELECT uid, language, IF(LOCATE(BINARY 's:8:"fullname";s:', text) > 0, SUBSTRING(text, LOCATE(BINARY 's:8:"fullname";s:', text) + 17), '0:""') AS name,
         IF(LOCATE(BINARY 's:9:"from_addr";s:', text) > 0, SUBSTRING(text, LOCATE(BINARY 's:9:"from_addr";s:', text) + 18), '0:""') AS address
  FROM one)
SELECT uid, NULLIF(TRIM(LEFT(CONVERT(SUBSTRING(name, LOCATE(':', name) + 2, CAST(SUBSTRING_INDEX(name, ':', 1) AS INTEGER)) USING utf8mb4), 200)), ''),
       NULLIF(TRIM(LEFT(CONVERT(SUBSTRING(address, LOCATE(':', address) + 2, CAST(SUBSTRING_INDEX(address, ':', 1) AS INTEGER)) USING utf8mb4), 254)), ''),
       IF(language LIKE 'fr%', 'fr', 'en')
FROM found;

-- One person for each name, and one for each address of guests, however often they wrote.
CREATE TABLE {{source}}.slipway_who (
  uid VARCHAR(255) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, guest BOOLEAN NOT NULL, display_name VARCHAR(255) NOT NULL,
  email VARCHAR(255) NULL, language CHAR(2) NOT NULL, who VARCHAR(300) COLLATE utf8mb4_bin NOT NULL, staff BOOLEAN NOT NULL, KEY (who)) CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_who (uid, guest, display_name, email, language, who, staff)
SELECT uid, guest, COALESCE(own_name, NULLIF(TRIM(BOTH '"' FROM TRIM(name)), ''), IF(guest, email, NULL), IF(uid = '', '(nobody)', uid)), COALESCE(own_email, email),
       language, IF(guest AND email IS NOT NULL, CONCAT('guest ', LOWER(email)), CONCAT('user ', uid)), staff
FROM (SELECT n.uid, n.staff, g.guest_id IS NOT NULL OR n.uid LIKE '-%' AS guest, i.display_name AS own_name, i.email AS own_email, COALESCE(i.language, 'en') AS language,
             CASE WHEN g.guest_email LIKE '%<%>%' THEN SUBSTRING_INDEX(g.guest_email, '<', 1) END AS name,
             CASE WHEN g.guest_email LIKE '%<%>%' THEN SUBSTRING_INDEX(SUBSTRING_INDEX(g.guest_email, '<', -1), '>', 1)
                  WHEN g.guest_email <> '' THEN g.guest_email
                  WHEN n.uid LIKE '%@%' THEN n.uid END AS email
      FROM {{source}}.slipway_name n
      LEFT JOIN {{source}}.slipway_identity i ON i.uid = n.uid
      LEFT JOIN {{source}}.whups_guests g ON CONVERT(g.guest_id USING utf8mb4) COLLATE utf8mb4_bin = n.uid) found;

CREATE TABLE {{source}}.slipway_person (
  who VARCHAR(300) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, person_id BIGINT UNSIGNED NOT NULL, login VARCHAR(200) NULL) CHARSET=utf8mb4;

-- A login that the account has already, or that differs only in case or accents, gets its number appended; guests have none.
INSERT INTO {{source}}.slipway_person (who, person_id, login)
SELECT w.who, base.last + w.place,
       CASE WHEN w.guest OR w.uid = '' THEN NULL
            WHEN p.person_id IS NULL AND w.same = 1 THEN LEFT(w.uid, 200)
            ELSE CONCAT(LEFT(w.uid, 180), ' (', base.last + w.place, ')') END
FROM (SELECT who, MIN(uid) AS uid, MAX(guest) AS guest, ROW_NUMBER() OVER (ORDER BY who) AS place,
             ROW_NUMBER() OVER (PARTITION BY LEFT(MIN(uid), 200) COLLATE utf8mb4_general_ci ORDER BY who) AS same
      FROM {{source}}.slipway_who GROUP BY who) w
JOIN (SELECT COALESCE(MAX(person_id), 0) AS last FROM {{target}}.person) base
LEFT JOIN {{target}}.person p ON p.login = w.uid COLLATE utf8mb4_general_ci;

INSERT INTO {{target}}.person (person_id, display_name, email, login, role, language, active)
SELECT s.person_id, LEFT(MIN(w.display_name), 200), LEFT(MIN(w.email), 254), s.login, IF(MAX(w.staff), 'agent', 'requester'), MAX(w.language), NOT MAX(w.guest)
FROM {{source}}.slipway_person s JOIN {{source}}.slipway_who w ON w.who = s.who
GROUP BY s.person_id, s.login;

-- Whom a name in a row means.
CREATE VIEW {{source}}.slipway_known AS
SELECT w.uid, s.person_id FROM {{source}}.slipway_who w JOIN {{source}}.slipway_person s ON s.who = w.who;

INSERT INTO {{target}}.team (team_id, name, description)
SELECT q.queue_id, IF(COUNT(*) OVER (PARTITION BY CONVERT(q.queue_name USING utf8mb4) COLLATE utf8mb4_general_ci) = 1, q.queue_name,
                      CONCAT(q.queue_name, ' (', q.queue_id, ')')), COALESCE(q.queue_description, '')
FROM {{source}}.whups_queues q;
