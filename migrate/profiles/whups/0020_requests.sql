INSERT INTO {{target}}.request (number, subject, status, severity, requester_id, assignee_id, team_id, close_reason, created_at, updated_at)
SELECT t.ticket_id, COALESCE(NULLIF(t.ticket_summary, ''), '(no subject)'), m.status,
       (SELECT v.severity FROM {{source}}.slipway_severity_map v
        WHERE v.priority <= COALESCE(CAST(NULLIF(REGEXP_SUBSTR(p.priority_name, '^[0-9]{1,6}'), '') AS INTEGER), 0) ORDER BY v.priority DESC LIMIT 1),
       requester.person_id, assignee.person_id, team.team_id, IF(m.status = 'closed', m.reason, NULL),
       FROM_UNIXTIME(t.ticket_timestamp), FROM_UNIXTIME(COALESCE(NULLIF(t.date_updated, 0), t.ticket_timestamp))
FROM {{source}}.whups_tickets t
LEFT JOIN {{source}}.whups_states s ON s.state_id = t.state_id
JOIN {{source}}.slipway_status_map m
  ON m.source = CONVERT(COALESCE(NULLIF(LOWER(s.state_category), ''), '(none)') USING utf8mb4) COLLATE utf8mb4_general_ci
LEFT JOIN {{source}}.whups_priorities p ON p.priority_id = t.priority_id
JOIN {{source}}.slipway_known requester ON requester.uid = CONVERT(t.user_id_requester USING utf8mb4) COLLATE utf8mb4_bin
LEFT JOIN (SELECT ticket_id, MIN(ticket_owner) AS owner FROM {{source}}.whups_ticket_owners WHERE ticket_owner LIKE 'user:%' GROUP BY ticket_id) o
  ON o.ticket_id = t.ticket_id
LEFT JOIN {{source}}.slipway_known assignee ON assignee.uid = CONVERT(SUBSTRING(o.owner, 6) USING utf8mb4) COLLATE utf8mb4_bin
LEFT JOIN {{target}}.team team ON team.team_id = t.queue_id
ORDER BY t.ticket_id;

INSERT INTO {{target}}.request_watcher (number, person_id, role)
SELECT DISTINCT q.number, k.person_id, 'copy'
FROM {{source}}.whups_ticket_listeners l
JOIN {{target}}.request q ON q.number = l.ticket_id
JOIN {{source}}.slipway_known k ON k.uid = CONVERT(TRIM(LEADING '*' FROM l.user_uid) USING utf8mb4) COLLATE utf8mb4_bin;
