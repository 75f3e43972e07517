SELECT * FROM a ORDER BY id
-- 1 3 2
-- 2 5 4
