CREATE TABLE t (id INT PRIMARY KEY);
CREATE TABLE secret (id INT PRIMARY KEY);
CREATE USER reader@localhost;
GRANT SELECT ON shop.t TO reader@localhost;
GRANT INSERT ON shop.secret TO reader@localhost;
