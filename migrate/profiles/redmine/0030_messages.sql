-- A request's description is its first message; each journal with a note or a new file is another.
CREATE TABLE {{source}}.slipway_message (
  message_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, number BIGINT UNSIGNED NOT NULL, journal_id INT NOT NULL,
  author_id BIGINT UNSIGNED NOT NULL, visibility VARCHAR(10) NOT NULL, written_at DATETIME NOT NULL,
  source_key VARCHAR(100) NOT NULL, KEY (journal_id), KEY (number));

-- Which journal brought which file; a file that none brought came with the description.
CREATE TABLE {{source}}.slipway_upload (attachment_id INT NOT NULL PRIMARY KEY, number INT NOT NULL, journal_id INT NOT NULL);

INSERT INTO {{source}}.slipway_upload (attachment_id, number, journal_id)
SELECT a.id, i.id, COALESCE(MIN(j.id), 0)
FROM {{source}}.attachments a
JOIN {{source}}.issues i ON i.id = a.container_id
LEFT JOIN ({{source}}.journal_details d JOIN {{source}}.journals j ON j.id = d.journal_id AND j.journalized_type = 'Issue')
  ON d.property = 'attachment' AND d.prop_key = CAST(a.id AS CHAR) AND d.value IS NOT NULL AND j.journalized_id = i.id
WHERE a.container_type = 'Issue'
GROUP BY a.id, i.id;

INSERT INTO {{source}}.slipway_upload (attachment_id, number, journal_id)
SELECT a.id, j.journalized_id, j.id
FROM {{source}}.attachments a JOIN {{source}}.journals j ON j.id = a.container_id AND j.journalized_type = 'Issue'
WHERE a.container_type = 'Journal';

-- Files in custom fields: the value shows the name, the file itself comes with the description.
INSERT INTO {{source}}.slipway_upload (attachment_id, number, journal_id)
SELECT a.id, v.customized_id, 0
FROM {{source}}.attachments a
JOIN {{source}}.custom_values v ON v.id = a.container_id AND v.customized_type = 'Issue'
JOIN {{source}}.issues i ON i.id = v.customized_id
WHERE a.container_type = 'CustomValue';

INSERT INTO {{source}}.slipway_message (message_id, number, journal_id, author_id, visibility, written_at, source_key)
SELECT ROW_NUMBER() OVER (ORDER BY number, journal_id), number, journal_id, author_id, visibility, written_at, source_key
FROM (
  SELECT q.number, 0 AS journal_id, q.requester_id AS author_id, 'public' AS visibility, q.created_at AS written_at,
         CONCAT('issues:', q.number) AS source_key
  FROM {{target}}.request q
  UNION ALL
  SELECT q.number, j.id, COALESCE(s.person_id, q.requester_id), IF(j.private_notes, 'internal', 'public'), j.created_on,
         CONCAT('journals:', j.id)
  FROM {{source}}.journals j
  JOIN {{target}}.request q ON q.number = j.journalized_id
  LEFT JOIN {{source}}.slipway_person s ON s.user_id = j.user_id
  WHERE j.journalized_type = 'Issue'
    AND (COALESCE(j.notes, '') <> '' OR j.id IN (SELECT journal_id FROM {{source}}.slipway_upload))) every_one;

-- The parts of each message, for the content step: its text, then its files. A table, because a view of two kinds of
-- rows could not be read by its key.
CREATE TABLE {{source}}.slipway_part (
  part_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, message_id BIGINT UNSIGNED NOT NULL, parent_id BIGINT NOT NULL DEFAULT 0,
  media_type VARCHAR(255) NULL, file_name VARCHAR(255) NULL, encoding VARCHAR(20) NULL, headers TEXT NULL,
  content LONGTEXT NULL, markup VARCHAR(20) NULL, path VARCHAR(600) NULL, source_key VARCHAR(100) NOT NULL,
  KEY (message_id, part_id)) CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_part (part_id, message_id, media_type, content, markup, source_key)
SELECT m.message_id, m.message_id, 'text/plain', IF(m.journal_id = 0, i.description, j.notes),
       COALESCE((SELECT s.value FROM {{source}}.settings s WHERE s.name = 'text_formatting' ORDER BY s.id LIMIT 1), 'textile'), m.source_key
FROM {{source}}.slipway_message m
JOIN {{source}}.issues i ON i.id = m.number
LEFT JOIN {{source}}.journals j ON j.id = m.journal_id;

INSERT INTO {{source}}.slipway_part (part_id, message_id, media_type, file_name, path, source_key)
SELECT (SELECT COUNT(*) FROM {{source}}.slipway_message) + a.id, m.message_id, LOWER(LEFT(a.content_type, 200)), a.filename,
       CONCAT_WS('/', NULLIF(a.disk_directory, ''), a.disk_filename), CONCAT('attachments:', a.id)
FROM {{source}}.slipway_upload f
JOIN {{source}}.attachments a ON a.id = f.attachment_id
JOIN {{source}}.slipway_message m ON m.number = f.number AND m.journal_id = f.journal_id;
