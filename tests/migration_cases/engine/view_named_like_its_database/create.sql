-- In `shop`.`id` shop is a table here; in a view that reads a second database it is both.
CREATE DATABASE hr;
CREATE TABLE hr.person (id INT PRIMARY KEY, name VARCHAR(20));
INSERT INTO hr.person VALUES (1, 'Ann');
CREATE TABLE shop (id INT PRIMARY KEY, a INT);
INSERT INTO shop VALUES (1, 5);
CREATE FUNCTION f(n INT) RETURNS INT DETERMINISTIC RETURN n + 1;
CREATE VIEW inside AS SELECT shop.id, shop.f(shop.a) AS b FROM shop WHERE shop.a IN (SELECT a FROM shop.shop);
CREATE VIEW across AS SELECT shop.id, p.name, x.a, f(x.a) AS g FROM shop.shop JOIN hr.person p ON p.id = shop.id JOIN shop x ON x.id = shop.id;
