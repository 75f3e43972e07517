CREATE TABLE files (nr INT, a LONGBLOB, b TEXT);
INSERT INTO files VALUES (1, 'small', NULL), (2, REPEAT(X'5C090A00', 750000), 'tab\tline\nend'), (NULL, NULL, NULL), (2, REPEAT('y', 800000), 'fits');
SET GLOBAL max_allowed_packet = 1048576, local_infile = 1;
