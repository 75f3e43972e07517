-- People look for the number they know from their mails.
SET SESSION group_concat_max_len = 4194304;

UPDATE {{target}}.request q
JOIN {{source}}.ticket t ON t.id = q.number
LEFT JOIN (SELECT number, GROUP_CONCAT(body ORDER BY message_id SEPARATOR '\n') AS text
           FROM {{target}}.message WHERE visibility = 'public' AND body <> '' GROUP BY number) m ON m.number = q.number
SET q.search_text = CONCAT_WS('\n', CONVERT(t.tn USING utf8mb4), m.text);
