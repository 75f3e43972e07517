-- 200,000 requests with two messages each, spread over statuses, severities, people and time as the peer's tickets are.
SET SESSION unique_checks = 0, foreign_key_checks = 0;
SET @people = (SELECT MAX(person_id) FROM person), @last = (SELECT COALESCE(MAX(message_id), 0) FROM message);

INSERT INTO team (team_id, name) SELECT seq, CONCAT('Team ', seq) FROM seq_1_to_3;
INSERT INTO person (person_id, display_name, email, login, role)
  SELECT @people + seq, CONCAT(ELT(1 + seq MOD 4, 'Ana', 'Jürgen', 'Ольга', '王'), ' ', seq), CONCAT('person.', seq, '@customer.example'),
         IF(seq <= 4, CONCAT('agent', seq), NULL), IF(seq <= 4, 'agent', 'requester')
  FROM seq_1_to_154;

INSERT INTO request (number, subject, status, severity, requester_id, assignee_id, team_id, close_reason, created_at, updated_at, search_text)
  SELECT seq,
         CONCAT_WS(' ', ELT(1 + seq MOD 14, 'printer', 'network', 'login', 'screen', 'account', 'réseau', 'écran', 'сервер', 'пароль', '打印机',
                            'mail', 'update', 'disk', 'phone'),
                   ELT(1 + seq DIV 14 MOD 5, 'slow', 'broken', 'lost', 'new', 'moved'), 'in office', seq MOD 997, seq DIV 400),
         ELT(1 + (seq * 31 + seq DIV 400) MOD 10, 'new', 'open', 'open', 'suspended', 'resolved', 'resolved', 'resolved', 'resolved', 'resolved',
             'closed'),
         1 + (seq * 7 + seq DIV 400) MOD 4, @people + 5 + seq MOD 150, IF(seq MOD 6 < 2, NULL, @people + 1 + seq MOD 4), 1 + seq MOD 3,
         IF((seq * 31 + seq DIV 400) MOD 10 = 9, 'done', NULL),
         UTC_TIMESTAMP(6) - INTERVAL 50000000 + (seq * 7919) MOD 50000000 SECOND,
         UTC_TIMESTAMP(6) - INTERVAL (seq * 104729) MOD 50000000 SECOND,
         CONCAT('the ', ELT(1 + seq MOD 5, 'printer', 'server', 'door', 'phone', 'disk'), ' of room ', seq MOD 997, ' does not answer')
  FROM seq_1_to_200000;

INSERT INTO message (message_id, number, author_id, body, written_at)
  SELECT @last + r.number * 2 + turn.seq - 1, r.number, IF(turn.seq = 0, r.requester_id, @people + 1 + r.number MOD 4),
         IF(turn.seq = 0, r.search_text, CONCAT('answer: please restart it, then call ', r.number MOD 10000)),
         r.created_at + INTERVAL turn.seq HOUR
  FROM request r JOIN seq_0_to_1 turn;

ANALYZE TABLE request, message, person, team;
