CREATE TABLE t (kind VARCHAR(10) NOT NULL, n INT NOT NULL AUTO_INCREMENT, a INT, PRIMARY KEY (kind, n)) ENGINE=MyISAM;
INSERT INTO t (kind, a) VALUES ('x', 1), ('x', 2), ('y', 3), ('x', 4);
