INSERT INTO {{target}}.request_event (number, happened_at, actor_id, kind, new_value)
SELECT number, created_at, requester_id, 'opened', 'new' FROM {{target}}.request ORDER BY number;

-- The log knows new values only; a comment's is the number of its message.
INSERT INTO {{target}}.request_event (number, happened_at, actor_id, kind, new_value, detail)
SELECT q.number, COALESCE(FROM_UNIXTIME(x.transaction_timestamp), q.created_at), k.person_id,
       CASE l.log_type WHEN 'comment' THEN IF(m.visibility = 'internal', 'noted', 'answered') WHEN 'state' THEN 'status'
         WHEN 'assign' THEN 'assignee' WHEN 'queue' THEN 'team' ELSE LOWER(LEFT(CONVERT(l.log_type USING ascii), 50)) END,
       CASE l.log_type WHEN 'comment' THEN m.message_id WHEN 'state' THEN map.status WHEN 'assign' THEN owner.person_id
         ELSE CONVERT(l.log_value USING utf8mb4) COLLATE utf8mb4_general_ci END,
       CASE l.log_type WHEN 'state' THEN s.state_name WHEN 'priority' THEN p.priority_name WHEN 'queue' THEN w.queue_name
         WHEN 'type' THEN t.type_name ELSE LEFT(l.log_value, 500) END
FROM {{source}}.whups_logs l
JOIN {{target}}.request q ON q.number = l.ticket_id
LEFT JOIN {{source}}.whups_transactions x ON x.transaction_id = l.transaction_id
LEFT JOIN {{source}}.slipway_known k ON k.uid = CONVERT(x.transaction_user_id USING utf8mb4) COLLATE utf8mb4_bin
LEFT JOIN {{source}}.slipway_known owner ON l.log_type = 'assign' AND owner.uid = CONVERT(SUBSTRING(l.log_value, 6) USING utf8mb4) COLLATE utf8mb4_bin
LEFT JOIN {{source}}.slipway_message m ON l.log_type = 'comment' AND m.comment_id = l.log_value_num AND m.comment_id <> 0
LEFT JOIN {{source}}.whups_states s ON l.log_type = 'state' AND s.state_id = l.log_value_num
LEFT JOIN {{source}}.slipway_status_map map ON map.source = CONVERT(LOWER(s.state_category) USING utf8mb4) COLLATE utf8mb4_general_ci
LEFT JOIN {{source}}.whups_priorities p ON l.log_type = 'priority' AND p.priority_id = l.log_value_num
LEFT JOIN {{source}}.whups_queues w ON l.log_type = 'queue' AND w.queue_id = l.log_value_num
LEFT JOIN {{source}}.whups_types t ON l.log_type = 'type' AND t.type_id = l.log_value_num
ORDER BY l.log_id;
