-- What every ticket has in the product and no column here, and the fields of the plugin "fields" if it is there.
CREATE TABLE {{source}}.slipway_field (
  field_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  kind VARCHAR(10) NOT NULL, active BOOLEAN NOT NULL, UNIQUE KEY (name));

INSERT INTO {{source}}.slipway_field VALUES
  (1, 'Entity', 'choice', TRUE), (2, 'Category', 'choice', TRUE), (3, 'Type', 'choice', TRUE), (4, 'Location', 'choice', TRUE),
  (5, 'Request source', 'choice', TRUE), (6, 'Urgency', 'choice', TRUE), (7, 'Impact', 'choice', TRUE),
  (8, 'Time to own (SLA)', 'choice', TRUE), (9, 'Time to resolve (SLA)', 'choice', TRUE), (10, 'Due', 'date', TRUE),
  (11, 'Minutes worked', 'number', TRUE);

CREATE TABLE {{source}}.slipway_value (
  value_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, number BIGINT UNSIGNED NOT NULL, field_id BIGINT UNSIGNED NOT NULL,
  position INT UNSIGNED NOT NULL, value LONGTEXT CHARACTER SET utf8mb4 NOT NULL, UNIQUE KEY (number, field_id, position));

INSERT INTO {{source}}.slipway_value (number, field_id, position, value)
SELECT t.id, 1, 0, {{source}}.slipway_plain(COALESCE(e.completename, e.name)) FROM {{source}}.glpi_tickets t JOIN {{source}}.glpi_entities e ON e.id = t.entities_id
UNION ALL
SELECT t.id, 2, 0, {{source}}.slipway_plain(COALESCE(c.completename, c.name)) FROM {{source}}.glpi_tickets t JOIN {{source}}.glpi_itilcategories c ON c.id = t.itilcategories_id
UNION ALL
SELECT t.id, 3, 0, IF(t.type = 2, 'Request', 'Incident') FROM {{source}}.glpi_tickets t
UNION ALL
SELECT t.id, 4, 0, {{source}}.slipway_plain(COALESCE(l.completename, l.name)) FROM {{source}}.glpi_tickets t JOIN {{source}}.glpi_locations l ON l.id = t.locations_id
UNION ALL
SELECT t.id, 5, 0, {{source}}.slipway_plain(r.name) FROM {{source}}.glpi_tickets t JOIN {{source}}.glpi_requesttypes r ON r.id = t.requesttypes_id
UNION ALL
SELECT t.id, 6, 0, ELT(t.urgency, 'Very low', 'Low', 'Medium', 'High', 'Very high') FROM {{source}}.glpi_tickets t WHERE t.urgency BETWEEN 1 AND 5
UNION ALL
SELECT t.id, 7, 0, ELT(t.impact, 'Very low', 'Low', 'Medium', 'High', 'Very high') FROM {{source}}.glpi_tickets t WHERE t.impact BETWEEN 1 AND 5
UNION ALL
SELECT t.id, 8, 0, {{source}}.slipway_plain(s.name) FROM {{source}}.glpi_tickets t JOIN {{source}}.glpi_slas s ON s.id = t.slas_id_tto
UNION ALL
SELECT t.id, 9, 0, {{source}}.slipway_plain(s.name) FROM {{source}}.glpi_tickets t JOIN {{source}}.glpi_slas s ON s.id = t.slas_id_ttr
UNION ALL
SELECT t.id, 10, 0, DATE_FORMAT(t.time_to_resolve, '%Y-%m-%d %H:%i:%s') FROM {{source}}.glpi_tickets t WHERE t.time_to_resolve IS NOT NULL
UNION ALL
SELECT t.id, 11, 0, CAST(t.actiontime DIV 60 AS CHAR) FROM {{source}}.glpi_tickets t WHERE t.actiontime > 0;

-- The plugin keeps the values of each block of fields in a table of its own, a column for each field, and the words of
-- dropdowns in a table for each dropdown.
BEGIN NOT ATOMIC
  DECLARE staging VARCHAR(64) DEFAULT REPLACE('{{source}}', '`', '');
  IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = staging AND table_name = 'glpi_plugin_fields_fields')
     AND EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = staging AND table_name = 'glpi_plugin_fields_containers') THEN
    EXECUTE IMMEDIATE 'CREATE TABLE {{source}}.slipway_plugin_field AS
      SELECT f.id, CONVERT(f.name USING utf8mb4) AS name, {{source}}.slipway_plain(f.label) AS label, f.type, f.plugin_fields_containers_id AS container_id, f.is_active = 1 AND c.is_active = 1 AS active
      FROM {{source}}.glpi_plugin_fields_fields f JOIN {{source}}.glpi_plugin_fields_containers c ON c.id = f.plugin_fields_containers_id
      WHERE c.itemtypes LIKE ''%"Ticket"%'' AND f.type <> ''header''';
    EXECUTE IMMEDIATE 'INSERT INTO {{source}}.slipway_field (field_id, name, kind, active)
      SELECT 100 + f.id, IF(f.turn = 1 AND taken.field_id IS NULL AND TRIM(f.label) <> '''', LEFT(f.label, 200), CONCAT(LEFT(f.label, 90), '' ('', LEFT(f.name, 90), '' '', f.id, '')'')),
             CASE WHEN f.type IN (''textarea'', ''richtext'') THEN ''long_text'' WHEN f.type IN (''date'', ''datetime'') THEN ''date''
                  WHEN f.type = ''number'' THEN ''number'' WHEN f.type IN (''dropdown'', ''yesno'') THEN ''choice'' ELSE ''text'' END, f.active
      FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY label COLLATE utf8mb4_general_ci ORDER BY id) AS turn FROM {{source}}.slipway_plugin_field) f
      LEFT JOIN {{source}}.slipway_field taken ON taken.name = f.label COLLATE utf8mb4_general_ci';
    FOR place IN (
      SELECT c.table_name AS block, c.column_name AS cell, word.table_name AS words
      FROM information_schema.columns c
      JOIN information_schema.columns k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = 'plugin_fields_containers_id'
      JOIN information_schema.columns i ON i.table_schema = c.table_schema AND i.table_name = c.table_name AND i.column_name = 'items_id'
      LEFT JOIN information_schema.tables word ON word.table_schema = c.table_schema AND c.column_name LIKE 'plugin\_fields\_%dropdowns\_id'
        AND word.table_name = CONCAT('glpi_', LEFT(c.column_name, CHAR_LENGTH(c.column_name) - 3))
      WHERE c.table_schema = staging AND c.table_name LIKE 'glpi\_plugin\_fields\_%'
        AND c.column_name NOT IN ('id', 'items_id', 'itemtype', 'plugin_fields_containers_id', 'entities_id', 'is_recursive'))
    DO
      EXECUTE IMMEDIATE CONCAT('INSERT IGNORE INTO {{source}}.slipway_value (number, field_id, position, value)
        SELECT d.items_id, 100 + f.id, 0, ',
        IF(place.words IS NULL,
           CONCAT('CASE WHEN f.type = ''yesno'' THEN IF(d.`', place.cell, '` = 1, ''Yes'', ''No'') ELSE {{source}}.slipway_plain(d.`', place.cell, '`) END'),
           '{{source}}.slipway_plain(COALESCE(w.completename, w.name))'),
        ' FROM {{source}}.`', place.block, '` d JOIN {{source}}.slipway_plugin_field f ON f.container_id = d.plugin_fields_containers_id AND f.name = ''',
        IF(place.words IS NULL, place.cell, SUBSTRING(place.cell, 15, CHAR_LENGTH(place.cell) - 26)), '''',
        IF(place.words IS NULL, '', CONCAT(' JOIN {{source}}.`', place.words, '` w ON w.id = d.`', place.cell, '`')),
        ' WHERE d.itemtype = ''Ticket'' AND d.items_id IN (SELECT number FROM {{target}}.request) AND COALESCE(d.`', place.cell, '`, '''') <> '''' ORDER BY d.id');
    END FOR;
  END IF;
END;

INSERT INTO {{target}}.custom_field (field_id, name, kind, active)
SELECT field_id, name, kind, active FROM {{source}}.slipway_field;

CREATE VIEW {{source}}.slipway_value_part AS
SELECT value_id, number, field_id, position, 'text' AS kind, value AS short_value, NULL AS content, NULL AS encoding, NULL AS media_type
FROM {{source}}.slipway_value;
