-- Each statement gives: what was compared, what the source has, what the account has.
SELECT 'requests', (SELECT COUNT(*) FROM {{source}}.issues), (SELECT COUNT(*) FROM {{target}}.request);

SELECT 'requests equal in number, subject and times', (SELECT COUNT(*) FROM {{source}}.issues),
  (SELECT COUNT(*) FROM {{source}}.issues i JOIN {{target}}.request q ON q.number = i.id
   WHERE BINARY IF(TRIM(i.subject) = '', '(no subject)', i.subject) = BINARY q.subject
     AND q.created_at = COALESCE(i.created_on, '1970-01-01') AND q.updated_at = COALESCE(i.updated_on, i.created_on, '1970-01-01'));

SELECT 'requesters', (SELECT COUNT(*) FROM {{source}}.issues),
  (SELECT COUNT(*) FROM {{source}}.issues i JOIN {{source}}.users u ON u.id = i.author_id
   JOIN {{target}}.request q ON q.number = i.id JOIN {{target}}.person p ON p.person_id = q.requester_id
   WHERE BINARY COALESCE(p.email, '') = BINARY COALESCE((SELECT e.address FROM {{source}}.email_addresses e WHERE e.user_id = u.id AND e.is_default ORDER BY e.id LIMIT 1), ''));

SELECT 'people', (SELECT COUNT(*) FROM {{source}}.users WHERE type IN ('User', 'AnonymousUser')),
  (SELECT COUNT(*) FROM {{source}}.slipway_person s JOIN {{target}}.person p USING (person_id));

SELECT 'messages', (SELECT COUNT(*) FROM {{source}}.slipway_message), (SELECT COUNT(*) FROM {{target}}.message);

SELECT 'notes', (SELECT COUNT(*) FROM {{source}}.journals j JOIN {{source}}.issues i ON i.id = j.journalized_id
                 WHERE j.journalized_type = 'Issue' AND COALESCE(j.notes, '') <> ''),
  (SELECT COUNT(*) FROM {{target}}.message WHERE body <> '' AND source_key LIKE 'journals:%');

SELECT 'messages in order', (SELECT COUNT(*) FROM {{source}}.slipway_message),
  (SELECT COUNT(*) FROM
    (SELECT source_key, number, ROW_NUMBER() OVER (PARTITION BY number ORDER BY written_at, journal_id) AS place FROM {{source}}.slipway_message) there
   JOIN (SELECT source_key, number, ROW_NUMBER() OVER (PARTITION BY number ORDER BY written_at, message_id) AS place FROM {{target}}.message) here
     ON here.source_key = CONVERT(there.source_key USING ascii) AND here.number = there.number AND here.place = there.place);

SELECT 'files of another size than Redmine says', 0,
  (SELECT COUNT(*) FROM {{source}}.attachments a JOIN {{target}}.attachment b ON b.source_key = CONCAT('attachments:', a.id)
   WHERE a.filesize <> b.size_bytes);

SELECT 'files of another SHA-256 than Redmine says', 0,
  (SELECT COUNT(*) FROM {{source}}.attachments a JOIN {{target}}.attachment b ON b.source_key = CONCAT('attachments:', a.id)
   WHERE LENGTH(a.digest) = 64 AND LOWER(a.digest) <> LOWER(HEX(b.content_hash)));

SELECT 'changes', (SELECT COUNT(*) FROM {{source}}.journal_details d JOIN {{source}}.journals j ON j.id = d.journal_id
                   JOIN {{source}}.issues i ON i.id = j.journalized_id WHERE j.journalized_type = 'Issue'),
  (SELECT COUNT(*) FROM {{target}}.request_event WHERE kind NOT IN ('opened', 'answered', 'noted'));

SELECT 'custom values', (SELECT COUNT(*) FROM {{source}}.slipway_value),
  (SELECT COUNT(*) FROM {{target}}.custom_value WHERE field_id NOT IN (SELECT field_id FROM {{source}}.slipway_own_field));

SELECT 'relations and parents',
  (SELECT COUNT(*) FROM {{source}}.issue_relations r JOIN {{source}}.issues a ON a.id = r.issue_from_id JOIN {{source}}.issues b ON b.id = r.issue_to_id)
  + (SELECT COUNT(*) FROM {{source}}.issues i JOIN {{source}}.issues p ON p.id = i.parent_id),
  (SELECT COUNT(*) FROM {{target}}.request_link);
