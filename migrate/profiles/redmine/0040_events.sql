-- Texts of the source may have any collation: where they meet ours, ours is said.
INSERT INTO {{target}}.request_event (number, happened_at, actor_id, kind, new_value)
SELECT number, created_at, requester_id, 'opened', 'new' FROM {{target}}.request ORDER BY number;

INSERT INTO {{target}}.request_event (number, happened_at, actor_id, kind, new_value)
SELECT m.number, m.written_at, m.author_id, IF(m.visibility = 'internal', 'noted', 'answered'), m.message_id
FROM {{source}}.slipway_message m WHERE m.journal_id <> 0 ORDER BY m.journal_id;

INSERT INTO {{target}}.request_event (number, happened_at, actor_id, kind, old_value, new_value, detail)
SELECT q.number, j.created_on, actor.person_id,
  CASE
    WHEN d.property = 'attr' AND d.prop_key = 'status_id' THEN 'status'
    WHEN d.property = 'attr' AND d.prop_key = 'assigned_to_id' THEN 'assignee'
    WHEN d.property = 'attr' AND d.prop_key = 'project_id' THEN 'team'
    WHEN d.property = 'cf' THEN 'customfield'
    WHEN d.property = 'attr' THEN LOWER(LEFT(CONCAT('set_', d.prop_key), 50))
    ELSE LOWER(LEFT(d.property, 50))
  END,
  LEFT(CASE
    WHEN d.property = 'attr' AND d.prop_key = 'status_id' THEN COALESCE(before_.status, CONVERT(d.old_value USING utf8mb4) COLLATE utf8mb4_general_ci)
    WHEN d.property = 'attr' AND d.prop_key = 'assigned_to_id' THEN was.person_id
    ELSE d.old_value
  END, 500),
  LEFT(CASE
    WHEN d.property = 'attr' AND d.prop_key = 'status_id' THEN COALESCE(after_.status, CONVERT(d.value USING utf8mb4) COLLATE utf8mb4_general_ci)
    WHEN d.property = 'attr' AND d.prop_key = 'assigned_to_id' THEN became.person_id
    ELSE d.value
  END, 500),
  CASE
    WHEN d.property = 'attr' AND d.prop_key = 'status_id' THEN CONCAT(COALESCE(old_status.name, d.old_value, ''), ' → ', COALESCE(new_status.name, d.value, ''))
    WHEN d.property = 'attr' AND d.prop_key = 'assigned_to_id' THEN became.login
    WHEN d.property = 'cf' THEN cf.name
    ELSE d.prop_key
  END
FROM {{source}}.journal_details d
JOIN {{source}}.journals j ON j.id = d.journal_id AND j.journalized_type = 'Issue'
JOIN {{target}}.request q ON q.number = j.journalized_id
LEFT JOIN {{source}}.slipway_person actor ON actor.user_id = j.user_id
LEFT JOIN {{source}}.issue_statuses old_status ON d.prop_key = 'status_id' AND old_status.id = IF(d.old_value REGEXP '^[0-9]{1,9}$', CAST(d.old_value AS INTEGER), NULL)
LEFT JOIN {{source}}.issue_statuses new_status ON d.prop_key = 'status_id' AND new_status.id = IF(d.value REGEXP '^[0-9]{1,9}$', CAST(d.value AS INTEGER), NULL)
LEFT JOIN {{source}}.slipway_status_map before_ ON before_.source = CONVERT(LOWER(old_status.name) USING utf8mb4) COLLATE utf8mb4_general_ci
LEFT JOIN {{source}}.slipway_status_map after_ ON after_.source = CONVERT(LOWER(new_status.name) USING utf8mb4) COLLATE utf8mb4_general_ci
LEFT JOIN {{source}}.slipway_person was ON d.prop_key = 'assigned_to_id' AND was.user_id = IF(d.old_value REGEXP '^[0-9]{1,9}$', CAST(d.old_value AS INTEGER), NULL)
LEFT JOIN {{source}}.slipway_person became ON d.prop_key = 'assigned_to_id' AND became.user_id = IF(d.value REGEXP '^[0-9]{1,9}$', CAST(d.value AS INTEGER), NULL)
LEFT JOIN {{source}}.custom_fields cf ON d.property = 'cf' AND cf.id = IF(d.prop_key REGEXP '^[0-9]{1,9}$', CAST(d.prop_key AS INTEGER), NULL)
ORDER BY d.id;
