CREATE DATABASE hr;
CREATE TABLE hr.person (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY, a INT);
INSERT INTO orders VALUES (1, 5);
CREATE SEQUENCE numbers;
CREATE VIEW v AS SELECT shop.orders.id FROM shop.orders;
DELIMITER //
CREATE FUNCTION shop.f() RETURNS INT RETURN (SELECT SUM(shop.orders.a) FROM `shop`.`orders` JOIN hr.person) + 0 * NEXTVAL(shop.numbers)//
CREATE PROCEDURE p() BEGIN
  -- shop.orders in a comment stays
  SELECT 'shop.orders', "it's shop.", shop.f(), x.orders FROM shop.v JOIN (SELECT 1 AS orders) x;
  EXECUTE IMMEDIATE 'SELECT * FROM shop.orders';
  CALL shop.p();
END//
CREATE TRIGGER shop.tr AFTER DELETE ON shop.orders FOR EACH ROW INSERT INTO shop.orders SELECT id + 1, a FROM shop.orders shop WHERE shop.id = OLD.id//
DELIMITER ;
