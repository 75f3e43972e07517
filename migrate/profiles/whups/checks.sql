-- Each statement gives: what was compared, what the source has, what the account has.
SELECT 'requests', (SELECT COUNT(*) FROM {{source}}.whups_tickets), (SELECT COUNT(*) FROM {{target}}.request);

SELECT 'requests equal in number, subject and time', (SELECT COUNT(*) FROM {{source}}.whups_tickets),
  (SELECT COUNT(*) FROM {{source}}.whups_tickets t JOIN {{target}}.request q ON q.number = t.ticket_id
   WHERE BINARY q.subject = BINARY CONVERT(COALESCE(NULLIF(t.ticket_summary, ''), '(no subject)') USING utf8mb4) AND UNIX_TIMESTAMP(q.created_at) = t.ticket_timestamp);

SELECT 'requesters', (SELECT COUNT(*) FROM {{source}}.whups_tickets),
  (SELECT COUNT(*) FROM {{source}}.whups_tickets t JOIN {{target}}.request q ON q.number = t.ticket_id JOIN {{target}}.person p ON p.person_id = q.requester_id
   LEFT JOIN {{source}}.whups_guests g ON g.guest_id = t.user_id_requester
   WHERE IF(g.guest_id IS NULL, p.login IS NULL OR BINARY LEFT(p.login, CHAR_LENGTH(t.user_id_requester)) = BINARY CONVERT(t.user_id_requester USING utf8mb4),
            LOCATE(CONVERT(p.email USING utf8mb4) COLLATE utf8mb4_general_ci, CONVERT(g.guest_email USING utf8mb4) COLLATE utf8mb4_general_ci) > 0));

SELECT 'comments', (SELECT COUNT(*) FROM {{source}}.whups_comments c JOIN {{source}}.whups_tickets t ON t.ticket_id = c.ticket_id),
  (SELECT COUNT(*) FROM {{target}}.message WHERE source_key LIKE 'whups_comments:%');

SELECT 'hidden comments', (SELECT COUNT(DISTINCT p.perm_name) FROM {{source}}.horde_perms p JOIN {{source}}.whups_comments c ON p.perm_name = CONCAT('whups:comments:', c.comment_id)
                           JOIN {{source}}.whups_tickets t ON t.ticket_id = c.ticket_id),
  (SELECT COUNT(*) FROM {{target}}.message WHERE visibility = 'internal');

SELECT 'changes', (SELECT COUNT(*) FROM {{source}}.whups_logs l JOIN {{source}}.whups_tickets t ON t.ticket_id = l.ticket_id),
  (SELECT COUNT(*) FROM {{target}}.request_event WHERE kind <> 'opened');

SELECT 'attributes', (SELECT COUNT(*) FROM {{source}}.whups_attributes a JOIN {{source}}.whups_tickets t ON t.ticket_id = a.ticket_id
                      JOIN {{source}}.whups_attributes_desc d ON d.attribute_id = a.attribute_id WHERE COALESCE(a.attribute_value, '') NOT IN ('', '[]', '""')),
  (SELECT COUNT(DISTINCT v.ticket_id, v.attribute_id) FROM {{source}}.slipway_value v JOIN {{source}}.whups_attributes_desc d ON d.attribute_id = v.attribute_id
   JOIN {{source}}.slipway_field f ON f.name = CONVERT(d.attribute_name USING utf8mb4) COLLATE utf8mb4_general_ci AND NOT f.own
   JOIN {{target}}.custom_value c ON c.number = v.ticket_id AND c.field_id = f.field_id AND BINARY c.value = BINARY v.value);

-- Of files on disk some may be missing, which the report says.
SELECT 'files of the database', (SELECT COUNT(*) FROM {{source}}.horde_vfs v JOIN {{source}}.whups_tickets t
                                 ON v.vfs_path = CONCAT('.horde/whups/attachments/', t.ticket_id) WHERE v.vfs_type = 1),
  (SELECT COUNT(*) FROM {{target}}.attachment a JOIN {{target}}.message m ON m.message_id = a.message_id
   JOIN {{source}}.horde_vfs v ON v.vfs_path = CONCAT('.horde/whups/attachments/', m.number)
     AND BINARY CONVERT(v.vfs_name USING utf8mb4) = BINARY a.file_name AND LENGTH(v.vfs_data) = a.size_bytes);

SELECT 'watchers', (SELECT COUNT(DISTINCT l.ticket_id, BINARY TRIM(LEADING '*' FROM l.user_uid)) FROM {{source}}.whups_ticket_listeners l
                    JOIN {{source}}.whups_tickets t ON t.ticket_id = l.ticket_id),
  (SELECT COUNT(*) FROM {{target}}.request_watcher);
