CREATE TABLE t (id INT PRIMARY KEY, a INT CHECK (a > 0), b VARCHAR(20) CHECK (b <> 'it''s, (bad)'), CONSTRAINT `both of them` CHECK (a < 100 OR b IS NULL), CHECK (id <> 77));
INSERT INTO t VALUES (1, 1, 'x'), (2, NULL, NULL);
SET check_constraint_checks = 0;
INSERT INTO t VALUES (3, -1, 'breaks the rule');
