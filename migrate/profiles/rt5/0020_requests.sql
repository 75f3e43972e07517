-- Who holds which role on which ticket; members of groups one by one.
CREATE TABLE {{source}}.slipway_watcher (
  number INT NOT NULL, role VARCHAR(20) NOT NULL, user_id INT NOT NULL, place INT NULL,
  PRIMARY KEY (number, role, user_id));

-- UNION without ALL: a group that contains itself through others ends the recursion.
INSERT INTO {{source}}.slipway_watcher (number, role, user_id, place)
WITH RECURSIVE member (number, role, principal, place) AS (
  SELECT g.Instance, g.Name, m.MemberId, m.id
  FROM {{source}}.`Groups` g JOIN {{source}}.GroupMembers m ON m.GroupId = g.id
  WHERE g.Domain = 'RT::Ticket-Role' AND g.Name IN ('Requestor', 'Cc', 'AdminCc')
  UNION
  SELECT w.number, w.role, m.MemberId, CAST(NULL AS INTEGER)
  FROM member w JOIN {{source}}.GroupMembers m ON m.GroupId = w.principal
  JOIN {{source}}.Principals p ON p.id = m.GroupId AND p.Disabled = 0
  JOIN {{source}}.Principals one ON one.id = m.MemberId AND one.Disabled = 0)
SELECT w.number, w.role, u.id, MIN(w.place)
FROM member w JOIN {{source}}.Users u ON u.id = w.principal
GROUP BY w.number, w.role, u.id;

CREATE TABLE {{source}}.slipway_requester (number INT NOT NULL PRIMARY KEY, user_id INT NOT NULL);

INSERT INTO {{source}}.slipway_requester (number, user_id)
SELECT number, user_id FROM (
  SELECT number, user_id, ROW_NUMBER() OVER (PARTITION BY number ORDER BY place IS NULL, place, user_id) AS turn
  FROM {{source}}.slipway_watcher WHERE role = 'Requestor') first_of WHERE turn = 1;

INSERT INTO {{target}}.request (number, subject, status, severity, requester_id, assignee_id, team_id, close_reason,
                                created_at, updated_at, deleted_at, merged_into)
SELECT t.id, COALESCE(NULLIF(TRIM(t.Subject), ''), '(no subject)'), m.status,
       (SELECT v.severity FROM {{source}}.slipway_severity_map v WHERE v.priority <= t.Priority ORDER BY v.priority DESC LIMIT 1),
       requester.person_id, assignee.person_id, team.team_id, IF(m.status = 'closed', m.reason, NULL),
       COALESCE(t.Created, '1970-01-01'), COALESCE(t.LastUpdated, t.Created, '1970-01-01'),
       IF(m.deleted, COALESCE(t.LastUpdated, t.Created, '1970-01-01'), NULL),
       IF(t.EffectiveId <> t.id AND kept.id IS NOT NULL, t.EffectiveId, NULL)
FROM {{source}}.Tickets t
JOIN {{source}}.slipway_status_map m ON m.source = CONVERT(LOWER(t.Status) USING utf8mb4) COLLATE utf8mb4_general_ci
LEFT JOIN {{source}}.Tickets kept ON kept.id = t.EffectiveId AND kept.Type = 'ticket'
LEFT JOIN {{source}}.slipway_requester r ON r.number = t.id
JOIN {{source}}.slipway_person requester ON requester.user_id = COALESCE(r.user_id, IF(t.Creator IN (SELECT id FROM {{source}}.Users), t.Creator, 1))
LEFT JOIN {{source}}.slipway_person assignee
  ON assignee.user_id = t.Owner AND assignee.user_id <> (SELECT id FROM {{source}}.Users WHERE Name = 'Nobody')
LEFT JOIN {{target}}.team team ON team.team_id = t.Queue
WHERE t.Type = 'ticket'
ORDER BY t.id;

INSERT INTO {{target}}.request_watcher (number, person_id, role)
SELECT DISTINCT w.number, s.person_id, IF(w.role = 'AdminCc', 'agent_copy', 'copy')
FROM {{source}}.slipway_watcher w
JOIN {{target}}.request q ON q.number = w.number
JOIN {{source}}.slipway_person s ON s.user_id = w.user_id
WHERE w.role <> 'Requestor' OR q.requester_id <> s.person_id;
