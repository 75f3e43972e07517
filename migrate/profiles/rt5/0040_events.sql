-- Texts of the source may have any collation: where they meet ours, ours is said.
INSERT INTO {{target}}.request_event (number, happened_at, actor_id, kind, old_value, new_value, detail)
SELECT q.number, COALESCE(t.Created, q.created_at), actor.person_id,
  CASE
    WHEN t.Type = 'Create' THEN 'opened'
    WHEN t.Type = 'Correspond' THEN 'answered'
    WHEN t.Type = 'Comment' THEN 'noted'
    WHEN t.Type = 'Status' THEN 'status'
    WHEN t.Type IN ('Take', 'Steal', 'Give', 'Untake', 'Force') OR t.Field = 'Owner' THEN 'assignee'
    WHEN t.Type = 'Set' AND t.Field = 'Queue' THEN 'team'
    WHEN t.Type = 'Set' THEN LOWER(CONCAT('set_', LEFT(t.Field, 40)))
    ELSE LOWER(LEFT(t.Type, 50))
  END,
  CASE
    WHEN t.Type = 'Status' THEN COALESCE(before_.status, CONVERT(t.OldValue USING utf8mb4) COLLATE utf8mb4_general_ci)
    WHEN t.Type IN ('Take', 'Steal', 'Give', 'Untake', 'Force') OR t.Field = 'Owner' THEN was.person_id
    WHEN t.Type = 'CustomField' THEN COALESCE(NULLIF(t.OldValue, ''), LEFT(old_cf.Content, 500))
    WHEN t.Type = 'Create' THEN ''
    ELSE t.OldValue
  END,
  CASE
    WHEN t.Type = 'Status' THEN COALESCE(after_.status, CONVERT(t.NewValue USING utf8mb4) COLLATE utf8mb4_general_ci)
    WHEN t.Type IN ('Take', 'Steal', 'Give', 'Untake', 'Force') OR t.Field = 'Owner' THEN became.person_id
    WHEN t.Type = 'CustomField' THEN COALESCE(NULLIF(t.NewValue, ''), LEFT(new_cf.Content, 500))
    WHEN t.Type = 'Create' THEN 'new'
    WHEN m.message_id IS NOT NULL THEN m.message_id
    ELSE t.NewValue
  END,
  CASE
    WHEN t.Type = 'Status' THEN CONCAT(COALESCE(t.OldValue, ''), ' → ', COALESCE(t.NewValue, ''))
    WHEN became.person_id IS NOT NULL THEN CONVERT(became.login USING utf8mb4) COLLATE utf8mb4_general_ci
    WHEN t.Type = 'CustomField' THEN cf.Name
    ELSE t.Field
  END
FROM {{source}}.Transactions t
JOIN {{target}}.request q ON q.number = t.ObjectId
LEFT JOIN {{source}}.slipway_person actor ON actor.user_id = t.Creator
LEFT JOIN {{source}}.slipway_message m ON m.transaction_id = t.id
LEFT JOIN {{source}}.slipway_status_map before_ ON t.Type = 'Status' AND before_.source = CONVERT(LOWER(t.OldValue) USING utf8mb4) COLLATE utf8mb4_general_ci
LEFT JOIN {{source}}.slipway_status_map after_ ON t.Type = 'Status' AND after_.source = CONVERT(LOWER(t.NewValue) USING utf8mb4) COLLATE utf8mb4_general_ci
LEFT JOIN {{source}}.slipway_person was ON was.user_id =
  IF((t.Type IN ('Take', 'Steal', 'Give', 'Untake', 'Force') OR t.Field = 'Owner') AND t.OldValue REGEXP '^[0-9]{1,9}$',
     CAST(t.OldValue AS INTEGER), NULL)
LEFT JOIN {{source}}.slipway_person became ON became.user_id =
  IF((t.Type IN ('Take', 'Steal', 'Give', 'Untake', 'Force') OR t.Field = 'Owner') AND t.NewValue REGEXP '^[0-9]{1,9}$',
     CAST(t.NewValue AS INTEGER), NULL)
LEFT JOIN {{source}}.CustomFields cf ON cf.id = IF(t.Type = 'CustomField' AND t.Field REGEXP '^[0-9]{1,9}$', CAST(t.Field AS INTEGER), NULL)
LEFT JOIN {{source}}.ObjectCustomFieldValues old_cf ON t.ReferenceType = 'RT::ObjectCustomFieldValue' AND old_cf.id = t.OldReference
LEFT JOIN {{source}}.ObjectCustomFieldValues new_cf ON t.ReferenceType = 'RT::ObjectCustomFieldValue' AND new_cf.id = t.NewReference
WHERE t.ObjectType = 'RT::Ticket'
ORDER BY t.id;
