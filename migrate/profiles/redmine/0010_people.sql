-- Users and the one that stands for everybody who did not sign in. Who may edit issues anywhere is an agent.
CREATE TABLE {{source}}.slipway_person (
  user_id INT NOT NULL PRIMARY KEY, person_id BIGINT UNSIGNED NOT NULL, login VARCHAR(200) NULL, staff BOOLEAN NOT NULL);

-- Logins that the account already has, or that differ only in what our collation ignores, get their old id appended.
INSERT INTO {{source}}.slipway_person (user_id, person_id, login, staff)
SELECT u.id, base.last + ROW_NUMBER() OVER (ORDER BY u.id),
       IF(p.person_id IS NULL AND ROW_NUMBER() OVER (PARTITION BY CONVERT(u.login USING utf8mb4) COLLATE utf8mb4_general_ci ORDER BY u.id) = 1,
          NULLIF(LEFT(u.login, 200), ''), NULLIF(CONCAT(LEFT(u.login, 180), ' (', u.id, ')'), CONCAT(' (', u.id, ')'))),
       u.admin OR EXISTS (SELECT 1 FROM {{source}}.members m JOIN {{source}}.member_roles mr ON mr.member_id = m.id
                          JOIN {{source}}.roles r ON r.id = mr.role_id
                          WHERE m.user_id = u.id AND r.permissions LIKE '%:edit_issues%')
FROM {{source}}.users u
JOIN (SELECT COALESCE(MAX(person_id), 0) AS last FROM {{target}}.person) base
LEFT JOIN {{target}}.person p ON p.login = CONVERT(u.login USING utf8mb4) COLLATE utf8mb4_general_ci
WHERE u.type IN ('User', 'AnonymousUser');

INSERT INTO {{target}}.person (person_id, display_name, email, login, role, language, active, created_at)
SELECT s.person_id, LEFT(COALESCE(NULLIF(TRIM(CONCAT(u.firstname, ' ', u.lastname)), ''), u.login), 200),
       (SELECT LEFT(e.address, 254) FROM {{source}}.email_addresses e WHERE e.user_id = u.id AND e.is_default ORDER BY e.id LIMIT 1),
       s.login, IF(s.staff, 'agent', 'requester'), IF(LEFT(LOWER(COALESCE(u.language, '')), 2) = 'fr', 'fr', 'en'),
       u.status = 1, COALESCE(u.created_on, '1970-01-01')
FROM {{source}}.users u JOIN {{source}}.slipway_person s ON s.user_id = u.id
ORDER BY s.person_id;

-- Two projects may have the same name; their identifiers differ.
INSERT INTO {{target}}.team (team_id, name, description, active)
SELECT p.id, IF(COUNT(*) OVER (PARTITION BY CONVERT(LEFT(p.name, 120) USING utf8mb4) COLLATE utf8mb4_general_ci) = 1, LEFT(p.name, 120),
                CONCAT(LEFT(p.name, 120), ' (', LEFT(COALESCE(p.identifier, p.id), 70), ')')),
       LEFT(COALESCE(p.description, ''), 2000), p.status = 1
FROM {{source}}.projects p;
