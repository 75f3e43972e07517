-- Each statement gives: what was compared, what the source has, what the account has.
SELECT 'requests', (SELECT COUNT(*) FROM {{source}}.ticket), (SELECT COUNT(*) FROM {{target}}.request);

SELECT 'requests equal in number, subject and times',
  (SELECT COUNT(*) FROM {{source}}.ticket),
  (SELECT COUNT(*) FROM {{source}}.ticket t JOIN {{target}}.request q ON q.number = t.id
   WHERE BINARY CONVERT(COALESCE(NULLIF(TRIM(t.title), ''), '(no subject)') USING utf8mb4) = BINARY q.subject
     AND q.created_at = t.create_time AND q.updated_at = t.change_time);

SELECT 'requests equal in owner and queue',
  (SELECT COUNT(*) FROM {{source}}.ticket),
  (SELECT COUNT(*) FROM {{source}}.ticket t JOIN {{target}}.request q ON q.number = t.id
   LEFT JOIN {{target}}.person p ON p.person_id = q.assignee_id
   LEFT JOIN {{source}}.slipway_person s ON s.person_id = p.person_id
   WHERE COALESCE(s.source_id, 1) = IF(t.user_id IN (SELECT id FROM {{source}}.users), t.user_id, 1)
     AND (q.team_id = t.queue_id OR (q.team_id IS NULL AND t.queue_id NOT IN (SELECT id FROM {{source}}.queue))));

SELECT 'requests of known customers have that customer',
  (SELECT COUNT(*) FROM {{source}}.ticket t JOIN {{source}}.customer_user c ON c.login = t.customer_user_id),
  (SELECT COUNT(*) FROM {{source}}.ticket t JOIN {{source}}.customer_user c ON c.login = t.customer_user_id
   JOIN {{target}}.request q ON q.number = t.id JOIN {{target}}.person p ON p.person_id = q.requester_id
   WHERE BINARY COALESCE(p.email, '') = BINARY CONVERT(TRIM(c.email) USING utf8mb4));

SELECT 'merged requests', (SELECT COUNT(*) FROM {{source}}.slipway_merge), (SELECT COUNT(*) FROM {{target}}.request WHERE merged_into IS NOT NULL);

SELECT 'articles of tickets become messages',
  (SELECT COUNT(*) FROM {{source}}.article a JOIN {{source}}.ticket t ON t.id = a.ticket_id), (SELECT COUNT(*) FROM {{target}}.message);

SELECT 'messages equal in request, time and visibility',
  (SELECT COUNT(*) FROM {{source}}.article a JOIN {{source}}.ticket t ON t.id = a.ticket_id),
  (SELECT COUNT(*) FROM {{source}}.article a JOIN {{target}}.message m ON m.source_key = CONCAT('article:', a.id)
   WHERE m.number = a.ticket_id AND m.written_at = a.create_time AND (m.visibility = 'public') = (a.is_visible_for_customer = 1));

SELECT 'attachments of messages',
  (SELECT COUNT(*) FROM {{source}}.article_data_mime_attachment a JOIN {{source}}.article r ON r.id = a.article_id
   JOIN {{source}}.ticket t ON t.id = r.ticket_id),
  (SELECT COUNT(*) FROM {{target}}.attachment WHERE source_key LIKE 'article\_data\_mime\_attachment:%');

SELECT 'attachments equal in name and size',
  (SELECT COUNT(*) FROM {{source}}.article_data_mime_attachment a JOIN {{source}}.article r ON r.id = a.article_id
   JOIN {{source}}.ticket t ON t.id = r.ticket_id),
  (SELECT COUNT(*) FROM {{target}}.attachment f
   JOIN {{source}}.article_data_mime_attachment a ON f.source_key = CONCAT('article_data_mime_attachment:', a.id)
   WHERE f.size_bytes = COALESCE(LENGTH(a.content), 0)
     AND (COALESCE(TRIM(a.filename), '') = '' OR BINARY f.file_name = BINARY CONVERT(TRIM(a.filename) USING utf8mb4)));

SELECT 'files of articles', (SELECT COUNT(*) FROM {{source}}.slipway_part_plan WHERE path IS NOT NULL),
  (SELECT COUNT(*) FROM {{target}}.attachment WHERE source_key LIKE 'article:%:file:%');

SELECT 'agents', (SELECT COUNT(*) FROM {{source}}.users),
  (SELECT COUNT(*) FROM {{source}}.slipway_person s JOIN {{target}}.person p USING (person_id) WHERE s.kind = 'agent' AND p.role = 'agent');

SELECT 'customers', (SELECT COUNT(*) FROM {{source}}.customer_user),
  (SELECT COUNT(*) FROM {{source}}.slipway_person s JOIN {{target}}.person p USING (person_id) WHERE s.kind = 'customer' AND p.role = 'requester');

SELECT 'teams', (SELECT COUNT(*) FROM {{source}}.queue), (SELECT COUNT(*) FROM {{target}}.team);

SELECT 'events',
  (SELECT COUNT(*) FROM {{source}}.ticket_history h JOIN {{source}}.ticket t ON t.id = h.ticket_id), (SELECT COUNT(*) FROM {{target}}.request_event);

SELECT 'values of ticket fields',
  (SELECT COUNT(*) FROM {{source}}.dynamic_field_value v JOIN {{source}}.dynamic_field f ON f.id = v.field_id AND f.object_type = 'Ticket'
   JOIN {{source}}.ticket t ON t.id = v.object_id),
  (SELECT COUNT(*) FROM {{target}}.custom_value c JOIN {{source}}.slipway_value v USING (value_id) WHERE v.dynamic_value_id IS NOT NULL);

SELECT 'ticket numbers', (SELECT COUNT(*) FROM {{source}}.ticket),
  (SELECT COUNT(*) FROM {{target}}.custom_value c JOIN {{source}}.ticket t ON t.id = c.number AND c.field_id = 1
   WHERE BINARY c.value = BINARY CONVERT(t.tn USING utf8mb4));

SELECT 'watchers',
  (SELECT COUNT(DISTINCT w.ticket_id, w.user_id) FROM {{source}}.ticket_watcher w JOIN {{source}}.ticket t ON t.id = w.ticket_id
   JOIN {{source}}.users u ON u.id = w.user_id),
  (SELECT COUNT(*) FROM {{target}}.request_watcher);

SELECT 'links', (SELECT COUNT(*) FROM {{source}}.slipway_link), (SELECT COUNT(*) FROM {{target}}.request_link);

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
