CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), v INT AS (a * 2) VIRTUAL, s INT AS (a + 1) STORED, w VARCHAR(30) AS (CONCAT(b, ',', a)) PERSISTENT, x INT AS (v + s) VIRTUAL, j LONGTEXT AS (JSON_OBJECT('a', a)) VIRTUAL,
  KEY (v), UNIQUE KEY (s), KEY (w(5), x));
INSERT INTO t (id, a, b) VALUES (1, 1, 'one'), (2, -5, ''), (3, NULL, NULL);
CREATE TABLE child (s INT, id INT PRIMARY KEY, z INT AS (id) STORED, CONSTRAINT to_generated FOREIGN KEY (s) REFERENCES t (s), CONSTRAINT from_generated FOREIGN KEY (z) REFERENCES t (id));
INSERT INTO child (s, id) VALUES (2, 1), (NULL, 2);
