-- The customer of each ticket: by login, by mail address, as a stranger; a ticket without one is its maker's.
CREATE TABLE {{source}}.slipway_requester (number BIGINT NOT NULL PRIMARY KEY, person_id BIGINT UNSIGNED NOT NULL);

INSERT INTO {{source}}.slipway_requester
SELECT t.id, COALESCE(
  (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p WHERE p.kind = 'customer' AND p.known_as = named.known_as),
  (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p WHERE p.kind = 'customer' AND LOWER(p.mail) = named.known_as),
  (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p WHERE p.kind = 'stranger' AND p.known_as = named.known_as),
  (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p WHERE p.kind = 'agent' AND p.source_id = t.create_by),
  (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p WHERE p.kind = 'agent'))
FROM {{source}}.ticket t
JOIN (SELECT id, LOWER(TRIM(CONVERT(customer_user_id USING utf8mb4))) COLLATE utf8mb4_bin AS known_as FROM {{source}}.ticket) named
  ON named.id = t.id;

-- Merging leaves a line in the history of the merged ticket: %%its number%%its id%%number of the other%%id of the other;
-- before version 6 in words. A ticket whose history is gone still is a child of the other.
CREATE TABLE {{source}}.slipway_merge (number BIGINT NOT NULL PRIMARY KEY, target BIGINT NOT NULL);

INSERT INTO {{source}}.slipway_merge
SELECT m.ticket_id, CAST(m.target AS INTEGER)
FROM (SELECT h.ticket_id,
             IF(h.name LIKE '\%\%%',
                SUBSTRING_INDEX(h.name, '%%', -1),
                REGEXP_SUBSTR(h.name, '(?<=/)[0-9]+(?=\\)\\s*$)')) AS target,
             ROW_NUMBER() OVER (PARTITION BY h.ticket_id ORDER BY h.id DESC) AS latest
      FROM {{source}}.ticket_history h
      JOIN {{source}}.ticket_history_type y ON y.id = h.history_type_id AND y.name = 'Merged'
      JOIN {{source}}.ticket t ON t.id = h.ticket_id
      JOIN {{source}}.ticket_state s ON s.id = t.ticket_state_id
      JOIN {{source}}.ticket_state_type st ON st.id = s.type_id AND st.name = 'merged') m
JOIN {{source}}.ticket other ON other.id = IF(m.target REGEXP '^[0-9]{1,18}$', CAST(m.target AS INTEGER), 0)
WHERE m.latest = 1 AND other.id <> m.ticket_id;

INSERT IGNORE INTO {{source}}.slipway_merge
SELECT t.id, parent.id
FROM {{source}}.link_relation l
JOIN {{source}}.link_object o ON o.id = l.source_object_id AND o.id = l.target_object_id AND o.name = 'Ticket'
JOIN {{source}}.link_type y ON y.id = l.type_id AND y.name = 'ParentChild'
JOIN {{source}}.link_state ls ON ls.id = l.state_id AND ls.name = 'Valid'
JOIN {{source}}.ticket t ON t.id = l.target_key
JOIN {{source}}.ticket parent ON parent.id = l.source_key AND parent.id <> t.id
JOIN {{source}}.ticket_state s ON s.id = t.ticket_state_id
JOIN {{source}}.ticket_state_type st ON st.id = s.type_id AND st.name = 'merged'
ORDER BY l.create_time DESC, parent.id;

-- The first agent (root@localhost) owns what nobody owns.
INSERT INTO {{target}}.request (number, subject, status, severity, requester_id, assignee_id, team_id, close_reason,
                                created_at, updated_at, deleted_at, merged_into)
SELECT t.id, COALESCE(NULLIF(TRIM(t.title), ''), '(no subject)'), m.status,
       (SELECT v.severity FROM {{source}}.slipway_severity_map v WHERE v.priority <= t.ticket_priority_id ORDER BY v.priority DESC LIMIT 1),
       r.person_id, owner.person_id, team.team_id, IF(m.status = 'closed', m.reason, NULL),
       t.create_time, t.change_time, IF(m.deleted, t.change_time, NULL), merged.target
FROM {{source}}.ticket t
JOIN {{source}}.ticket_state s ON s.id = t.ticket_state_id
JOIN {{source}}.slipway_status_map m ON m.source = CONVERT(LOWER(s.name) USING utf8mb4) COLLATE utf8mb4_general_ci
JOIN {{source}}.slipway_requester r ON r.number = t.id
LEFT JOIN {{source}}.slipway_person owner ON owner.kind = 'agent' AND owner.source_id = t.user_id AND t.user_id <> 1
LEFT JOIN {{target}}.team team ON team.team_id = t.queue_id
LEFT JOIN {{source}}.slipway_merge merged ON merged.number = t.id
ORDER BY t.id;

INSERT INTO {{target}}.request_watcher (number, person_id, role)
SELECT DISTINCT w.ticket_id, p.person_id, 'agent_copy'
FROM {{source}}.ticket_watcher w
JOIN {{target}}.request q ON q.number = w.ticket_id
JOIN {{source}}.slipway_person p ON p.kind = 'agent' AND p.source_id = w.user_id;
