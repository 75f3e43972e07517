-- Trailing spaces and case: what a collation calls equal is not the same bytes.
CREATE TABLE t (id INT PRIMARY KEY, ci VARCHAR(20) COLLATE utf8mb4_general_ci, bn VARCHAR(20) COLLATE utf8mb4_bin, np VARCHAR(20) COLLATE utf8mb4_nopad_bin, tr VARCHAR(20) COLLATE utf8mb4_turkish_ci,
  ch CHAR(5), un VARCHAR(20) COLLATE utf8mb4_uca1400_ai_ci, UNIQUE KEY (np), KEY (tr));
INSERT INTO t VALUES (1, 'a', 'a', 'a', 'ı', 'a', 'é'), (2, 'A ', 'a ', 'a ', 'I', 'a  ', 'E'), (3, '', '', '', '', '', ''), (4, NULL, NULL, NULL, NULL, NULL, NULL);
