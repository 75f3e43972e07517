SET foreign_key_checks = 0;
CREATE TABLE t (id INT PRIMARY KEY, who INT, KEY (who), CONSTRAINT who_is FOREIGN KEY (who) REFERENCES elsewhere.person (id));
INSERT INTO t VALUES (1, NULL);
