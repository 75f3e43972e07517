-- "blocks" and "precedes": the other one depends on this one. A copy refers to what it was copied from.
INSERT INTO {{target}}.request_link (number, kind, target_number)
SELECT IF(r.relation_type IN ('blocks', 'precedes', 'copied_to'), r.issue_to_id, r.issue_from_id),
       IF(r.relation_type IN ('blocks', 'precedes'), 'depends_on', 'refers_to'),
       IF(r.relation_type IN ('blocks', 'precedes', 'copied_to'), r.issue_from_id, r.issue_to_id)
FROM {{source}}.issue_relations r
JOIN {{target}}.request a ON a.number = r.issue_from_id
JOIN {{target}}.request b ON b.number = r.issue_to_id
ORDER BY r.id;

INSERT INTO {{target}}.request_link (number, kind, target_number)
SELECT i.id, 'child_of', i.parent_id
FROM {{source}}.issues i
JOIN {{target}}.request a ON a.number = i.id
JOIN {{target}}.request b ON b.number = i.parent_id
ORDER BY i.id;
