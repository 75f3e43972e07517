-- 1 linked, 2 a duplicate of, 3 the first is a son of the second, 4 the first is the parent. Documents may be addresses only.
INSERT INTO {{target}}.request_link (number, kind, target_number)
SELECT IF(l.link = 4, l.tickets_id_2, l.tickets_id_1), IF(l.link IN (3, 4), 'child_of', 'refers_to'), IF(l.link = 4, l.tickets_id_1, l.tickets_id_2)
FROM {{source}}.glpi_tickets_tickets l
JOIN {{target}}.request a ON a.number = l.tickets_id_1
JOIN {{target}}.request b ON b.number = l.tickets_id_2
ORDER BY l.id;

INSERT INTO {{target}}.request_link (number, kind, target_url)
SELECT m.number, 'refers_to', d.link
FROM {{source}}.glpi_documents_items i
JOIN {{source}}.glpi_documents d ON d.id = i.documents_id AND d.is_deleted = 0 AND TRIM(COALESCE(d.filepath, '')) = '' AND TRIM(COALESCE(d.link, '')) <> ''
JOIN {{source}}.slipway_message m ON m.item_id = i.items_id
  AND m.kind = CASE i.itemtype WHEN 'Ticket' THEN 1 WHEN 'ITILFollowup' THEN 2 WHEN 'TicketTask' THEN 3 WHEN 'ITILSolution' THEN 4
                               WHEN 'TicketValidation' THEN 5 ELSE 0 END
ORDER BY i.id;
