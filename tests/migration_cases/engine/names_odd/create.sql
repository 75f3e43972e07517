CREATE TABLE `select` (`from` INT PRIMARY KEY, `a b` INT, `a``b` INT, `it's` INT, `"q"` INT, `per%cent` INT, `dot.ted` INT, `co,mma (x)` INT, KEY `key` (`a b`), KEY `a``key, (b)` (`a``b`, `co,mma (x)`));
INSERT INTO `select` VALUES (1, 2, 3, 4, 5, 6, 7, 8);
CREATE TABLE `größe 日本` (`ключ` INT PRIMARY KEY, `naïve` VARCHAR(10));
INSERT INTO `größe 日本` VALUES (1, 'ü');
CREATE TABLE `line
feed` (`two
lines` INT PRIMARY KEY, KEY `x
y` (`two
lines`));
INSERT INTO `line
feed` VALUES (1);
CREATE TABLE `a/b\c` (`x;y` INT PRIMARY KEY, `-- no comment` INT DEFAULT 3, `/* nor here */` INT CHECK (`/* nor here */` > 0));
INSERT INTO `a/b\c` VALUES (1, 2, 3);
CREATE TABLE `CREATE TABLE x (` (id INT PRIMARY KEY, CONSTRAINT `) ENGINE=x` CHECK (id > 0));
CREATE VIEW `a view, odd` AS SELECT `from` AS `as` FROM `select`;
DELIMITER //
CREATE TRIGGER `BEGIN` BEFORE INSERT ON `select` FOR EACH ROW BEGIN SET NEW.`a``b` = 1; END//
CREATE PROCEDURE `pro cedure`() BEGIN SELECT `it's` FROM `select`; END//
DELIMITER ;
