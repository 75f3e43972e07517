-- A line of history holds its values behind %% signs: state %%old%%new%%, owner %%login%%id, queue %%new%%id%%old%%id,
-- priority %%old%%id%%new%%id.
CREATE TABLE {{source}}.slipway_history (
  id BIGINT NOT NULL PRIMARY KEY, type VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  part1 VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  part2 VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  part3 VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  part4 VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL);

INSERT INTO {{source}}.slipway_history
SELECT h.id, y.name, h.name,
       SUBSTRING_INDEX(SUBSTRING_INDEX(CONCAT(h.name, '%%%%%%%%'), '%%', 2), '%%', -1),
       SUBSTRING_INDEX(SUBSTRING_INDEX(CONCAT(h.name, '%%%%%%%%'), '%%', 3), '%%', -1),
       SUBSTRING_INDEX(SUBSTRING_INDEX(CONCAT(h.name, '%%%%%%%%'), '%%', 4), '%%', -1),
       SUBSTRING_INDEX(SUBSTRING_INDEX(CONCAT(h.name, '%%%%%%%%'), '%%', 5), '%%', -1)
FROM {{source}}.ticket_history h
JOIN {{source}}.ticket_history_type y ON y.id = h.history_type_id;

CREATE TABLE {{source}}.slipway_priority (id SMALLINT NOT NULL PRIMARY KEY, severity TINYINT NULL);

INSERT INTO {{source}}.slipway_priority
SELECT p.id, (SELECT v.severity FROM {{source}}.slipway_severity_map v WHERE v.priority <= p.id ORDER BY v.priority DESC LIMIT 1)
FROM {{source}}.ticket_priority p;

INSERT INTO {{target}}.request_event (number, happened_at, actor_id, kind, old_value, new_value, detail)
SELECT q.number, h.create_time, actor.person_id,
  CASE
    WHEN v.type = 'NewTicket' THEN 'opened'
    WHEN v.type = 'StateUpdate' THEN 'status'
    WHEN v.type = 'OwnerUpdate' THEN 'assignee'
    WHEN v.type = 'Move' THEN 'team'
    WHEN v.type = 'PriorityUpdate' AND new_severity.severity IS NOT NULL THEN 'severity'
    WHEN m.message_id IS NOT NULL AND v.type IN ('AddNote', 'EmailAgent', 'EmailCustomer', 'FollowUp', 'Forward', 'PhoneCallAgent',
         'PhoneCallCustomer', 'SendAnswer', 'WebRequestCustomer', 'ChatExternal', 'ChatInternal')
      THEN IF(m.visibility = 'public', 'answered', 'noted')
    ELSE LOWER(LEFT(CONVERT(v.type USING ascii), 50))
  END,
  CASE
    WHEN v.type = 'StateUpdate' THEN COALESCE(before_.status, v.part1)
    WHEN v.type = 'Move' THEN v.part4
    WHEN v.type = 'PriorityUpdate' THEN COALESCE(old_severity.severity, v.part1)
    WHEN v.type = 'TitleUpdate' THEN v.part1
    ELSE ''
  END,
  CASE
    WHEN v.type = 'NewTicket' THEN 'new'
    WHEN v.type = 'StateUpdate' THEN COALESCE(after_.status, v.part2)
    WHEN v.type = 'OwnerUpdate' THEN COALESCE(owner.person_id, '')
    WHEN v.type = 'Move' THEN v.part2
    WHEN v.type = 'PriorityUpdate' THEN COALESCE(new_severity.severity, v.part3)
    WHEN v.type = 'TitleUpdate' THEN v.part2
    WHEN m.message_id IS NOT NULL THEN m.message_id
    ELSE ''
  END,
  CASE
    WHEN v.type = 'StateUpdate' THEN CONCAT(v.part1, ' → ', v.part2)
    WHEN v.type = 'OwnerUpdate' THEN COALESCE(owner.login, v.part1)
    ELSE v.name
  END
FROM {{source}}.ticket_history h
JOIN {{source}}.slipway_history v ON v.id = h.id
JOIN {{target}}.request q ON q.number = h.ticket_id
LEFT JOIN {{source}}.slipway_person actor ON actor.kind = 'agent' AND actor.source_id = h.create_by
LEFT JOIN {{source}}.slipway_message m ON m.article_id = h.article_id
LEFT JOIN {{source}}.slipway_status_map before_ ON v.type = 'StateUpdate' AND before_.source = LOWER(v.part1)
LEFT JOIN {{source}}.slipway_status_map after_ ON v.type = 'StateUpdate' AND after_.source = LOWER(v.part2)
LEFT JOIN {{source}}.slipway_person owner ON v.type = 'OwnerUpdate' AND owner.kind = 'agent' AND owner.source_id <> 1
  AND owner.source_id = IF(v.part2 REGEXP '^[0-9]{1,9}$', CAST(v.part2 AS INTEGER), 0)
LEFT JOIN {{source}}.slipway_priority old_severity ON v.type = 'PriorityUpdate'
  AND old_severity.id = IF(v.part2 REGEXP '^[0-9]{1,4}$', CAST(v.part2 AS INTEGER), 0)
LEFT JOIN {{source}}.slipway_priority new_severity ON v.type = 'PriorityUpdate'
  AND new_severity.id = IF(v.part4 REGEXP '^[0-9]{1,4}$', CAST(v.part4 AS INTEGER), 0)
ORDER BY h.id;
