CREATE TABLE t (word VARCHAR(100) NOT NULL COMMENT 'é', note TEXT, PRIMARY KEY (word)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='größe';
INSERT INTO t VALUES ('😀👩‍👩‍👧', 'family'), ('naïve', 'é = é?'), ('日本', REPEAT('語', 3000));
