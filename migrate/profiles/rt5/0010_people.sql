-- Keys that the steps below look things up by; the copy brought the source's own keys along.
CREATE TABLE {{source}}.slipway_person (
  user_id INT NOT NULL PRIMARY KEY, person_id BIGINT UNSIGNED NOT NULL, login VARCHAR(200) NOT NULL, staff BOOLEAN NOT NULL);

-- Logins that the account already has, or that differ only in what our collation ignores, get their old id appended.
INSERT INTO {{source}}.slipway_person (user_id, person_id, login, staff)
SELECT u.id, base.last + ROW_NUMBER() OVER (ORDER BY u.id),
       IF(p.person_id IS NULL AND ROW_NUMBER() OVER (PARTITION BY CONVERT(u.Name USING utf8mb4) COLLATE utf8mb4_general_ci ORDER BY u.id) = 1,
          u.Name, CONCAT(LEFT(u.Name, 180), ' (', u.id, ')')),
       EXISTS (SELECT 1 FROM {{source}}.GroupMembers m JOIN {{source}}.`Groups` g ON g.id = m.GroupId
               WHERE m.MemberId = u.id AND g.Domain = 'SystemInternal' AND g.Name = 'Privileged')
FROM {{source}}.Users u
JOIN (SELECT COALESCE(MAX(person_id), 0) AS last FROM {{target}}.person) base
LEFT JOIN {{target}}.person p ON p.login = CONVERT(u.Name USING utf8mb4) COLLATE utf8mb4_general_ci;

INSERT INTO {{target}}.person (person_id, display_name, email, login, role, language, active, created_at)
SELECT s.person_id, COALESCE(NULLIF(TRIM(u.RealName), ''), u.Name), NULLIF(TRIM(u.EmailAddress), ''), s.login,
       IF(s.staff, 'agent', 'requester'), IF(LEFT(LOWER(COALESCE(u.Lang, '')), 2) = 'fr', 'fr', 'en'),
       COALESCE(p.Disabled, 0) = 0 AND u.Name NOT IN ('RT_System', 'Nobody'), COALESCE(u.Created, '1970-01-01')
FROM {{source}}.Users u
JOIN {{source}}.slipway_person s ON s.user_id = u.id
LEFT JOIN {{source}}.Principals p ON p.id = u.id
ORDER BY s.person_id;

INSERT INTO {{target}}.team (team_id, name, description, active)
SELECT q.id, q.Name, COALESCE(q.Description, ''), q.Disabled = 0 FROM {{source}}.Queues q
WHERE q.Name <> '___Approvals' OR EXISTS (SELECT 1 FROM {{source}}.Tickets t WHERE t.Queue = q.id AND t.Type = 'ticket');
