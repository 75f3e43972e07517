-- Such rows exist where sql_mode was lax; the values computed on the target are cut off the same way, with a warning of
-- each. `e` is an expression that warns by itself, without naming a column.
SET sql_mode = '';
CREATE TABLE t (id INT PRIMARY KEY, a INT, s VARCHAR(20), v TINYINT AS (a) STORED, `w w` TINYINT AS (a) VIRTUAL,
  e INT AS (CAST(s AS SIGNED)) STORED, c ENUM('x', ''), KEY (`w w`), KEY (v));
INSERT INTO t (id, a, s, c) SELECT seq, seq, CONCAT(seq, ' pieces'), IF(seq % 2, 'x', 99) FROM seq_1_to_3000;
