SELECT id FROM t WHERE MATCH (title, body) AGAINST ('room')
-- 1
