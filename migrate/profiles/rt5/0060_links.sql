CREATE TABLE {{source}}.slipway_link (link_id INT NOT NULL PRIMARY KEY);

INSERT INTO {{source}}.slipway_link
SELECT l.id FROM {{source}}.Links l JOIN {{target}}.request q ON q.number = l.LocalBase
WHERE l.Type IN ('DependsOn', 'RefersTo', 'MemberOf')
  AND (l.LocalTarget IN (SELECT number FROM {{target}}.request) OR (l.LocalTarget = 0 AND COALESCE(l.Target, '') <> ''));

INSERT INTO {{target}}.request_link (number, kind, target_number, target_url)
SELECT l.LocalBase, CASE l.Type WHEN 'DependsOn' THEN 'depends_on' WHEN 'MemberOf' THEN 'child_of' ELSE 'refers_to' END,
       NULLIF(l.LocalTarget, 0), IF(l.LocalTarget = 0, l.Target, NULL)
FROM {{source}}.Links l JOIN {{source}}.slipway_link s ON s.link_id = l.id
ORDER BY l.id;
