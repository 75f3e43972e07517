-- Each statement gives: what was compared, what the source has, what the account has.
SELECT 'requests', (SELECT COUNT(*) FROM {{source}}.glpi_tickets), (SELECT COUNT(*) FROM {{target}}.request);

SELECT 'requests equal in number, subject and time',
  (SELECT COUNT(*) FROM {{source}}.glpi_tickets),
  (SELECT COUNT(*) FROM {{source}}.glpi_tickets t JOIN {{target}}.request q ON q.number = t.id
   WHERE BINARY COALESCE(NULLIF(TRIM({{source}}.slipway_plain(t.name)), ''), '(no subject)') = BINARY q.subject
     AND q.created_at = COALESCE(t.date, t.date_creation, '1970-01-01'));

SELECT 'requests in the bin', (SELECT COUNT(*) FROM {{source}}.glpi_tickets WHERE is_deleted = 1),
  (SELECT COUNT(*) FROM {{source}}.glpi_tickets t JOIN {{target}}.request q ON q.number = t.id WHERE t.is_deleted = 1 AND q.deleted_at IS NOT NULL);

SELECT 'requesters who are users',
  (SELECT COUNT(DISTINCT tu.tickets_id) FROM {{source}}.glpi_tickets_users tu JOIN {{source}}.glpi_tickets t ON t.id = tu.tickets_id
   JOIN {{source}}.glpi_users u ON u.id = tu.users_id WHERE tu.type = 1),
  (SELECT COUNT(DISTINCT q.number) FROM {{target}}.request q
   JOIN {{source}}.slipway_person asked ON asked.user_id <> 0
   JOIN {{source}}.glpi_tickets_users tu ON tu.tickets_id = q.number AND tu.type = 1 AND tu.users_id = asked.user_id
   LEFT JOIN {{target}}.request_watcher w ON w.number = q.number AND w.person_id = asked.person_id
   WHERE q.requester_id = asked.person_id OR w.person_id IS NOT NULL);

SELECT 'merged requests', (SELECT COUNT(*) FROM {{source}}.slipway_merge), (SELECT COUNT(*) FROM {{target}}.request WHERE merged_into IS NOT NULL);

SELECT 'messages',
  (SELECT COUNT(*) FROM {{source}}.glpi_tickets)
  + (SELECT COUNT(*) FROM {{source}}.glpi_itilfollowups f JOIN {{source}}.glpi_tickets t ON t.id = f.items_id WHERE f.itemtype = 'Ticket')
  + (SELECT COUNT(*) FROM {{source}}.glpi_tickettasks k JOIN {{source}}.glpi_tickets t ON t.id = k.tickets_id)
  + (SELECT COUNT(*) FROM {{source}}.glpi_itilsolutions s JOIN {{source}}.glpi_tickets t ON t.id = s.items_id WHERE s.itemtype = 'Ticket')
  + (SELECT COUNT(*) + COALESCE(SUM(TRIM(COALESCE(v.comment_validation, '')) <> ''), 0) FROM {{source}}.glpi_ticketvalidations v
     JOIN {{source}}.glpi_tickets t ON t.id = v.tickets_id),
  (SELECT COUNT(*) FROM {{target}}.message);

SELECT 'private followups and tasks are internal',
  (SELECT COUNT(*) FROM {{source}}.glpi_itilfollowups f JOIN {{source}}.glpi_tickets t ON t.id = f.items_id WHERE f.itemtype = 'Ticket' AND f.is_private = 1)
  + (SELECT COUNT(*) FROM {{source}}.glpi_tickettasks k JOIN {{source}}.glpi_tickets t ON t.id = k.tickets_id WHERE k.is_private = 1),
  (SELECT COUNT(*) FROM {{target}}.message m WHERE m.visibility = 'internal'
   AND (m.source_key LIKE 'glpi\_itilfollowups:%' OR m.source_key LIKE 'glpi\_tickettasks:%'));

SELECT 'people', (SELECT COUNT(*) FROM {{source}}.glpi_users),
  (SELECT COUNT(*) FROM {{source}}.slipway_person s JOIN {{target}}.person p USING (person_id) WHERE s.user_id <> 0);

SELECT 'teams', (SELECT COUNT(*) FROM {{source}}.glpi_groups), (SELECT COUNT(*) FROM {{target}}.team);

SELECT 'events',
  (SELECT COUNT(*) FROM {{source}}.glpi_logs l JOIN {{source}}.glpi_tickets t ON t.id = l.items_id WHERE l.itemtype = 'Ticket'),
  (SELECT COUNT(*) FROM {{target}}.request_event);

SELECT 'custom values', (SELECT COUNT(*) FROM {{source}}.slipway_value), (SELECT COUNT(*) FROM {{target}}.custom_value);

SELECT 'links between requests',
  (SELECT COUNT(*) FROM {{source}}.glpi_tickets_tickets l JOIN {{source}}.glpi_tickets a ON a.id = l.tickets_id_1 JOIN {{source}}.glpi_tickets b ON b.id = l.tickets_id_2),
  (SELECT COUNT(*) FROM {{target}}.request_link WHERE target_number IS NOT NULL);

SELECT 'attachments that no document of the source has', 0,
  (SELECT COUNT(*) FROM {{target}}.attachment a LEFT JOIN {{source}}.slipway_part_plan p ON p.source_key = a.source_key WHERE p.part_id IS NULL);

SELECT 'requests without requester', 0,
  (SELECT COUNT(*) FROM {{target}}.request q LEFT JOIN {{target}}.person p ON p.person_id = q.requester_id WHERE p.person_id IS NULL);

SELECT 'messages without request or author', 0,
  (SELECT COUNT(*) FROM {{target}}.message m LEFT JOIN {{target}}.request q ON q.number = m.number
   LEFT JOIN {{target}}.person p ON p.person_id = m.author_id WHERE q.number IS NULL OR p.person_id IS NULL);

SELECT 'attachments without message or content', 0,
  (SELECT COUNT(*) FROM {{target}}.attachment a LEFT JOIN {{target}}.message m ON m.message_id = a.message_id
   LEFT JOIN {{target}}.content c ON c.content_hash = a.content_hash WHERE m.message_id IS NULL OR c.content_hash IS NULL);

SELECT 'requests merged into none', 0,
  (SELECT COUNT(*) FROM {{target}}.request q LEFT JOIN {{target}}.request o ON o.number = q.merged_into
   WHERE q.merged_into IS NOT NULL AND o.number IS NULL);
