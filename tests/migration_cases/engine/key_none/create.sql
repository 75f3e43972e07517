-- Rows that are the same three times are three rows.
CREATE TABLE t (a INT, b VARCHAR(9), KEY (b));
INSERT INTO t SELECT seq % 3, 'same' FROM seq_1_to_500;
INSERT INTO t VALUES (NULL, NULL), (NULL, NULL);
CREATE TABLE u (a INT NOT NULL, UNIQUE KEY (a));
INSERT INTO u VALUES (3), (1);
