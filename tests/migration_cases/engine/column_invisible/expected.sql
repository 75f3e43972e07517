SELECT * FROM t ORDER BY a
-- 1
-- 2
-- 3
