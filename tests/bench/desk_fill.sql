-- Fills an account's database with @tickets requests (200,000 unless set before), two messages and three events each, by sets:
--   mariadb --socket=… DATABASE < tests/bench/desk_fill.sql
-- The same numbers give the same rows, but for the time: the newest request was opened now. Twenty agents
-- (bench.agent.1 …) and a thousand requesters, none with a password. For benches and trials only.
SET @tickets = COALESCE(@tickets, 200000), @now = UTC_TIMESTAMP(6);
SET SESSION group_concat_max_len = 100000, foreign_key_checks = 0, unique_checks = 0;

-- One build of the index over all rows instead of one insertion each.
ALTER TABLE request DROP KEY request_search;

CREATE TEMPORARY TABLE word (id INT PRIMARY KEY, text VARCHAR(40)) DEFAULT CHARSET=utf8mb4 AS
  SELECT seq AS id, ELT(1 + MOD(seq, 16), 'printer', 'network', 'login', 'screen', 'account', 'réseau', 'écran', 'сервер',
                        'пароль', '打印机', 'mail', 'update', 'disk', 'phone', 'door', CONCAT('word', seq)) AS text
  FROM seq_0_to_799;
CREATE TEMPORARY TABLE text_pool (id INT PRIMARY KEY, subject VARCHAR(500), body TEXT) DEFAULT CHARSET=utf8mb4 AS
  SELECT s.seq AS id,
         (SELECT GROUP_CONCAT(w.text ORDER BY n.seq SEPARATOR ' ') FROM seq_1_to_6 n
            JOIN word w ON w.id = MOD(s.seq * 37 + n.seq * n.seq * 101, 800)) AS subject,
         (SELECT GROUP_CONCAT(w.text ORDER BY n.seq SEPARATOR ' ') FROM seq_1_to_40 n
            JOIN word w ON w.id = MOD(s.seq * 53 + n.seq * n.seq * 131, 800)) AS body
  FROM seq_0_to_1999 s;

SET @first_agent = (SELECT COALESCE(MAX(person_id), 0) + 1 FROM person);
SET @first_requester = @first_agent + 20;
INSERT INTO person (person_id, display_name, email, login, role)
  SELECT @first_agent + seq - 1, CONCAT('Agent ', seq), CONCAT('bench.agent.', seq, '@example.org'),
         CONCAT('bench.agent.', seq), 'agent' FROM seq_1_to_20;
INSERT INTO person (person_id, display_name, email)
  SELECT @first_requester + seq - 1, CONCAT('Requester ', seq), CONCAT('person.', seq, '@customer.example')
  FROM seq_1_to_1000;

-- Each request: an age, a draw of 0 to 999 for its status, one for its severity, another for its people.
SET @base = (SELECT COALESCE(MAX(number), 0) FROM request);
INSERT INTO request (number, subject, status, severity, requester_id, assignee_id, solution, close_reason, created_at,
                     updated_at, search_text)
  SELECT @base + n, CONCAT(p.subject, ' ', n), status, severity, @first_requester + MOD(n * 7919, 1000),
         IF(status = 'new', NULL, @first_agent + MOD(n * 104729, 20)),
         IF(status IN ('resolved', 'closed'), 'fix', NULL), IF(status = 'closed', 'solution accepted', NULL), created_at,
         LEAST(@now, created_at + INTERVAL MOD(n * 6007, 1728000) SECOND), p.body
  FROM (SELECT seq AS n, @now - INTERVAL (@tickets - seq) * 400 SECOND AS created_at,
               1 + (MOD(seq * 31, 100) >= 5) + (MOD(seq * 31, 100) >= 25) + (MOD(seq * 31, 100) >= 85) AS severity,
               CASE WHEN MOD(seq * 613, 1000) < 800 THEN 'closed' WHEN MOD(seq * 613, 1000) < 880 THEN 'resolved'
                    WHEN MOD(seq * 613, 1000) < 930 THEN 'open' WHEN MOD(seq * 613, 1000) < 960 THEN 'in_progress'
                    WHEN MOD(seq * 613, 1000) < 980 THEN 'suspended' ELSE 'new' END AS status
        FROM seq_1_to_10000000 WHERE seq <= @tickets) t
  JOIN text_pool p ON p.id = MOD(n, 2000);
ALTER TABLE request ADD FULLTEXT KEY request_search (subject, search_text);

INSERT INTO message (number, author_id, body, written_at)
  SELECT r.number, IF(turn.seq = 1, r.requester_id, COALESCE(r.assignee_id, @first_agent)), p.body,
         IF(turn.seq = 1, r.created_at, r.updated_at)
  FROM request r JOIN seq_1_to_2 turn JOIN text_pool p ON p.id = MOD(r.number - @base + turn.seq - 1, 2000)
  WHERE r.number > @base ORDER BY r.number, turn.seq;

INSERT INTO request_event (number, happened_at, actor_id, kind, old_value, new_value)
  SELECT r.number, IF(turn.seq = 1, r.created_at, r.updated_at), IF(turn.seq = 1, r.requester_id, r.assignee_id),
         ELT(turn.seq, 'opened', 'answered', 'status'), IF(turn.seq = 3, 'new', NULL), ELT(turn.seq, 'new', NULL, r.status)
  FROM request r JOIN seq_1_to_3 turn WHERE r.number > @base AND (turn.seq < 3 OR r.status <> 'new')
  ORDER BY r.number, turn.seq;

ANALYZE TABLE request, message, request_event;
