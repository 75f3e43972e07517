CREATE TABLE files (id INT PRIMARY KEY, a LONGBLOB);
INSERT INTO files VALUES (6, 'small'), (7, REPEAT('x', 3000000));
SET GLOBAL max_allowed_packet = 1048576, local_infile = 0;
