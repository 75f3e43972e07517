CREATE TABLE t (a VARCHAR(300) NOT NULL, b INT NOT NULL, c TEXT, d VARBINARY(20), e INT, PRIMARY KEY (a(50), b DESC), KEY prefix (c(10), d(5)), KEY down (e DESC, b), UNIQUE KEY `unique, (odd)` (b, e), KEY withc (b) COMMENT 'it''s ), here',
  KEY bt USING BTREE (e), KEY off (d) IGNORED);
INSERT INTO t VALUES ('x', 1, 'text', 'bin', 5), ('y', 1, NULL, NULL, NULL), ('Ÿ', 2, '', '', 5);
CREATE TABLE text_key (word VARCHAR(50) CHARACTER SET utf16 NOT NULL PRIMARY KEY, n INT);
INSERT INTO text_key VALUES ('b', 1), ('a', 2), ('日', 3);
CREATE TABLE many (a INT, b INT, c INT, KEY (a), KEY (b), KEY (c), KEY (a,b), KEY (b,c), KEY (c,a), KEY (a,b,c), KEY (c,b,a));
INSERT INTO many SELECT seq, seq % 7, seq % 11 FROM seq_1_to_300;
