-- Such rows exist where sql_mode was lax; the value computed on the target is cut off the same way.
SET sql_mode = '';
CREATE TABLE t (id INT PRIMARY KEY, a INT, v TINYINT AS (a) STORED);
INSERT INTO t (id, a) VALUES (1, 5), (2, 300);
