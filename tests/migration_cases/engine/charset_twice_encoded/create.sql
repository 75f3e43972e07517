-- A latin1 column that holds the bytes of UTF-8, and one whose UTF-8 was encoded again: the bytes are not ours to mend.
CREATE TABLE t (id INT PRIMARY KEY, hidden VARCHAR(50) CHARACTER SET latin1, twice VARCHAR(50));
INSERT INTO t VALUES (1, CONVERT(X'C3A9C3A0' USING latin1), 'Ã©Ã '), (2, CONVERT(X'E282AC' USING latin1), 'â‚¬');
