-- Each statement gives, for what it finds: object, count, severity (blocker, change, note), text.
SELECT 'Tickets.Queue', COUNT(*), 'change', 'requests whose queue is gone have no team afterwards'
FROM {{source}}.Tickets t LEFT JOIN {{source}}.Queues q ON q.id = t.Queue WHERE t.Type = 'ticket' AND q.id IS NULL HAVING COUNT(*) > 0;

SELECT 'Tickets.Status', COUNT(*), 'blocker', 'requests without a status: give them one before the move'
FROM {{source}}.Tickets WHERE Type = 'ticket' AND Status IS NULL HAVING COUNT(*) > 0;

SELECT 'Tickets.EffectiveId', COUNT(*), 'change', 'requests merged into one that is gone stand for themselves afterwards'
FROM {{source}}.Tickets t LEFT JOIN {{source}}.Tickets k ON k.id = t.EffectiveId AND k.Type = 'ticket'
WHERE t.Type = 'ticket' AND t.EffectiveId <> t.id AND k.id IS NULL HAVING COUNT(*) > 0;

SELECT 'Transactions.ObjectId', COUNT(*), 'note', 'history of requests that are gone is kept aside'
FROM {{source}}.Transactions x LEFT JOIN {{source}}.Tickets t ON t.id = x.ObjectId WHERE x.ObjectType = 'RT::Ticket' AND t.id IS NULL HAVING COUNT(*) > 0;

SELECT 'Attachments.TransactionId', COUNT(*), 'note', 'attachments of a history that is gone are kept aside'
FROM {{source}}.Attachments a LEFT JOIN {{source}}.Transactions x ON x.id = a.TransactionId WHERE x.id IS NULL HAVING COUNT(*) > 0;

SELECT 'Attachments.ContentEncoding', COUNT(*), 'change',
  'contents that RT::ExternalStorage keeps outside the database: put them back into it first, or they are only listed'
FROM {{source}}.Attachments WHERE ContentEncoding = 'external' HAVING COUNT(*) > 0;

SELECT 'Tickets.Created', COUNT(*), 'change', 'requests without a date get 1970-01-01'
FROM {{source}}.Tickets WHERE Type = 'ticket' AND Created IS NULL HAVING COUNT(*) > 0;

SELECT 'Tickets.Subject', COUNT(*), 'change', 'requests without a subject get "(no subject)"'
FROM {{source}}.Tickets WHERE Type = 'ticket' AND TRIM(COALESCE(Subject, '')) = '' HAVING COUNT(*) > 0;

SELECT 'Users.EmailAddress', COUNT(*), 'note', 'people who share an address stay people of their own'
FROM {{source}}.Users u WHERE TRIM(COALESCE(u.EmailAddress, '')) <> ''
  AND EXISTS (SELECT 1 FROM {{source}}.Users o WHERE o.EmailAddress = u.EmailAddress AND o.id <> u.id) HAVING COUNT(*) > 0;
