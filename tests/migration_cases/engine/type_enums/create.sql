-- Index 0 is the invalid value, index 2 the empty member: as text both are ''.
CREATE TABLE t (id INT PRIMARY KEY, e ENUM('a','','5','3'), n ENUM('x','y') NOT NULL, l ENUM('é','ü') CHARACTER SET latin1);
SET sql_mode = '';
INSERT INTO t VALUES (1, 'a', 'x', 'é'), (2, '', 'y', 'ü'), (3, '5', 'x', NULL), (4, 3, 'y', 'é'), (5, 'nonsense', 'nonsense', 'x'), (6, NULL, 'x', NULL);
