SELECT * FROM across
-- 1 Ann 5 6
