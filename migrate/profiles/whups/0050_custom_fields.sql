-- Attributes of one name (each type has its own) are one field; four more hold what the desk has no column for.
CREATE TABLE {{source}}.slipway_field (name VARCHAR(100) COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY, field_id BIGINT UNSIGNED NOT NULL, own BOOLEAN NOT NULL) CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_field (name, field_id, own)
SELECT CONVERT(attribute_name USING utf8mb4) COLLATE utf8mb4_general_ci, MIN(attribute_id), FALSE FROM {{source}}.whups_attributes_desc GROUP BY 1;

INSERT INTO {{source}}.slipway_field (name, field_id, own)
SELECT IF(f.name IS NULL, own.name, CONCAT(own.name, ' (Whups)')), base.last + own.place, TRUE
FROM (SELECT 'Type' AS name, 1 AS place UNION ALL SELECT 'State', 2 UNION ALL SELECT 'Version', 3) own
JOIN (SELECT COALESCE(MAX(field_id), 0) AS last FROM {{source}}.slipway_field) base
LEFT JOIN {{source}}.slipway_field f ON f.name = CONVERT(own.name USING utf8mb4) COLLATE utf8mb4_general_ci;

INSERT INTO {{target}}.custom_field (field_id, name, kind, active)
SELECT field_id, name, IF(own, 'choice', 'text'), TRUE FROM {{source}}.slipway_field;

-- Whups writes several values as a list in JSON, and reads every value so.
INSERT INTO {{target}}.custom_value (number, field_id, position, value)
SELECT q.number, f.field_id, ROW_NUMBER() OVER (PARTITION BY q.number, f.field_id ORDER BY a.attribute_id, one.place) - 1, one.value
FROM {{source}}.whups_attributes a
JOIN JSON_TABLE(CASE WHEN NOT JSON_VALID(a.attribute_value) THEN JSON_ARRAY(a.attribute_value)
                     WHEN JSON_TYPE(a.attribute_value) = 'STRING' THEN JSON_ARRAY(JSON_UNQUOTE(a.attribute_value))
                     WHEN JSON_TYPE(a.attribute_value) = 'ARRAY' AND JSON_DEPTH(a.attribute_value) = 2 THEN a.attribute_value
                     ELSE JSON_ARRAY(a.attribute_value) END, '$[*]' COLUMNS (place FOR ORDINALITY, value TEXT PATH '$')) one
JOIN {{target}}.request q ON q.number = a.ticket_id
JOIN {{source}}.whups_attributes_desc d ON d.attribute_id = a.attribute_id
JOIN {{source}}.slipway_field f ON f.name = CONVERT(d.attribute_name USING utf8mb4) COLLATE utf8mb4_general_ci AND NOT f.own
WHERE COALESCE(a.attribute_value, '') NOT IN ('', '[]', '""');

INSERT INTO {{target}}.custom_value (number, field_id, position, value)
SELECT q.number, f.field_id, 0,
       CASE SUBSTRING_INDEX(f.name, ' ', 1) WHEN 'Type' THEN y.type_name WHEN 'State' THEN s.state_name ELSE v.version_name END
FROM {{source}}.whups_tickets t
JOIN {{target}}.request q ON q.number = t.ticket_id
JOIN {{source}}.slipway_field f ON f.own
LEFT JOIN {{source}}.whups_types y ON y.type_id = t.type_id
LEFT JOIN {{source}}.whups_states s ON s.state_id = t.state_id
LEFT JOIN {{source}}.whups_versions v ON v.version_id = t.version_id
WHERE CASE SUBSTRING_INDEX(f.name, ' ', 1) WHEN 'Type' THEN y.type_name WHEN 'State' THEN s.state_name ELSE v.version_name END <> '';
