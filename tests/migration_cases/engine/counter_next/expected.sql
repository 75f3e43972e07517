SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1
-- emptied 12345
-- gap 501
-- secondary 4
