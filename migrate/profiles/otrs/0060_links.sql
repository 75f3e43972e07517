-- Valid links between tickets; what a merge left is the request's merged_into already. ParentChild goes from the parent.
CREATE TABLE {{source}}.slipway_link (
  link_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, number BIGINT UNSIGNED NOT NULL, kind VARCHAR(20) NOT NULL,
  target_number BIGINT UNSIGNED NOT NULL, source_key VARCHAR(50) NOT NULL, target_key VARCHAR(50) NOT NULL, type_id SMALLINT NOT NULL);

INSERT INTO {{source}}.slipway_link (number, kind, target_number, source_key, target_key, type_id)
SELECT IF(y.name = 'ParentChild', t.number, s.number),
       CASE y.name WHEN 'ParentChild' THEN 'child_of' WHEN 'DependsOn' THEN 'depends_on' ELSE 'refers_to' END,
       IF(y.name = 'ParentChild', s.number, t.number), l.source_key, l.target_key, l.type_id
FROM {{source}}.link_relation l
JOIN {{source}}.link_object o ON o.id = l.source_object_id AND o.id = l.target_object_id AND o.name = 'Ticket'
JOIN {{source}}.link_type y ON y.id = l.type_id
JOIN {{source}}.link_state ls ON ls.id = l.state_id AND ls.name = 'Valid'
JOIN {{target}}.request s ON s.number = IF(l.source_key REGEXP '^[0-9]{1,18}$', CAST(l.source_key AS INTEGER), 0)
JOIN {{target}}.request t ON t.number = IF(l.target_key REGEXP '^[0-9]{1,18}$', CAST(l.target_key AS INTEGER), 0)
LEFT JOIN {{source}}.slipway_merge m ON m.number = t.number AND m.target = s.number AND y.name = 'ParentChild'
WHERE m.number IS NULL
ORDER BY l.create_time, s.number, t.number, l.type_id;

INSERT INTO {{target}}.request_link (number, kind, target_number)
SELECT number, kind, target_number FROM {{source}}.slipway_link ORDER BY link_id;
