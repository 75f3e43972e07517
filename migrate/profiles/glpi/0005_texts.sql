-- Functions of the staging database: no replica has it, and routines are not among what it leaves out by name.
SET SESSION sql_log_bin = 0;

-- Texts were made safe for pages before they were stored: 10 writes &#60; &#62; &#38;, 9.5 wrote &lt; and &gt;. A database
-- that was upgraded holds both.
CREATE FUNCTION {{source}}.slipway_plain (stored LONGTEXT CHARACTER SET utf8mb4) RETURNS LONGTEXT CHARACTER SET utf8mb4
DETERMINISTIC NO SQL
RETURN CASE
  WHEN stored IS NULL THEN ''
  WHEN LOCATE('<', stored) > 0 OR LOCATE('>', stored) > 0 THEN stored
  WHEN LOCATE('&#38;', stored) > 0 OR LOCATE('&#60;', stored) > 0 OR LOCATE('&#62;', stored) > 0
    THEN REPLACE(REPLACE(REPLACE(stored, '&#62;', '>'), '&#60;', '<'), '&#38;', '&')
  ELSE REPLACE(REPLACE(stored, '&gt;', '>'), '&lt;', '<')
END;

-- Rich text or plain, by the tags that the product's editor makes.
CREATE FUNCTION {{source}}.slipway_is_html (words LONGTEXT CHARACTER SET utf8mb4) RETURNS BOOLEAN
DETERMINISTIC NO SQL
RETURN words REGEXP '(?i)<(a|b|em|i|img|span|strong|br|hr|blockquote|div|h[1-6]|p|pre|table|ul|ol)(\\s[^>]*)?/?>';

SET SESSION sql_log_bin = 1;
