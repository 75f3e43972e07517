-- Each statement gives: what was compared, what the source has, what the account has.
SELECT 'requests', (SELECT COUNT(*) FROM {{source}}.Tickets WHERE Type = 'ticket'), (SELECT COUNT(*) FROM {{target}}.request);

SELECT 'requests equal in number, subject and time',
  (SELECT COUNT(*) FROM {{source}}.Tickets WHERE Type = 'ticket'),
  (SELECT COUNT(*) FROM {{source}}.Tickets t JOIN {{target}}.request q ON q.number = t.id
   WHERE t.Type = 'ticket' AND BINARY COALESCE(NULLIF(TRIM(t.Subject), ''), '(no subject)') = BINARY q.subject AND q.created_at = COALESCE(t.Created, '1970-01-01'));

SELECT 'requesters',
  (SELECT COUNT(*) FROM {{source}}.slipway_requester r JOIN {{source}}.Tickets t ON t.id = r.number AND t.Type = 'ticket'),
  (SELECT COUNT(*) FROM {{source}}.slipway_requester r JOIN {{source}}.Users u ON u.id = r.user_id
   JOIN {{target}}.request q ON q.number = r.number JOIN {{target}}.person p ON p.person_id = q.requester_id
   WHERE BINARY COALESCE(p.email, '') = BINARY TRIM(COALESCE(u.EmailAddress, '')));

SELECT 'merged requests',
  (SELECT COUNT(*) FROM {{source}}.Tickets t JOIN {{source}}.Tickets k ON k.id = t.EffectiveId AND k.Type = 'ticket' WHERE t.Type = 'ticket' AND t.id <> t.EffectiveId),
  (SELECT COUNT(*) FROM {{target}}.request WHERE merged_into IS NOT NULL);

SELECT 'messages', (SELECT COUNT(*) FROM {{source}}.slipway_message), (SELECT COUNT(*) FROM {{target}}.message);

SELECT 'messages in order',
  (SELECT COUNT(*) FROM {{source}}.slipway_message),
  (SELECT COUNT(*) FROM
    (SELECT transaction_id, number, ROW_NUMBER() OVER (PARTITION BY number ORDER BY transaction_id) AS place FROM {{source}}.slipway_message) there
   JOIN (SELECT source_key, number, ROW_NUMBER() OVER (PARTITION BY number ORDER BY written_at, message_id) AS place FROM {{target}}.message) here
     ON here.source_key = CONCAT('Transactions:', there.transaction_id) AND here.number = there.number AND here.place = there.place);

SELECT 'people', (SELECT COUNT(*) FROM {{source}}.Users),
  (SELECT COUNT(*) FROM {{source}}.slipway_person s JOIN {{target}}.person p USING (person_id));

SELECT 'events',
  (SELECT COUNT(*) FROM {{source}}.Transactions t JOIN {{source}}.Tickets k ON k.id = t.ObjectId AND k.Type = 'ticket' WHERE t.ObjectType = 'RT::Ticket'),
  (SELECT COUNT(*) FROM {{target}}.request_event);

SELECT 'custom values', (SELECT COUNT(*) FROM {{source}}.slipway_value), (SELECT COUNT(*) FROM {{target}}.custom_value);

SELECT 'watchers',
  (SELECT COUNT(DISTINCT w.number, w.user_id, w.role = 'AdminCc') FROM {{source}}.slipway_watcher w
   JOIN {{target}}.request q ON q.number = w.number JOIN {{source}}.slipway_person s ON s.user_id = w.user_id
   WHERE w.role <> 'Requestor' OR q.requester_id <> s.person_id),
  (SELECT COUNT(*) FROM {{target}}.request_watcher);

SELECT 'links', (SELECT COUNT(*) FROM {{source}}.slipway_link), (SELECT COUNT(*) FROM {{target}}.request_link);
