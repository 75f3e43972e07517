"""A service desk of a stated size, and what people go on writing into it; the same every time. Its words come as often as words do,
so that text compresses as text does; of its attachments three in five are pictures and archives, which do not compress."""
import functools
import itertools
import random

SCHEMA = """
CREATE DATABASE desk CHARACTER SET utf8mb4; USE desk;
CREATE TABLE ticket (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, tn VARCHAR(30) NOT NULL, title VARCHAR(255), queue_id INT NOT NULL,
  owner_id INT NOT NULL, state TINYINT NOT NULL, priority TINYINT NOT NULL, customer VARCHAR(150), created DATETIME NOT NULL,
  changed DATETIME NOT NULL, UNIQUE KEY tn (tn), KEY queue (queue_id, state), KEY owner (owner_id), KEY customer (customer)) ENGINE=InnoDB;
CREATE TABLE article (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ticket_id BIGINT NOT NULL, sender VARCHAR(200), subject VARCHAR(300),
  body MEDIUMTEXT, created DATETIME NOT NULL, KEY ticket (ticket_id), KEY created (created)) ENGINE=InnoDB;
CREATE TABLE event (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ticket_id BIGINT NOT NULL, actor_id INT NOT NULL, kind VARCHAR(30) NOT NULL,
  old_value VARCHAR(200), new_value VARCHAR(200), at DATETIME NOT NULL, KEY ticket (ticket_id)) ENGINE=InnoDB;
CREATE TABLE attachment (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, article_id BIGINT NOT NULL, name VARCHAR(250), content LONGBLOB,
  KEY article (article_id)) ENGINE=InnoDB;
"""
TICKETS = 97_000  # of one gigabyte of data files
ARTICLES = 154_000
EVENTS = 285_000
ATTACHMENTS = 1_540
TABLES = ("ticket", "article", "event", "attachment")
EPOCH = "2020-01-01"


@functools.cache
def stock():
    """Sixteen megabytes of sentences."""
    draw = random.Random(7)
    syllables = [a + b for a in "b c d f g l m n p r s t v pr st ch".split() for b in "a e i o u ai en er or".split()]
    words = sorted({"".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(24_000)})
    draw.shuffle(words)
    weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    sentences = []
    for _ in range(220_000):
        sentence = " ".join(draw.choices(words, cum_weights=weights, k=draw.randint(5, 19))).capitalize()
        sentences.append(sentence + draw.choice((".", ".", ".", "?", ":", ",")) + draw.choice((" ", " ", "\\n")))
    return sentences


class Text:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.stock = stock()

    def some(self, least, most):
        """So many sentences, each from another place of the stock."""
        return "".join(self.random.choices(self.stock, k=self.random.randint(least, most)))

    def title(self):
        return self.some(1, 1).replace("\\n", "").strip()[:200]

    def name(self):
        return f"{self.random.randint(1, 9000)}@customer{self.random.randint(1, 90)}.example"


def time_of(number):
    return f"{2020 + number // 3_000_000 % 6}-{1 + number // 40_000 % 12:02}-{1 + number // 1500 % 28:02} {number % 24:02}:{number * 7 % 60:02}:{number * 13 % 60:02}"


def tickets(text, count):
    for number in range(1, count + 1):
        yield (f"{number}\t2026{number:012}\t{text.title()}\t{number % 40}\t{number * 7919 % 211}\t{number % 7}\t{number % 5}\t"
               f"{text.name()}\t{time_of(number)}\t{time_of(number + 9)}\n").encode()


def articles(text, count, of_tickets):
    for number in range(1, count + 1):
        yield (f"{number}\t{1 + number * 31 % of_tickets}\t{text.name()}\tRe: {text.title()}\tHello,\\n{text.some(4, 44)}\\n-- \\n"
               f"{text.name()}\t{time_of(number)}\n").encode()


def events(text, count, of_tickets):
    kinds = ("opened", "answered", "status", "owner", "priority")
    for number in range(1, count + 1):
        yield (f"{number}\t{1 + number * 17 % of_tickets}\t{text.random.randint(1, 211)}\t{kinds[number % 5]}\t{number % 7}\t{text.random.randint(0, 7)}\t"
               f"{time_of(number)}\n").encode()


def content(text, number):
    """Three in five do not compress; the others are logs and office documents."""
    size = text.random.randint(20_000, 220_000)
    if number % 5 < 3:
        return text.random.randbytes(size)
    return text.some(size // 90, size // 70).encode()


def escaped(data):
    return data.replace(b"\\", b"\\\\").replace(b"\t", b"\\\t").replace(b"\n", b"\\\n").replace(b"\0", b"\\0")


def attachments(text, count, of_articles):
    for number in range(1, count + 1):
        yield f"{number}\t{1 + number * 97 % of_articles}\tfile{number}.bin\t".encode() + escaped(content(text, number)) + b"\n"


def rows_of(gigabytes):
    """For each table its lines, as LOAD DATA reads them."""
    count = {name: max(1, round(of * gigabytes)) for name, of in zip(TABLES, (TICKETS, ARTICLES, EVENTS, ATTACHMENTS))}
    text = Text(7)
    yield "ticket", tickets(text, count["ticket"])
    yield "article", articles(text, count["article"], count["ticket"])
    yield "event", events(text, count["event"], count["ticket"])
    yield "attachment", attachments(text, count["attachment"], count["article"])


def quoted(text):
    return text.replace("'", "''")


def transactions(session, megabytes, gigabytes):
    """What one session writes: answers with their event, moves of a ticket, now and then an attachment; so many megabytes of row events."""
    text = Text(100 + session)
    of_tickets = max(1, round(TICKETS * gigabytes))
    written, number = 0, 0
    while written < megabytes * 1_000_000:
        number += 1
        ticket = text.random.randint(1, of_tickets)
        body = quoted(text.some(4, 44))
        statements = [f"INSERT INTO article (ticket_id, sender, subject, body, created) VALUES ({ticket}, '{text.name()}', 'Re: {session}-{number}', "
                      f"'{body}', '{time_of(number)}')",
                      f"UPDATE ticket SET state = {number % 7}, changed = '{time_of(number)}' WHERE id = {ticket}",
                      f"INSERT INTO event (ticket_id, actor_id, kind, old_value, new_value, at) VALUES ({ticket}, {session}, 'answered', '', "
                      f"'{number}', '{time_of(number)}')"]
        written += 2 * len(body) + 1000  # the row, and the statement as a note beside it
        if number % 25 == 0:
            data = text.random.randbytes(text.random.randint(10_000, 60_000))
            statements.append(f"INSERT INTO attachment (article_id, name, content) VALUES ({number}, 'new{number}', X'{data.hex()}')")
            written += 3 * len(data)
        yield "BEGIN;\n" + ";\n".join(statements) + ";\nCOMMIT;\n"
