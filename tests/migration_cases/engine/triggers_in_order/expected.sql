SELECT COUNT(*) FROM log
-- 2
SELECT a FROM t ORDER BY id
-- cba
-- xcba
