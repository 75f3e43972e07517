-- Fields of the same name (one for all queues, one for one queue) are one field here.
CREATE TABLE {{source}}.slipway_field (cf_id INT NOT NULL PRIMARY KEY, field_id BIGINT UNSIGNED NOT NULL);

INSERT INTO {{source}}.slipway_field
SELECT id, MIN(id) OVER (PARTITION BY CONVERT(Name USING utf8mb4) COLLATE utf8mb4_general_ci)
FROM {{source}}.CustomFields WHERE LookupType = 'RT::Queue-RT::Ticket' AND COALESCE(Name, '') <> '';

INSERT INTO {{target}}.custom_field (field_id, name, kind, active)
SELECT f.id, f.Name,
       CASE WHEN f.Type IN ('Image', 'Binary') THEN 'file' WHEN f.Type IN ('Date', 'DateTime') THEN 'date'
            WHEN f.Type IN ('Select', 'Combobox', 'Autocomplete') THEN 'choice'
            WHEN f.Type IN ('Text', 'Wikitext', 'HTML') THEN 'long_text' ELSE 'text' END,
       f.Disabled = 0
FROM {{source}}.CustomFields f JOIN {{source}}.slipway_field s ON s.cf_id = f.id AND s.field_id = f.id;

-- The plan of values; the values step decodes them.
CREATE TABLE {{source}}.slipway_value (
  value_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, ocfv_id INT NOT NULL, number BIGINT UNSIGNED NOT NULL,
  field_id BIGINT UNSIGNED NOT NULL, position INT UNSIGNED NOT NULL, kind VARCHAR(10) NOT NULL, UNIQUE KEY (ocfv_id));

INSERT INTO {{source}}.slipway_value
SELECT ROW_NUMBER() OVER (ORDER BY v.id), v.id, q.number, f.field_id,
       ROW_NUMBER() OVER (PARTITION BY q.number, f.field_id ORDER BY v.CustomField, v.SortOrder, v.id) - 1,
       CASE WHEN c.Type IN ('Image', 'Binary') THEN 'file' WHEN c.Type IN ('IPAddress', 'IPAddressRange') THEN 'address' ELSE 'text' END
FROM {{source}}.ObjectCustomFieldValues v
JOIN {{target}}.request q ON q.number = v.ObjectId
JOIN {{source}}.slipway_field f ON f.cf_id = v.CustomField
JOIN {{source}}.CustomFields c ON c.id = v.CustomField
WHERE v.ObjectType = 'RT::Ticket' AND v.Disabled = 0;

CREATE VIEW {{source}}.slipway_value_part AS
SELECT p.value_id, p.number, p.field_id, p.position, p.kind, v.Content AS short_value, v.LargeContent AS content,
       v.ContentEncoding AS encoding, v.ContentType AS media_type
FROM {{source}}.slipway_value p JOIN {{source}}.ObjectCustomFieldValues v ON v.id = p.ocfv_id;
