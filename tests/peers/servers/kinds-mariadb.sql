-- What MariaDB has since 10.5 and MySQL has not, or writes otherwise.
CREATE TABLE own_kinds (
  id INT PRIMARY KEY, i6 INET6, c VARCHAR(2000) COMPRESSED, cb LONGBLOB COMPRESSED, hidden INT INVISIBLE DEFAULT 7, made CHAR(36) DEFAULT (UUID()), j JSON DEFAULT ('{}'), n INT DEFAULT (1 + 2),
  hashed LONGTEXT, UNIQUE KEY by_hash (hashed) USING HASH) ENGINE = InnoDB;
INSERT INTO own_kinds (id, i6, c, cb, hidden, made, j, n, hashed) VALUES (1, '2001:db8::1', REPEAT('é', 1000), REPEAT(X'00', 100000), 1, 'x', '{ "kept" :  1 }', 9, REPEAT('h', 5000)), (2, '::', '', '', NULL, NULL, NULL, NULL, NULL);
INSERT INTO own_kinds (id, made) VALUES (3, 'default');
CREATE TABLE versioned (id INT PRIMARY KEY, v INT) ENGINE = InnoDB WITH SYSTEM VERSIONING;
INSERT INTO versioned VALUES (1, 1), (2, 2);
UPDATE versioned SET v = 3 WHERE id = 1;
CREATE TABLE timed (id INT, b DATE, e DATE, PERIOD FOR valid (b, e), PRIMARY KEY (id, b, e)) ENGINE = InnoDB;
INSERT INTO timed VALUES (1, '2026-01-01', '2027-01-01');
CREATE TABLE aria_one (id INT PRIMARY KEY, v VARCHAR(10)) ENGINE = Aria PAGE_CHECKSUM = 1 TRANSACTIONAL = 1;
INSERT INTO aria_one VALUES (1, 'a');
CREATE SEQUENCE counter START WITH 100 INCREMENT BY 10;
