-- Rows without their parents are the source's own; they arrive as they are.
SET foreign_key_checks = 0;
CREATE TABLE parent (id INT PRIMARY KEY);
CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id));
INSERT INTO child VALUES (1, 99);
CREATE TABLE lost (id INT PRIMARY KEY, gone INT, FOREIGN KEY (gone) REFERENCES never_there (id));
