-- The copy compared every row; these find rows that point nowhere. Each gives: what, expected, found.
SELECT 'requests without requester', 0, (SELECT COUNT(*) FROM {{target}}.request q LEFT JOIN {{target}}.person p ON p.person_id = q.requester_id WHERE p.person_id IS NULL);

SELECT 'messages without request or author', 0, (SELECT COUNT(*) FROM {{target}}.message m LEFT JOIN {{target}}.request q ON q.number = m.number LEFT JOIN {{target}}.person p ON p.person_id = m.author_id WHERE q.number IS NULL OR p.person_id IS NULL);

SELECT 'attachments without message or content', 0, (SELECT COUNT(*) FROM {{target}}.attachment a LEFT JOIN {{target}}.message m ON m.message_id = a.message_id LEFT JOIN {{target}}.content c ON c.content_hash = a.content_hash WHERE m.message_id IS NULL OR c.content_hash IS NULL);

SELECT 'events without request', 0, (SELECT COUNT(*) FROM {{target}}.request_event e LEFT JOIN {{target}}.request q ON q.number = e.number WHERE q.number IS NULL);
