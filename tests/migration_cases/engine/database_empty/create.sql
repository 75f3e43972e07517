-- Nothing at all.
SELECT 1;
