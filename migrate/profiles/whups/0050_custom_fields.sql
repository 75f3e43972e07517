-- Attributes of one name (each type has its own) are one field; four more hold what the desk has no column for.
CREATE TABLE {{source}}.slipway_field (name VARCHAR(100) COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY, field_id BIGINT UNSIGNED NOT NULL, own BOOLEAN NOT NULL) CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_field (name, field_id, own)
SELECT CONVERT(attribute_name USING utf8mb4) COLLATE utf8mb4_general_ci, MIN(attribute_id), FALSE FROM {{source}}.whups_attributes_desc GROUP BY 1;

INSERT INTO {{source}}.slipway_field (name, field_id, own)
SELECT IF(f.name IS NULL, own.name, CONCAT(own.name, ' (Whups)')), base.last + own.place, TRUE
FROM (SELECT 'Type' AS name, 1 AS place UNION ALL SELECT 'State', 2 UNION ALL SELECT 'Version', 3 UNION ALL SELECT 'Priority', 4) own
JOIN (SELECT COALESCE(MAX(field_id), 0) AS last FROM {{source}}.slipway_field) base
LEFT JOIN {{source}}.slipway_field f ON f.name = CONVERT(own.name USING utf8mb4) COLLATE utf8mb4_general_ci;

INSERT INTO {{target}}.custom_field (field_id, name, kind, active)
SELECT field_id, name, IF(own, 'choice', 'text'), TRUE FROM {{source}}.slipway_field;

-- Several values are a JSON list and a date is a JSON object; Whups takes the quotes of a JSON text off too. Nothing else is taken apart.
CREATE TABLE {{source}}.slipway_value (
  ticket_id INT UNSIGNED NOT NULL, attribute_id INT NOT NULL, place INT NOT NULL, value LONGTEXT NOT NULL,
  PRIMARY KEY (ticket_id, attribute_id, place)) CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_value (ticket_id, attribute_id, place, value)
SELECT a.ticket_id, a.attribute_id, list.place, list.value
FROM {{source}}.whups_attributes a
JOIN JSON_TABLE(IF(JSON_VALID(a.attribute_value) AND a.attribute_value LIKE '[%', a.attribute_value, '[]'),
                '$[*]' COLUMNS (place FOR ORDINALITY, value LONGTEXT PATH '$')) list
WHERE list.value IS NOT NULL;

INSERT INTO {{source}}.slipway_value (ticket_id, attribute_id, place, value)
SELECT ticket_id, attribute_id, 1,
       IF(year IS NULL OR month IS NULL OR day IS NULL, CONVERT(text USING utf8mb4), CONCAT(LPAD(year, 4, '0'), '-', LPAD(month, 2, '0'), '-', LPAD(day, 2, '0')))
FROM (SELECT ticket_id, attribute_id, IF(JSON_VALID(attribute_value) AND attribute_value LIKE '"%', JSON_UNQUOTE(attribute_value), attribute_value) AS text,
             JSON_VALUE(date, '$.year') AS year, JSON_VALUE(date, '$.month') AS month, JSON_VALUE(date, '$.day') AS day
      FROM (SELECT *, IF(JSON_VALID(attribute_value) AND attribute_value LIKE '{%', attribute_value, '{}') AS date FROM {{source}}.whups_attributes) a
      WHERE COALESCE(attribute_value, '') NOT IN ('', '""') AND NOT (JSON_VALID(attribute_value) AND attribute_value LIKE '[%')) a;

INSERT INTO {{target}}.custom_value (number, field_id, position, value)
SELECT q.number, f.field_id, ROW_NUMBER() OVER (PARTITION BY q.number, f.field_id ORDER BY v.attribute_id, v.place) - 1, v.value
FROM {{source}}.slipway_value v
JOIN {{target}}.request q ON q.number = v.ticket_id
JOIN {{source}}.whups_attributes_desc d ON d.attribute_id = v.attribute_id
JOIN {{source}}.slipway_field f ON f.name = CONVERT(d.attribute_name USING utf8mb4) COLLATE utf8mb4_general_ci AND NOT f.own;

INSERT INTO {{target}}.custom_value (number, field_id, position, value)
SELECT q.number, f.field_id, 0,
       CASE SUBSTRING_INDEX(f.name, ' ', 1) WHEN 'Type' THEN y.type_name WHEN 'State' THEN s.state_name WHEN 'Priority' THEN p.priority_name ELSE v.version_name END
FROM {{source}}.whups_tickets t
JOIN {{target}}.request q ON q.number = t.ticket_id
JOIN {{source}}.slipway_field f ON f.own
LEFT JOIN {{source}}.whups_types y ON y.type_id = t.type_id
LEFT JOIN {{source}}.whups_states s ON s.state_id = t.state_id
LEFT JOIN {{source}}.whups_priorities p ON p.priority_id = t.priority_id
LEFT JOIN {{source}}.whups_versions v ON v.version_id = t.version_id
WHERE CASE SUBSTRING_INDEX(f.name, ' ', 1) WHEN 'Type' THEN y.type_name WHEN 'State' THEN s.state_name WHEN 'Priority' THEN p.priority_name ELSE v.version_name END <> '';
