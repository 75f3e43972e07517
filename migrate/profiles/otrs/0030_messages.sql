-- Articles of every channel are messages. Who wrote one: an agent or the system by id, a customer by the From line, or else
-- the customer of the ticket.
CREATE TABLE {{source}}.slipway_message (
  message_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, article_id BIGINT NOT NULL, number BIGINT UNSIGNED NOT NULL,
  author_id BIGINT UNSIGNED NOT NULL, visibility VARCHAR(10) NOT NULL, written_at DATETIME NOT NULL,
  source_key VARCHAR(100) NOT NULL, UNIQUE KEY (article_id));

INSERT INTO {{source}}.slipway_message
SELECT ROW_NUMBER() OVER (ORDER BY a.id), a.id, q.number,
       COALESCE(
         IF(y.name = 'customer', (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p
                                  WHERE p.kind = 'customer' AND LOWER(p.mail) = s.address), NULL),
         IF(y.name = 'customer', (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p
                                  WHERE p.kind = 'customer' AND p.known_as = s.address), NULL),
         IF(y.name = 'customer', (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p
                                  WHERE p.kind = 'stranger' AND p.known_as = s.address), NULL),
         IF(y.name = 'customer', q.requester_id, NULL),
         (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p WHERE p.kind = 'agent' AND p.source_id = a.create_by),
         (SELECT MIN(p.person_id) FROM {{source}}.slipway_person p WHERE p.kind = 'agent')),
       IF(a.is_visible_for_customer = 1, 'public', 'internal'), a.create_time, CONCAT('article:', a.id)
FROM {{source}}.article a
JOIN {{target}}.request q ON q.number = a.ticket_id
LEFT JOIN {{source}}.article_sender_type y ON y.id = a.article_sender_type_id
LEFT JOIN {{source}}.slipway_sender s ON s.article_id = a.id;

-- A part is an attachment under its own id, or a body with an id far above those.
CREATE TABLE {{source}}.slipway_part_plan (
  part_id BIGINT NOT NULL PRIMARY KEY, message_id BIGINT UNSIGNED NOT NULL, mime_id BIGINT NULL, attachment_id BIGINT NULL,
  media_type VARCHAR(250) CHARACTER SET utf8mb4 NULL, words MEDIUMTEXT CHARACTER SET utf8mb4 NULL, source_key VARCHAR(100) NOT NULL,
  path VARBINARY(700) NULL, KEY (message_id));

INSERT INTO {{source}}.slipway_part_plan
SELECT a.id, m.message_id, NULL, a.id, TRIM(SUBSTRING_INDEX(LEFT(a.content_type, 200), ';', 1)), NULL,
       CONCAT('article_data_mime_attachment:', a.id), NULL
FROM {{source}}.article_data_mime_attachment a JOIN {{source}}.slipway_message m ON m.article_id = a.article_id;

INSERT INTO {{source}}.slipway_part_plan
SELECT 1000000000000000 + b.id, m.message_id, b.id, NULL,
       IF(b.a_content_type LIKE 'text/html%', 'text/html', 'text/plain'), NULL, CONCAT('article_data_mime:', b.id), NULL
FROM {{source}}.article_data_mime b JOIN {{source}}.slipway_message m ON m.article_id = b.article_id;

-- A chat is one article with a row for each line.
SET SESSION group_concat_max_len = 67108864;

INSERT INTO {{source}}.slipway_part_plan
SELECT 2000000000000000 + c.article_id, m.message_id, NULL, NULL, 'text/plain',
       GROUP_CONCAT('[', DATE_FORMAT(c.create_time, '%Y-%m-%d %H:%i:%s'), '] ', CONVERT(c.chat_participant_name USING utf8mb4), ': ',
                    CONVERT(COALESCE(c.message_text, '') USING utf8mb4) ORDER BY c.id SEPARATOR '\n'),
       CONCAT('article_data_otrs_chat:', c.article_id), NULL
FROM {{source}}.article_data_otrs_chat c JOIN {{source}}.slipway_message m ON m.article_id = c.article_id
GROUP BY c.article_id, m.message_id;

-- Where attachments are files (ArticleStorageFS) each article has a directory YEAR/MONTH/DAY/ID; beside a file lie its
-- type and other details under its name with an ending. plain.txt is the mail as it came.
INSERT INTO {{source}}.slipway_part_plan
SELECT 3000000000000000 + ROW_NUMBER() OVER (ORDER BY m.message_id, f.path), m.message_id, NULL, NULL,
       LEFT(TRIM(SUBSTRING_INDEX(CONVERT(t.text USING utf8mb4), ';', 1)), 200), NULL,
       CONCAT('article:', m.article_id, ':file:', ROW_NUMBER() OVER (PARTITION BY m.message_id ORDER BY f.path)), f.path
FROM {{source}}.slipway_file f
JOIN {{source}}.slipway_message m
  ON m.article_id = CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(CONVERT(f.path USING utf8mb4), '/', 4), '/', -1) AS INTEGER)
JOIN {{source}}.article_data_mime b ON b.article_id = m.article_id
  AND BINARY CONVERT(b.content_path USING utf8mb4) = SUBSTRING_INDEX(f.path, '/', 3)
LEFT JOIN {{source}}.slipway_file t ON t.path = CONCAT(f.path, '.content_type')
WHERE CONVERT(f.path USING utf8mb4) REGEXP '^[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9]{1,18}/[^/]+$'
  AND f.path NOT LIKE '%/plain.txt' AND f.path NOT LIKE '%.content\_type' AND f.path NOT LIKE '%.content\_id'
  AND f.path NOT LIKE '%.content\_alternative' AND f.path NOT LIKE '%.disposition';

-- What every product calls the parts of a message; the content step knows nothing else. Texts are UTF-8 by now.
CREATE VIEW {{source}}.slipway_part AS
SELECT p.message_id, p.part_id, 0 AS parent_id, p.media_type,
       COALESCE(NULLIF(TRIM(a.filename), ''), CONVERT(SUBSTRING_INDEX(p.path, '/', -1) USING utf8mb4)) AS file_name, NULL AS encoding,
       IF(p.attachment_id IS NULL AND p.path IS NULL, '', 'Content-Disposition: attachment') AS headers,
       CASE WHEN p.path IS NOT NULL THEN NULL
            WHEN p.attachment_id IS NOT NULL THEN a.content
            WHEN p.mime_id IS NOT NULL THEN CAST(CONVERT(COALESCE(b.a_body, '') USING utf8mb4) AS BINARY)
            ELSE CAST(p.words AS BINARY) END AS content,
       p.path, p.source_key
FROM {{source}}.slipway_part_plan p
LEFT JOIN {{source}}.article_data_mime b ON b.id = p.mime_id
LEFT JOIN {{source}}.article_data_mime_attachment a ON a.id = p.attachment_id;
