SET foreign_key_checks = 0;
CREATE TABLE child (id INT PRIMARY KEY, parent INT, other INT, CONSTRAINT `to (parent)` FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL, KEY own (other), FOREIGN KEY (other) REFERENCES parent (id) ON DELETE RESTRICT);

CREATE TABLE parent (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES parent (id));
INSERT INTO parent VALUES (1, NULL), (2, 1);
INSERT INTO child VALUES (1, 1, 2), (2, NULL, NULL);
