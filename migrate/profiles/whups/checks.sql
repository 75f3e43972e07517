-- Each statement gives: what was compared, what the source has, what the account has.
SELECT 'requests', (SELECT COUNT(*) FROM {{source}}.whups_tickets), (SELECT COUNT(*) FROM {{target}}.request);

SELECT 'requests equal in number, subject and time', (SELECT COUNT(*) FROM {{source}}.whups_tickets),
  (SELECT COUNT(*) FROM {{source}}.whups_tickets t JOIN {{target}}.request q ON q.number = t.ticket_id
   WHERE BINARY q.subject = BINARY COALESCE(NULLIF(t.ticket_summary, ''), '(no subject)') AND UNIX_TIMESTAMP(q.created_at) = t.ticket_timestamp);

SELECT 'requesters', (SELECT COUNT(*) FROM {{source}}.whups_tickets),
  (SELECT COUNT(*) FROM {{source}}.whups_tickets t JOIN {{target}}.request q ON q.number = t.ticket_id JOIN {{target}}.person p ON p.person_id = q.requester_id
   LEFT JOIN {{source}}.whups_guests g ON g.guest_id = t.user_id_requester
   WHERE IF(g.guest_id IS NULL, p.login IS NULL OR BINARY LEFT(p.login, CHAR_LENGTH(t.user_id_requester)) = BINARY t.user_id_requester,
            LOCATE(CONVERT(p.email USING utf8mb4) COLLATE utf8mb4_general_ci, CONVERT(g.guest_email USING utf8mb4) COLLATE utf8mb4_general_ci) > 0));

SELECT 'comments', (SELECT COUNT(*) FROM {{source}}.whups_comments c JOIN {{source}}.whups_tickets t ON t.ticket_id = c.ticket_id),
  (SELECT COUNT(*) FROM {{target}}.message WHERE source_key LIKE 'whups_comments:%');

SELECT 'hidden comments', (SELECT COUNT(DISTINCT p.perm_name) FROM {{source}}.horde_perms p JOIN {{source}}.whups_comments c ON p.perm_name = CONCAT('whups:comments:', c.comment_id)),
  (SELECT COUNT(*) FROM {{target}}.message WHERE visibility = 'internal');

SELECT 'changes', (SELECT COUNT(*) FROM {{source}}.whups_logs l JOIN {{source}}.whups_tickets t ON t.ticket_id = l.ticket_id),
  (SELECT COUNT(*) FROM {{target}}.request_event WHERE kind <> 'opened');

SELECT 'attributes', (SELECT COALESCE(SUM(IF(JSON_VALID(a.attribute_value) AND JSON_TYPE(a.attribute_value) = 'ARRAY' AND JSON_DEPTH(a.attribute_value) = 2, JSON_LENGTH(a.attribute_value), 1)), 0)
                      FROM {{source}}.whups_attributes a JOIN {{source}}.whups_tickets t ON t.ticket_id = a.ticket_id WHERE COALESCE(a.attribute_value, '') NOT IN ('', '[]', '""')),
  (SELECT COUNT(*) FROM {{target}}.custom_value v JOIN {{source}}.slipway_field f ON f.field_id = v.field_id AND NOT f.own);

SELECT 'watchers', (SELECT COUNT(DISTINCT l.ticket_id, BINARY TRIM(LEADING '*' FROM l.user_uid)) FROM {{source}}.whups_ticket_listeners l
                    JOIN {{source}}.whups_tickets t ON t.ticket_id = l.ticket_id),
  (SELECT COUNT(*) FROM {{target}}.request_watcher);
