-- Fields that differ only in what our collation ignores are one field here.
CREATE TABLE {{source}}.slipway_field (cf_id INT NOT NULL PRIMARY KEY, field_id BIGINT UNSIGNED NOT NULL);

INSERT INTO {{source}}.slipway_field
SELECT id, MIN(id) OVER (PARTITION BY CONVERT(name USING utf8mb4) COLLATE utf8mb4_general_ci)
FROM {{source}}.custom_fields WHERE type = 'IssueCustomField';

INSERT INTO {{target}}.custom_field (field_id, name, kind, active)
SELECT f.id, f.name,
       CASE f.field_format WHEN 'text' THEN 'long_text' WHEN 'date' THEN 'date' WHEN 'int' THEN 'number' WHEN 'float' THEN 'number'
         WHEN 'attachment' THEN 'file' WHEN 'list' THEN 'choice' WHEN 'enumeration' THEN 'choice' WHEN 'bool' THEN 'choice'
         WHEN 'user' THEN 'choice' WHEN 'version' THEN 'choice' ELSE 'text' END,
       TRUE
FROM {{source}}.custom_fields f JOIN {{source}}.slipway_field s ON s.cf_id = f.id AND s.field_id = f.id;

-- Redmine's own fields that the desk has no column for.
CREATE TABLE {{source}}.slipway_own_field (name VARCHAR(30) NOT NULL PRIMARY KEY, field_id BIGINT UNSIGNED NOT NULL) CHARSET=utf8mb4;

INSERT INTO {{source}}.slipway_own_field (name, field_id)
SELECT own.name, base.last + own.place
FROM (SELECT 'Tracker' AS name, 1 AS place UNION ALL SELECT 'Category', 2 UNION ALL SELECT 'Version', 3) own
JOIN (SELECT COALESCE(MAX(field_id), 0) AS last FROM {{target}}.custom_field) base;

INSERT INTO {{target}}.custom_field (field_id, name, kind, active)
SELECT own.field_id, IF(f.field_id IS NULL, own.name, CONCAT(own.name, ' (Redmine)')), 'choice', TRUE
FROM {{source}}.slipway_own_field own
LEFT JOIN {{target}}.custom_field f ON f.name = CONVERT(own.name USING utf8mb4) COLLATE utf8mb4_general_ci;

CREATE TABLE {{source}}.slipway_value (
  cv_id INT NOT NULL PRIMARY KEY, number BIGINT UNSIGNED NOT NULL, field_id BIGINT UNSIGNED NOT NULL, value LONGTEXT NOT NULL) CHARSET=utf8mb4;

-- Values that are ids of something become its name.
INSERT INTO {{source}}.slipway_value (cv_id, number, field_id, value)
SELECT v.id, q.number, f.field_id,
       CASE c.field_format
         WHEN 'bool' THEN IF(v.value = '1', 'Yes', 'No')
         WHEN 'user' THEN COALESCE(p.display_name, CONVERT(v.value USING utf8mb4) COLLATE utf8mb4_general_ci)
         WHEN 'version' THEN COALESCE(ver.name, v.value)
         WHEN 'enumeration' THEN COALESCE(e.name, v.value)
         WHEN 'attachment' THEN COALESCE(a.filename, v.value)
         ELSE v.value END
FROM {{source}}.custom_values v
JOIN {{target}}.request q ON q.number = v.customized_id
JOIN {{source}}.slipway_field f ON f.cf_id = v.custom_field_id
JOIN {{source}}.custom_fields c ON c.id = v.custom_field_id
LEFT JOIN {{source}}.slipway_person s ON c.field_format = 'user' AND s.user_id = IF(v.value REGEXP '^[0-9]{1,9}$', CAST(v.value AS INTEGER), NULL)
LEFT JOIN {{target}}.person p ON p.person_id = s.person_id
LEFT JOIN {{source}}.versions ver ON c.field_format = 'version' AND ver.id = IF(v.value REGEXP '^[0-9]{1,9}$', CAST(v.value AS INTEGER), NULL)
LEFT JOIN {{source}}.custom_field_enumerations e ON c.field_format = 'enumeration' AND e.id = IF(v.value REGEXP '^[0-9]{1,9}$', CAST(v.value AS INTEGER), NULL)
LEFT JOIN {{source}}.attachments a ON c.field_format = 'attachment' AND a.id = IF(v.value REGEXP '^[0-9]{1,9}$', CAST(v.value AS INTEGER), NULL)
WHERE v.customized_type = 'Issue' AND COALESCE(v.value, '') <> '';

INSERT INTO {{target}}.custom_value (number, field_id, position, value)
SELECT number, field_id, ROW_NUMBER() OVER (PARTITION BY number, field_id ORDER BY cv_id) - 1, value
FROM {{source}}.slipway_value ORDER BY cv_id;

INSERT INTO {{target}}.custom_value (number, field_id, position, value)
SELECT i.id, own.field_id, 0, CASE own.name WHEN 'Tracker' THEN t.name WHEN 'Category' THEN c.name ELSE v.name END
FROM {{source}}.issues i
JOIN {{target}}.request q ON q.number = i.id
JOIN {{source}}.slipway_own_field own
LEFT JOIN {{source}}.trackers t ON t.id = i.tracker_id
LEFT JOIN {{source}}.issue_categories c ON c.id = i.category_id
LEFT JOIN {{source}}.versions v ON v.id = i.fixed_version_id
WHERE CASE own.name WHEN 'Tracker' THEN t.name WHEN 'Category' THEN c.name ELSE v.name END IS NOT NULL;
