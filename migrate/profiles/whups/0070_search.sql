SET SESSION group_concat_max_len = 4194304;

UPDATE {{target}}.request q
JOIN (SELECT number, GROUP_CONCAT(body ORDER BY message_id SEPARATOR '\n') AS text
      FROM {{target}}.message WHERE visibility = 'public' AND body <> '' GROUP BY number) m ON m.number = q.number
SET q.search_text = m.text;
