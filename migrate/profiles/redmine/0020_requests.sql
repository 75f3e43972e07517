INSERT INTO {{target}}.request (number, subject, status, severity, requester_id, assignee_id, team_id, close_reason,
                                created_at, updated_at)
SELECT i.id, IF(TRIM(i.subject) = '', '(no subject)', i.subject), m.status,
       (SELECT v.severity FROM {{source}}.slipway_severity_map v WHERE v.priority <= COALESCE(p.position, 0) ORDER BY v.priority DESC LIMIT 1),
       requester.person_id, assignee.person_id, team.team_id, IF(m.status = 'closed', m.reason, NULL),
       COALESCE(i.created_on, '1970-01-01'), COALESCE(i.updated_on, i.created_on, '1970-01-01')
FROM {{source}}.issues i
JOIN {{source}}.issue_statuses s ON s.id = i.status_id
JOIN {{source}}.slipway_status_map m ON m.source = CONVERT(LOWER(s.name) USING utf8mb4) COLLATE utf8mb4_general_ci
LEFT JOIN {{source}}.enumerations p ON p.id = i.priority_id
JOIN {{source}}.slipway_person requester ON requester.user_id = i.author_id
LEFT JOIN {{source}}.slipway_person assignee ON assignee.user_id = i.assigned_to_id
LEFT JOIN {{target}}.team team ON team.team_id = i.project_id
ORDER BY i.id;

-- Members of a group that watches watch themselves.
INSERT INTO {{target}}.request_watcher (number, person_id, role)
SELECT DISTINCT q.number, s.person_id, 'copy'
FROM {{source}}.watchers w
JOIN {{target}}.request q ON q.number = w.watchable_id
LEFT JOIN {{source}}.groups_users g ON g.group_id = w.user_id
JOIN {{source}}.slipway_person s ON s.user_id = COALESCE(g.user_id, w.user_id)
WHERE w.watchable_type = 'Issue';
