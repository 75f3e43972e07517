SELECT NEXTVAL(down)
-- -11
SELECT NEXTVAL(untouched)
-- 50
SELECT cycle_count FROM stepped
-- 1
