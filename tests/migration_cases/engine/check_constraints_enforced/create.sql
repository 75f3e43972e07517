CREATE TABLE t (id INT PRIMARY KEY, a INT, CONSTRAINT positive CHECK (a > 0));
SET check_constraint_checks = 0;
INSERT INTO t VALUES (1, 1), (2, -1);
