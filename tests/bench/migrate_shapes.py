"""Databases of a stated size and shape, made by the server itself from its sequence engine; the same every time."""

TICKETS = """
CREATE TABLE ticket (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, tn VARCHAR(30) NOT NULL, title VARCHAR(255), queue_id INT NOT NULL,
  owner_id INT NOT NULL, state TINYINT NOT NULL, priority TINYINT NOT NULL, customer VARCHAR(150), created DATETIME NOT NULL,
  changed DATETIME NOT NULL, age INT AS (DATEDIFF(changed, created)) VIRTUAL, UNIQUE KEY tn (tn), KEY queue (queue_id, state),
  KEY owner (owner_id), KEY customer (customer), KEY created (created)) ENGINE=InnoDB;
INSERT INTO ticket (tn, title, queue_id, owner_id, state, priority, customer, created, changed)
  SELECT CONCAT('2026', LPAD(seq, 12, '0')), CONCAT('Printer ', MD5(seq), ' does not answer'), seq % 40, seq % 211, seq % 7, seq % 5,
  CONCAT('customer', seq % 9000, '@example.net'), '2020-01-01' + INTERVAL seq MINUTE, '2020-01-02' + INTERVAL seq * 2 MINUTE
  FROM seq_1_to_{tickets};
"""

ARTICLES = """
CREATE TABLE article (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ticket_id BIGINT NOT NULL, sender VARCHAR(200), subject VARCHAR(300),
  body MEDIUMTEXT, created DATETIME NOT NULL, score DOUBLE, KEY ticket (ticket_id), KEY created (created){reference}) ENGINE=InnoDB;
INSERT INTO article (ticket_id, sender, subject, body, created, score)
  SELECT 1 + seq % {tickets}, CONCAT('agent', seq % 300, '@example.net'), CONCAT('Re: ', MD5(seq)),
  REPEAT(CONCAT(MD5(seq), ' it''s a line of text\\r\\n'), 5 + seq % 22), '2020-01-01' + INTERVAL seq MINUTE, RAND() FROM seq_1_to_{articles};
"""

FILES = """
CREATE TABLE file (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, article_id BIGINT NOT NULL, name VARCHAR(250), content LONGBLOB,
  KEY article (article_id)) ENGINE=InnoDB;
INSERT INTO file (article_id, name, content)
  SELECT seq * 3, CONCAT('file', seq, '.bin'), REPEAT(UNHEX(CONCAT(SHA2(seq, 512), SHA2(-seq, 512))), {repeat} + seq % {repeat}) FROM seq_1_to_{files};
"""

REFERENCE = ", CONSTRAINT article_ticket FOREIGN KEY (ticket_id) REFERENCES ticket (id)"


def wide(rows):
    """Forty columns of the kinds that desks have."""
    kinds = [("n{0} INT NOT NULL", "seq * {0} % 99991"), ("t{0} VARCHAR(60)", "CONCAT('value {0} of ', seq)"),
             ("d{0} DATETIME", "'2021-03-04' + INTERVAL seq * {0} SECOND"), ("m{0} DECIMAL(12,2)", "seq * {0} / 100")]
    columns, values = [], []
    for number in range(1, 41):
        column, value = kinds[number % 4]
        columns.append(column.format(number))
        values.append(value.format(number))
    return (f"CREATE TABLE wide (id BIGINT NOT NULL PRIMARY KEY, {', '.join(columns)}, KEY n4 (n4), KEY d2 (d2)) ENGINE=InnoDB;\n"
            f"INSERT INTO wide SELECT seq, {', '.join(values)} FROM seq_1_to_{rows};\n")


def narrow(rows):
    return ("CREATE TABLE narrow (id BIGINT NOT NULL PRIMARY KEY, object INT NOT NULL, kind TINYINT NOT NULL, at DATETIME NOT NULL, "
            "KEY object (object)) ENGINE=InnoDB;\n"
            f"INSERT INTO narrow SELECT seq, seq * 7919 % 1000003, seq % 9, '2020-01-01' + INTERVAL seq SECOND FROM seq_1_to_{rows};\n")


def script(shape, gigabytes):
    """The SQL that fills an empty database; sizes are those of the clustered indexes."""
    def scaled(count):
        return max(1, round(count * gigabytes))
    tickets, articles = scaled(400_000), scaled(600_000)
    desk = (TICKETS.format(tickets=tickets) + ARTICLES.format(tickets=tickets, articles=articles, reference=REFERENCE) +
            FILES.format(files=scaled(8_000), repeat=150))
    shapes = {
        "desk": lambda: desk,
        "wide": lambda: wide(scaled(1_450_000)),
        "narrow": lambda: narrow(scaled(17_000_000)),
        "blobs": lambda: FILES.format(files=scaled(5_200), repeat=1000),
        "huge": lambda: ARTICLES.format(tickets=tickets, articles=scaled(1_000_000), reference=""),
    }
    return "SET rand_seed1 = 7, rand_seed2 = 11;\n" + shapes[shape]()


SHAPES = ("desk", "wide", "narrow", "blobs", "huge")
