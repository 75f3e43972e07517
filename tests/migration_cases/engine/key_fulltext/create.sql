CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, title VARCHAR(200), body TEXT, note TEXT, FULLTEXT KEY (title), FULLTEXT KEY words (title, body), FULLTEXT KEY (note));
INSERT INTO t (title, body, note) VALUES ('printer broken', 'the printer in room nine is broken', NULL), ('password', 'forgotten', 'urgent');
