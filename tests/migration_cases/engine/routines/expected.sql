SELECT plus(1, 2), text_of('x'), product(a + 1) FROM t
-- 3 x😀 6
