-- The plan of messages, which the content step fills with what their parts hold.
CREATE TABLE {{source}}.slipway_message (
  message_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, transaction_id BIGINT NOT NULL, number BIGINT UNSIGNED NOT NULL,
  author_id BIGINT UNSIGNED NOT NULL, visibility VARCHAR(10) NOT NULL, written_at DATETIME NOT NULL,
  source_key VARCHAR(100) NOT NULL, UNIQUE KEY (transaction_id));

INSERT INTO {{source}}.slipway_message
SELECT ROW_NUMBER() OVER (ORDER BY t.id), t.id, q.number, s.person_id, IF(t.Type = 'Comment', 'internal', 'public'),
       COALESCE(t.Created, q.created_at), CONCAT('Transactions:', t.id)
FROM {{source}}.Transactions t
JOIN {{target}}.request q ON q.number = t.ObjectId
LEFT JOIN {{source}}.slipway_person known ON known.user_id = t.Creator
JOIN {{source}}.slipway_person s ON s.user_id = COALESCE(known.user_id, 1)
WHERE t.ObjectType = 'RT::Ticket' AND t.Type IN ('Create', 'Correspond', 'Comment');

-- What every product calls the parts of a message; the content step knows nothing else.
CREATE VIEW {{source}}.slipway_part AS
SELECT m.message_id, a.id AS part_id, a.Parent AS parent_id, a.ContentType AS media_type, a.Filename AS file_name,
       a.ContentEncoding AS encoding, a.Headers AS headers, a.Content AS content,
       CONCAT('Attachments:', a.id) AS source_key
FROM {{source}}.slipway_message m JOIN {{source}}.Attachments a ON a.TransactionId = m.transaction_id;
