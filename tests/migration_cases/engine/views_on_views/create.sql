-- By name the first stands on the last, and that on a function.
CREATE TABLE t (id INT PRIMARY KEY, a INT);
INSERT INTO t VALUES (1, 1), (2, 2);
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2;
CREATE VIEW z AS SELECT id, twice(a) AS b FROM t;
CREATE VIEW m AS SELECT id, b + 1 AS c FROM z;
CREATE VIEW a AS SELECT m.id, m.c, z.b FROM m JOIN z USING (id);
CREATE VIEW b AS SELECT * FROM a UNION ALL SELECT 0, COUNT(*), 0 FROM m;
CREATE VIEW constant AS SELECT 1 AS one, 'é' AS letter, CURRENT_USER() = '' AS nobody;
