-- The history of tickets. linked_action 20 made the ticket, 0 changed a field, 15 and 16 add and take away somebody; people and
-- groups stand there as "name (id)".
CREATE TABLE {{source}}.slipway_status_word (status VARCHAR(255) NOT NULL PRIMARY KEY, word VARCHAR(20) NOT NULL);

INSERT INTO {{source}}.slipway_status_word
SELECT n.number, m.status
FROM (SELECT '1' AS number, 'new' AS name UNION ALL SELECT '2', 'processing (assigned)' UNION ALL SELECT '3', 'processing (planned)'
      UNION ALL SELECT '4', 'pending' UNION ALL SELECT '5', 'solved' UNION ALL SELECT '6', 'closed' UNION ALL SELECT '10', 'approval') n
JOIN {{source}}.slipway_status_map m ON m.source = n.name COLLATE utf8mb4_general_ci;

CREATE TABLE {{source}}.slipway_log (
  id BIGINT NOT NULL PRIMARY KEY, number BIGINT UNSIGNED NOT NULL, action VARCHAR(50) CHARACTER SET ascii NOT NULL, actor_id BIGINT NULL,
  old_value VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  new_value VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, old_id BIGINT NULL, new_id BIGINT NULL);

INSERT INTO {{source}}.slipway_log
SELECT l.id, q.number,
       CASE WHEN l.linked_action = 20 THEN 'opened'
            WHEN l.linked_action = 0 AND l.id_search_option = 12 THEN 'status'
            WHEN l.linked_action = 0 AND l.id_search_option = 3 THEN 'severity'
            WHEN l.linked_action IN (15, 16) AND l.itemtype_link = 'User' AND l.id_search_option = 5 THEN 'assignee'
            WHEN l.linked_action IN (15, 16) AND l.itemtype_link = 'Group' AND l.id_search_option = 8 THEN 'team'
            WHEN l.linked_action = 0 THEN CONCAT('set_', COALESCE(ELT(FIELD(l.id_search_option, 1, 7, 10, 11, 14, 15, 16, 17, 18, 21, 80, 83),
              'title', 'category', 'urgency', 'impact', 'type', 'opening_date', 'closing_date', 'solution_date', 'time_to_resolve', 'description',
              'entity', 'location'), l.id_search_option))
            ELSE LEFT(LOWER(CONCAT('action_', l.linked_action, IF(COALESCE(l.itemtype_link, '') = '', '', '_'),
                                   CONVERT(COALESCE(l.itemtype_link, '') USING ascii))), 50)
       END,
       NULLIF(CAST(COALESCE(NULLIF(REGEXP_SUBSTR(CONVERT(l.user_name USING utf8mb4), '(?<=\\()[0-9]{1,9}(?=\\)$)'), ''), '0') AS INTEGER), 0),
       LEFT({{source}}.slipway_plain(l.old_value), 500), LEFT({{source}}.slipway_plain(l.new_value), 500),
       CAST(COALESCE(NULLIF(REGEXP_SUBSTR(CONVERT(l.old_value USING utf8mb4), '(?<=\\()[0-9]{1,9}(?=\\)$)'), ''), '0') AS INTEGER),
       CAST(COALESCE(NULLIF(REGEXP_SUBSTR(CONVERT(l.new_value USING utf8mb4), '(?<=\\()[0-9]{1,9}(?=\\)$)'), ''), '0') AS INTEGER)
FROM {{source}}.glpi_logs l JOIN {{target}}.request q ON q.number = l.items_id WHERE l.itemtype = 'Ticket';

INSERT INTO {{target}}.request_event (number, happened_at, actor_id, kind, old_value, new_value, detail)
SELECT v.number, COALESCE(l.date_mod, q.created_at), actor.person_id, v.action,
  CASE v.action WHEN 'opened' THEN '' WHEN 'status' THEN COALESCE(was.word, v.old_value)
       WHEN 'severity' THEN COALESCE((SELECT s.severity FROM {{source}}.slipway_severity_map s
         WHERE v.old_value REGEXP '^[0-9]{1,3}$' AND s.priority <= CAST(v.old_value AS INTEGER) ORDER BY s.priority DESC LIMIT 1), v.old_value)
       WHEN 'assignee' THEN COALESCE(old_person.person_id, '') WHEN 'team' THEN IF(v.old_id = 0, '', v.old_id)
       ELSE v.old_value END,
  CASE v.action WHEN 'opened' THEN 'new' WHEN 'status' THEN COALESCE(became.word, v.new_value)
       WHEN 'severity' THEN COALESCE((SELECT s.severity FROM {{source}}.slipway_severity_map s
         WHERE v.new_value REGEXP '^[0-9]{1,3}$' AND s.priority <= CAST(v.new_value AS INTEGER) ORDER BY s.priority DESC LIMIT 1), v.new_value)
       WHEN 'assignee' THEN COALESCE(new_person.person_id, '') WHEN 'team' THEN IF(v.new_id = 0, '', v.new_id)
       ELSE v.new_value END,
  CASE v.action WHEN 'assignee' THEN COALESCE(new_person.login, v.new_value) WHEN 'opened' THEN NULL
       ELSE CONCAT(v.old_value, ' → ', v.new_value) END
FROM {{source}}.slipway_log v
JOIN {{source}}.glpi_logs l ON l.id = v.id
JOIN {{target}}.request q ON q.number = v.number
LEFT JOIN {{source}}.slipway_person actor ON actor.user_id = v.actor_id AND actor.user_id <> 0
LEFT JOIN {{source}}.slipway_status_word was ON v.action = 'status' AND was.status = v.old_value
LEFT JOIN {{source}}.slipway_status_word became ON v.action = 'status' AND became.status = v.new_value
LEFT JOIN {{source}}.slipway_person old_person ON v.action = 'assignee' AND old_person.user_id = v.old_id AND old_person.user_id <> 0
LEFT JOIN {{source}}.slipway_person new_person ON v.action = 'assignee' AND new_person.user_id = v.new_id AND new_person.user_id <> 0
ORDER BY v.id;
