-- A message for each comment; one without text for a request that has none, so that its files have a place.
CREATE TABLE {{source}}.slipway_message (
  message_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, number BIGINT UNSIGNED NOT NULL, author_id BIGINT UNSIGNED NOT NULL,
  visibility VARCHAR(10) NOT NULL, written_at DATETIME NOT NULL, source_key VARCHAR(100) NOT NULL,
  comment_id INT UNSIGNED NOT NULL, KEY (comment_id), KEY (number));

-- A comment that only some may read has a permission of its own.
INSERT INTO {{source}}.slipway_message (message_id, number, author_id, visibility, written_at, source_key, comment_id)
SELECT ROW_NUMBER() OVER (ORDER BY number, comment_id), number, author_id, visibility, written_at, source_key, comment_id
FROM (
  SELECT q.number, c.comment_id, COALESCE(k.person_id, q.requester_id) AS author_id,
         IF(EXISTS (SELECT 1 FROM {{source}}.horde_perms p WHERE p.perm_name = CONCAT('whups:comments:', c.comment_id)), 'internal', 'public') AS visibility,
         COALESCE(FROM_UNIXTIME(c.comment_timestamp), q.created_at) AS written_at, CONCAT('whups_comments:', c.comment_id) AS source_key
  FROM {{source}}.whups_comments c
  JOIN {{target}}.request q ON q.number = c.ticket_id
  LEFT JOIN {{source}}.slipway_known k ON k.uid = CONVERT(c.user_id_creator USING utf8mb4) COLLATE utf8mb4_bin
  UNION ALL
  SELECT q.number, 0, q.requester_id, 'public', q.created_at, CONCAT('whups_tickets:', q.number)
  FROM {{target}}.request q WHERE q.number NOT IN (SELECT ticket_id FROM {{source}}.whups_comments)) every_one;

-- Files that the log says were brought and not deleted again. One that the database holds although no log names it comes first.
CREATE TABLE {{source}}.slipway_upload (
  upload_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, number INT UNSIGNED NOT NULL, transaction_id INT NOT NULL,
  file_name VARCHAR(255) COLLATE utf8mb4_bin NOT NULL, vfs_id INT UNSIGNED NULL, UNIQUE KEY (number, file_name)) CHARSET=utf8mb4;

INSERT IGNORE INTO {{source}}.slipway_upload (number, transaction_id, file_name)
SELECT a.ticket_id, a.transaction_id, CONVERT(a.log_value USING utf8mb4)
FROM {{source}}.whups_logs a
JOIN {{target}}.request q ON q.number = a.ticket_id
WHERE a.log_type = 'attachment'
  AND NOT EXISTS (SELECT 1 FROM {{source}}.whups_logs d WHERE d.ticket_id = a.ticket_id AND d.log_type IN ('attachment', 'delete-attachment')
                  AND d.log_value = a.log_value AND d.log_id > a.log_id)
ORDER BY a.log_id;

INSERT INTO {{source}}.slipway_upload (number, transaction_id, file_name, vfs_id)
SELECT q.number, 0, CONVERT(v.vfs_name USING utf8mb4), v.vfs_id
FROM {{source}}.horde_vfs v
JOIN {{target}}.request q ON v.vfs_path = CONVERT(CONCAT('.horde/whups/attachments/', q.number) USING utf8mb4) COLLATE utf8mb4_general_ci
WHERE v.vfs_type = 1
ON DUPLICATE KEY UPDATE vfs_id = v.vfs_id;

-- The keys of each message's parts: its text, then the files that the same transaction brought; a file that came without a comment
-- hangs on the first message.
CREATE TABLE {{source}}.slipway_plan (
  part_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, message_id BIGINT UNSIGNED NOT NULL, comment_id INT UNSIGNED NULL, vfs_id INT UNSIGNED NULL,
  file_name VARCHAR(255) NULL, path VARCHAR(600) NULL, source_key VARCHAR(100) NOT NULL, KEY (message_id, part_id)) CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_plan (part_id, message_id, comment_id, source_key)
SELECT m.message_id, m.message_id, m.comment_id, m.source_key FROM {{source}}.slipway_message m;

INSERT INTO {{source}}.slipway_plan (part_id, message_id, vfs_id, file_name, path, source_key)
SELECT (SELECT COUNT(*) FROM {{source}}.slipway_message) + u.upload_id,
       COALESCE((SELECT MIN(m.message_id) FROM {{source}}.whups_logs b JOIN {{source}}.slipway_message m ON m.comment_id = b.log_value_num
                 WHERE b.transaction_id = u.transaction_id AND b.log_type = 'comment' AND m.number = u.number),
                (SELECT MIN(m.message_id) FROM {{source}}.slipway_message m WHERE m.number = u.number)),
       u.vfs_id, u.file_name, IF(u.vfs_id IS NULL, CONCAT('.horde/whups/attachments/', u.number, '/', u.file_name), NULL), CONCAT('attachment:', u.upload_id)
FROM {{source}}.slipway_upload u;

-- Whups goes by a file's name for what is in it, as Horde's list of endings says; these are the usual ones.
CREATE TABLE {{source}}.slipway_ending (ending VARCHAR(8) NOT NULL PRIMARY KEY, media_type VARCHAR(100) NOT NULL) CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_ending (ending, media_type) VALUES
  ('txt', 'text/plain'), ('log', 'text/plain'), ('conf', 'text/plain'), ('csv', 'text/csv'), ('html', 'text/html'),
  ('htm', 'text/html'), ('xml', 'application/xml'), ('eml', 'message/rfc822'), ('png', 'image/png'), ('jpg', 'image/jpeg'),
  ('jpeg', 'image/jpeg'), ('gif', 'image/gif'), ('svg', 'image/svg+xml'), ('tif', 'image/tiff'), ('tiff', 'image/tiff'),
  ('bmp', 'image/bmp'), ('webp', 'image/webp'), ('pdf', 'application/pdf'), ('zip', 'application/zip'), ('gz', 'application/x-gzip'),
  ('tgz', 'application/x-gtar'), ('tar', 'application/x-tar'), ('7z', 'application/x-7z-compressed'), ('rtf', 'application/rtf'),
  ('doc', 'application/msword'), ('docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'),
  ('xls', 'application/vnd.ms-excel'), ('xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'),
  ('ppt', 'application/vnd.ms-powerpoint'), ('pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'),
  ('odt', 'application/vnd.oasis.opendocument.text'), ('ods', 'application/vnd.oasis.opendocument.spreadsheet'),
  ('odp', 'application/vnd.oasis.opendocument.presentation'), ('ics', 'text/calendar'), ('vcf', 'text/x-vcard'),
  ('json', 'application/json'), ('patch', 'text/diff'), ('diff', 'text/diff'), ('mp4', 'video/mp4'), ('mp3', 'audio/mpeg'),
  ('wav', 'audio/x-wav');

-- Texts and bytes in one column: the texts must be made UTF-8 before they become bytes.
CREATE VIEW {{source}}.slipway_part AS
SELECT p.part_id, p.message_id, 0 AS parent_id, IF(p.file_name IS NULL, 'text/plain',
          (SELECT e.media_type FROM {{source}}.slipway_ending e
           WHERE p.file_name LIKE '%.%' AND e.ending = LOWER(SUBSTRING_INDEX(p.file_name, '.', -1)) COLLATE utf8mb4_general_ci)) AS media_type, p.file_name,
       NULL AS encoding, NULL AS headers, IF(p.file_name IS NULL, CONVERT(c.comment_text USING utf8mb4), v.vfs_data) AS content, p.path, p.source_key
FROM {{source}}.slipway_plan p
LEFT JOIN {{source}}.whups_comments c ON c.comment_id = p.comment_id
LEFT JOIN {{source}}.horde_vfs v ON v.vfs_id = p.vfs_id;
