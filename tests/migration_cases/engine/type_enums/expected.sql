SELECT id, e + 0 FROM t WHERE e = '' ORDER BY id
-- 2 2
-- 5 0
