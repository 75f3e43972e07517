CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(50), b INT);
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES';
CREATE TRIGGER ansi BEFORE INSERT ON "t" FOR EACH ROW SET NEW."a" = NEW.a || '\' || 'shop.t';
SET sql_mode = '', NAMES latin1 COLLATE latin1_german2_ci;
CREATE TRIGGER german BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = IF(NEW.a = 'x', 'é', NEW.a);
SET NAMES utf8mb4, sql_mode = 'STRICT_ALL_TABLES';
DELIMITER $$
CREATE OR REPLACE TRIGGER commented AFTER INSERT ON t FOR EACH ROW
BEGIN
  -- a comment; with a semicolon and shop.t
  /* another: `shop`.`t` */
  DECLARE n INT DEFAULT 0;
  # a third
  IF NEW.b IS NULL THEN SET n = 1; ELSE SET n = (SELECT COUNT(*) FROM shop.t); END IF;
END$$
DELIMITER ;
