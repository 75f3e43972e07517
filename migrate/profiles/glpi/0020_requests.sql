-- Who has to do with a ticket: type 1 asked for it, 2 works on it, 3 watches; members of watching groups one by one.
CREATE TABLE {{source}}.slipway_actor (
  number BIGINT NOT NULL, type INT NOT NULL, person_id BIGINT UNSIGNED NOT NULL, place INT NOT NULL,
  PRIMARY KEY (number, type, person_id));

INSERT INTO {{source}}.slipway_actor
SELECT tu.tickets_id, tu.type, p.person_id, MIN(tu.id)
FROM {{source}}.glpi_tickets_users tu
JOIN {{source}}.slipway_person p
  ON (tu.users_id <> 0 AND p.user_id = tu.users_id)
  OR (tu.users_id = 0 AND p.person_id = (SELECT MIN(a.person_id) FROM {{source}}.slipway_person a
      WHERE LOWER(a.address) = LEFT(LOWER(TRIM(CONVERT(tu.alternative_email USING utf8mb4))), 254) COLLATE utf8mb4_bin))
WHERE tu.type IN (1, 2, 3)
GROUP BY tu.tickets_id, tu.type, p.person_id;

CREATE TABLE {{source}}.slipway_member (number BIGINT NOT NULL, person_id BIGINT UNSIGNED NOT NULL, PRIMARY KEY (number, person_id));

INSERT INTO {{source}}.slipway_member
SELECT DISTINCT gt.tickets_id, p.person_id
FROM {{source}}.glpi_groups_tickets gt
JOIN {{source}}.glpi_groups_users gu ON gu.groups_id = gt.groups_id
JOIN {{source}}.slipway_person p ON p.user_id = gu.users_id AND p.user_id <> 0
WHERE gt.type IN (1, 3);

CREATE TABLE {{source}}.slipway_ticket (
  number BIGINT NOT NULL PRIMARY KEY, requester_id BIGINT UNSIGNED NOT NULL, assignee_id BIGINT UNSIGNED NULL, team_id BIGINT NULL,
  status VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL);

INSERT INTO {{source}}.slipway_ticket
SELECT t.id,
       COALESCE((SELECT a.person_id FROM {{source}}.slipway_actor a WHERE a.number = t.id AND a.type = 1 ORDER BY a.place LIMIT 1),
                (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p WHERE p.user_id = t.users_id_recipient AND p.user_id <> 0),
                (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p)),
       (SELECT a.person_id FROM {{source}}.slipway_actor a WHERE a.number = t.id AND a.type = 2 ORDER BY a.place LIMIT 1),
       (SELECT gt.groups_id FROM {{source}}.glpi_groups_tickets gt JOIN {{source}}.glpi_groups g ON g.id = gt.groups_id
        WHERE gt.tickets_id = t.id AND gt.type = 2 ORDER BY gt.id LIMIT 1),
       CASE t.status WHEN 1 THEN 'new' WHEN 2 THEN 'processing (assigned)' WHEN 3 THEN 'processing (planned)' WHEN 4 THEN 'pending'
                     WHEN 5 THEN 'solved' WHEN 6 THEN 'closed' WHEN 10 THEN 'approval' ELSE CONCAT('status ', t.status) END
FROM {{source}}.glpi_tickets t;

-- Merging copies what was said into the other ticket, with the id of the merged one, which goes to the bin.
CREATE TABLE {{source}}.slipway_merge (number BIGINT NOT NULL PRIMARY KEY, target BIGINT NOT NULL);

INSERT INTO {{source}}.slipway_merge
SELECT said.merged, MIN(said.target)
FROM (SELECT sourceitems_id AS merged, items_id AS target FROM {{source}}.glpi_itilfollowups WHERE itemtype = 'Ticket' AND sourceitems_id > 0
      UNION ALL
      SELECT sourceitems_id, tickets_id FROM {{source}}.glpi_tickettasks WHERE sourceitems_id > 0) said
JOIN {{source}}.glpi_tickets t ON t.id = said.merged AND t.is_deleted = 1
JOIN {{source}}.glpi_tickets other ON other.id = said.target AND other.id <> t.id
GROUP BY said.merged;

INSERT INTO {{target}}.request (number, subject, status, severity, requester_id, assignee_id, team_id, close_reason,
                                created_at, updated_at, deleted_at, merged_into)
SELECT t.id, COALESCE(NULLIF(TRIM({{source}}.slipway_plain(t.name)), ''), '(no subject)'), m.status,
       (SELECT v.severity FROM {{source}}.slipway_severity_map v WHERE v.priority <= t.priority ORDER BY v.priority DESC LIMIT 1),
       k.requester_id, k.assignee_id, k.team_id, IF(m.status = 'closed', m.reason, NULL),
       COALESCE(t.date, t.date_creation, '1970-01-01'), COALESCE(t.date_mod, t.date, t.date_creation, '1970-01-01'),
       IF(t.is_deleted = 1 OR m.deleted, COALESCE(t.date_mod, t.date, t.date_creation, '1970-01-01'), NULL), merged.target
FROM {{source}}.glpi_tickets t
JOIN {{source}}.slipway_ticket k ON k.number = t.id
JOIN {{source}}.slipway_status_map m ON m.source = k.status
LEFT JOIN {{source}}.slipway_merge merged ON merged.number = t.id
ORDER BY t.id;

INSERT INTO {{target}}.request_watcher (number, person_id, role)
SELECT DISTINCT one.number, one.person_id, one.role
FROM (SELECT a.number, a.person_id, IF(a.type = 2, 'agent_copy', 'copy') AS role, a.type
      FROM {{source}}.slipway_actor a
      UNION
      SELECT m.number, m.person_id, 'copy', 3 FROM {{source}}.slipway_member m) one
JOIN {{target}}.request q ON q.number = one.number
WHERE (one.type <> 2 OR COALESCE(q.assignee_id, 0) <> one.person_id) AND (one.type = 2 OR q.requester_id <> one.person_id);
