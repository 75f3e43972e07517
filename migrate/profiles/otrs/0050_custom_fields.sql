-- Fields of tickets, and what every ticket has in the product and no column here. Labels are what people know; where two
-- are the same, the field's own name is added.
CREATE TABLE {{source}}.slipway_field (
  field_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, dynamic_id INT NULL, built_in VARCHAR(20) NULL,
  name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, kind VARCHAR(10) NOT NULL, active BOOLEAN NOT NULL,
  KEY (dynamic_id));

INSERT INTO {{source}}.slipway_field VALUES
  (1, NULL, 'tn', 'Ticket number', 'text', TRUE), (2, NULL, 'type', 'Type', 'choice', TRUE),
  (3, NULL, 'service', 'Service', 'choice', TRUE), (4, NULL, 'sla', 'Service level agreement', 'choice', TRUE),
  (5, NULL, 'company', 'Company', 'text', TRUE), (6, NULL, 'time', 'Accounted time', 'number', TRUE);

INSERT INTO {{source}}.slipway_field
SELECT 100 + f.id, f.id, NULL,
       IF(COUNT(*) OVER (PARTITION BY CONVERT(f.label USING utf8mb4) COLLATE utf8mb4_general_ci) = 1
            AND taken.field_id IS NULL AND TRIM(f.label) <> '',
          f.label, CONCAT(LEFT(f.label, 90), ' (', LEFT(f.name, 100), ')')),
       CASE f.field_type WHEN 'TextArea' THEN 'long_text' WHEN 'Date' THEN 'date' WHEN 'DateTime' THEN 'date' WHEN 'Dropdown' THEN 'choice'
                         WHEN 'Multiselect' THEN 'choice' WHEN 'Checkbox' THEN 'choice' ELSE 'text' END,
       f.valid_id = 1
FROM {{source}}.dynamic_field f
LEFT JOIN {{source}}.slipway_field taken ON taken.name = CONVERT(f.label USING utf8mb4) COLLATE utf8mb4_general_ci
WHERE f.object_type = 'Ticket';

INSERT INTO {{target}}.custom_field (field_id, name, kind, active)
SELECT field_id, name, kind, active FROM {{source}}.slipway_field;

-- A choice stores its key; the field's configuration (YAML, the possible values indented by two) says what people see.
CREATE TABLE {{source}}.slipway_choice (
  field_id INT NOT NULL, stored VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, shown VARCHAR(500) CHARACTER SET utf8mb4 NOT NULL,
  PRIMARY KEY (field_id, stored));

INSERT INTO {{source}}.slipway_choice
SELECT c.field_id, c.stored,
       TRIM(BOTH '"' FROM TRIM(BOTH '''' FROM TRIM(LEFT(REGEXP_SUBSTR(c.config, CONCAT('(?m)^  [''"]?\\Q', c.stored, '\\E[''"]?:\\K.*$')), 500))))
FROM (SELECT DISTINCT v.field_id, CONVERT(v.value_text USING utf8mb4) COLLATE utf8mb4_bin AS stored, CONVERT(f.config USING utf8mb4) AS config
      FROM {{source}}.dynamic_field_value v JOIN {{source}}.dynamic_field f ON f.id = v.field_id
      WHERE f.object_type = 'Ticket' AND f.field_type IN ('Dropdown', 'Multiselect')
        AND CHAR_LENGTH(v.value_text) BETWEEN 1 AND 190 AND v.value_text NOT LIKE '%\\\\E%') c;

DELETE FROM {{source}}.slipway_choice WHERE shown = '';

CREATE TABLE {{source}}.slipway_value (
  value_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, dynamic_value_id INT NULL, number BIGINT UNSIGNED NOT NULL,
  field_id BIGINT UNSIGNED NOT NULL, position INT UNSIGNED NOT NULL, value MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL, UNIQUE KEY (dynamic_value_id));

INSERT INTO {{source}}.slipway_value (dynamic_value_id, number, field_id, position, value)
SELECT v.id, q.number, f.field_id, ROW_NUMBER() OVER (PARTITION BY q.number, f.field_id ORDER BY v.id) - 1,
       CASE d.field_type
         WHEN 'Date' THEN COALESCE(DATE_FORMAT(v.value_date, '%Y-%m-%d'), '')
         WHEN 'DateTime' THEN COALESCE(DATE_FORMAT(v.value_date, '%Y-%m-%d %H:%i:%s'), '')
         WHEN 'Checkbox' THEN IF(v.value_int = 1, 'Checked', 'Unchecked')
         ELSE COALESCE(CONVERT(c.shown USING utf8mb4), CONVERT(v.value_text USING utf8mb4), CAST(v.value_int AS CHAR),
                       DATE_FORMAT(v.value_date, '%Y-%m-%d %H:%i:%s'), '')
       END
FROM {{source}}.dynamic_field_value v
JOIN {{source}}.dynamic_field d ON d.id = v.field_id
JOIN {{source}}.slipway_field f ON f.dynamic_id = d.id
JOIN {{target}}.request q ON q.number = v.object_id
LEFT JOIN {{source}}.slipway_choice c ON c.field_id = d.id AND c.stored = CONVERT(v.value_text USING utf8mb4) COLLATE utf8mb4_bin
ORDER BY v.id;

INSERT INTO {{source}}.slipway_value (number, field_id, position, value)
SELECT t.id, 1, 0, t.tn FROM {{source}}.ticket t JOIN {{target}}.request q ON q.number = t.id
UNION ALL
SELECT t.id, 2, 0, y.name FROM {{source}}.ticket t JOIN {{target}}.request q ON q.number = t.id JOIN {{source}}.ticket_type y ON y.id = t.type_id
UNION ALL
SELECT t.id, 3, 0, s.name FROM {{source}}.ticket t JOIN {{target}}.request q ON q.number = t.id JOIN {{source}}.service s ON s.id = t.service_id
UNION ALL
SELECT t.id, 4, 0, s.name FROM {{source}}.ticket t JOIN {{target}}.request q ON q.number = t.id JOIN {{source}}.sla s ON s.id = t.sla_id
UNION ALL
SELECT t.id, 5, 0, COALESCE(c.name, t.customer_id) FROM {{source}}.ticket t JOIN {{target}}.request q ON q.number = t.id
LEFT JOIN {{source}}.customer_company c ON c.customer_id = t.customer_id
WHERE TRIM(COALESCE(t.customer_id, '')) <> ''
UNION ALL
SELECT w.ticket_id, 6, 0, CAST(SUM(w.time_unit) AS CHAR) FROM {{source}}.time_accounting w JOIN {{target}}.request q ON q.number = w.ticket_id
GROUP BY w.ticket_id;

CREATE VIEW {{source}}.slipway_value_part AS
SELECT value_id, number, field_id, position, 'text' AS kind, value AS short_value, NULL AS content, NULL AS encoding, NULL AS media_type
FROM {{source}}.slipway_value;
