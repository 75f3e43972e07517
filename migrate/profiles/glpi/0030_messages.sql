-- What a ticket's timeline shows: its description, followups, tasks, solutions, and what was asked and answered for approval.
CREATE TABLE {{source}}.slipway_said (
  kind INT NOT NULL, item_id BIGINT NOT NULL, number BIGINT NOT NULL, user_id BIGINT NOT NULL, hidden BOOLEAN NOT NULL,
  written_at DATETIME NOT NULL, source_key VARCHAR(100) NOT NULL, words LONGTEXT CHARACTER SET utf8mb4 NOT NULL, PRIMARY KEY (kind, item_id));

INSERT INTO {{source}}.slipway_said
SELECT 1, t.id, t.id, t.users_id_recipient, FALSE, COALESCE(t.date, t.date_creation, '1970-01-01'), CONCAT('glpi_tickets:', t.id),
       {{source}}.slipway_plain(t.content)
FROM {{source}}.glpi_tickets t;

INSERT INTO {{source}}.slipway_said
SELECT 2, f.id, f.items_id, f.users_id, f.is_private = 1, COALESCE(f.date, f.date_creation, q.created_at),
       CONCAT('glpi_itilfollowups:', f.id), {{source}}.slipway_plain(f.content)
FROM {{source}}.glpi_itilfollowups f JOIN {{target}}.request q ON q.number = f.items_id WHERE f.itemtype = 'Ticket';

INSERT INTO {{source}}.slipway_said
SELECT 3, k.id, k.tickets_id, k.users_id, k.is_private = 1, COALESCE(k.date, k.date_creation, q.created_at),
       CONCAT('glpi_tickettasks:', k.id), {{source}}.slipway_plain(k.content)
FROM {{source}}.glpi_tickettasks k JOIN {{target}}.request q ON q.number = k.tickets_id;

INSERT INTO {{source}}.slipway_said
SELECT 4, s.id, s.items_id, s.users_id, FALSE, COALESCE(s.date_creation, s.date_mod, q.created_at),
       CONCAT('glpi_itilsolutions:', s.id), {{source}}.slipway_plain(s.content)
FROM {{source}}.glpi_itilsolutions s JOIN {{target}}.request q ON q.number = s.items_id WHERE s.itemtype = 'Ticket';

INSERT INTO {{source}}.slipway_said
SELECT 5, v.id, v.tickets_id, v.users_id, TRUE, COALESCE(v.submission_date, q.created_at),
       CONCAT('glpi_ticketvalidations:', v.id, ':asked'), {{source}}.slipway_plain(v.comment_submission)
FROM {{source}}.glpi_ticketvalidations v JOIN {{target}}.request q ON q.number = v.tickets_id;

INSERT INTO {{source}}.slipway_said
SELECT 6, v.id, v.tickets_id, v.users_id_validate, TRUE, COALESCE(v.validation_date, v.submission_date, q.created_at),
       CONCAT('glpi_ticketvalidations:', v.id, ':answered'), {{source}}.slipway_plain(v.comment_validation)
FROM {{source}}.glpi_ticketvalidations v JOIN {{target}}.request q ON q.number = v.tickets_id
WHERE TRIM(COALESCE(v.comment_validation, '')) <> '';

CREATE TABLE {{source}}.slipway_message (
  message_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, kind INT NOT NULL, item_id BIGINT NOT NULL, number BIGINT UNSIGNED NOT NULL,
  author_id BIGINT UNSIGNED NOT NULL, visibility VARCHAR(10) NOT NULL, written_at DATETIME NOT NULL, source_key VARCHAR(100) NOT NULL,
  UNIQUE KEY (kind, item_id));

-- Nobody's words (a mail of a stranger) are the requester's.
INSERT INTO {{source}}.slipway_message
SELECT ROW_NUMBER() OVER (ORDER BY s.written_at, s.kind, s.item_id), s.kind, s.item_id, q.number,
       COALESCE((SELECT MIN(p.person_id) FROM {{source}}.slipway_person p WHERE p.user_id = s.user_id AND p.user_id <> 0), q.requester_id),
       IF(s.hidden, 'internal', 'public'), s.written_at, s.source_key
FROM {{source}}.slipway_said s JOIN {{target}}.request q ON q.number = s.number;

-- A document hangs on the ticket (its description then), or on one of the others.
CREATE TABLE {{source}}.slipway_part_plan (
  part_id BIGINT NOT NULL PRIMARY KEY, message_id BIGINT UNSIGNED NOT NULL, document_id BIGINT NULL, kind INT NOT NULL, item_id BIGINT NOT NULL,
  html BOOLEAN NOT NULL, source_key VARCHAR(100) NOT NULL, KEY (message_id));

INSERT INTO {{source}}.slipway_part_plan
SELECT i.id, m.message_id, d.id, m.kind, m.item_id, FALSE, CONCAT('glpi_documents_items:', i.id)
FROM {{source}}.glpi_documents_items i
JOIN {{source}}.glpi_documents d ON d.id = i.documents_id AND d.is_deleted = 0 AND TRIM(COALESCE(d.filepath, '')) <> ''
JOIN {{source}}.slipway_message m ON m.item_id = i.items_id
  AND m.kind = CASE i.itemtype WHEN 'Ticket' THEN 1 WHEN 'ITILFollowup' THEN 2 WHEN 'TicketTask' THEN 3 WHEN 'ITILSolution' THEN 4
                               WHEN 'TicketValidation' THEN 5 ELSE 0 END;

INSERT INTO {{source}}.slipway_part_plan
SELECT 1000000000000000 + m.message_id, m.message_id, NULL, m.kind, m.item_id, {{source}}.slipway_is_html(s.words), m.source_key
FROM {{source}}.slipway_message m JOIN {{source}}.slipway_said s ON s.kind = m.kind AND s.item_id = m.item_id;

-- What every product calls the parts of a message; the content step knows nothing else. Documents are files on disk.
CREATE VIEW {{source}}.slipway_part AS
SELECT p.message_id, p.part_id, 0 AS parent_id,
       IF(p.document_id IS NULL, IF(p.html, 'text/html', 'text/plain'), LEFT(TRIM(SUBSTRING_INDEX(COALESCE(d.mime, ''), ';', 1)), 200)) AS media_type,
       NULLIF(TRIM({{source}}.slipway_plain(d.filename)), '') AS file_name, NULL AS encoding,
       IF(p.document_id IS NULL, '', 'Content-Disposition: attachment') AS headers,
       CAST(s.words AS BINARY) AS content, d.filepath AS path, p.source_key
FROM {{source}}.slipway_part_plan p
LEFT JOIN {{source}}.slipway_said s ON p.document_id IS NULL AND s.kind = p.kind AND s.item_id = p.item_id
LEFT JOIN {{source}}.glpi_documents d ON d.id = p.document_id;
