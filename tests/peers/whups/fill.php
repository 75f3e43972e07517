<?php
// What a Whups looks like after some years, made by its own classes as its web pages use them (php fill.php DIR). The same
// content every time, but for the times.
require_once $argv[1] . '/horde/whups/lib/Application.php';
Horde_Registry::appInit('whups', array('cli' => true, 'user' => 'admin'));
mt_srand(20261129);
function chance($part) { return mt_rand(0, 999) < $part * 1000; }
function pick(array $list) { return $list[mt_rand(0, count($list) - 1)]; }

const TEXTS = array(
    'Der Drucker im 3. Stock druckt nur noch größere Schriften – bitte prüfen.', "Étapes :\n 1. démarrer\n 2. cliquer sur « Ouvrir »",
    'プリンタが動きません。ログを添付します。', 'Не открывается почта после обновления', 'الطابعة لا تعمل منذ الصباح', '印表機壞了 🖨️ 😀',
    "A line\r\nwith CRLF\r\n\r\n> quoted\r\n", "Tabs\there, a backslash \\ and quotes ' \" `", 'Ünïcödé ÃŸ Ã© — already right',
    '<script>alert(1)</script> &amp; <b>bold</b>', 'ελληνικά κείμενα', 'trailing spaces   ', 'Résumé: naïve façade', '%s %d {{source}} ?');

// People. Their names and addresses are Horde's identities; one has none, one has several and not the first as default.
$auth = $injector->getInstance('Horde_Core_Factory_Auth')->create();
function person($login, array $identities, $language = null, $default = 0)
{
    global $auth, $injector;
    $auth->addUser($login, array('password' => 'password of ' . $login));
    $prefs = $injector->getInstance('Horde_Core_Factory_Prefs')->create('horde', array('cache' => false, 'user' => $login));
    if ($language) {
        $prefs->setValue('language', $language);
        $prefs->store();
    }
    if (!$identities) {
        return $login;
    }
    $identity = $injector->getInstance('Horde_Core_Factory_Identity')->create($login);
    foreach ($identities as $place => $one) {
        if ($place > 0) {
            $identity->add(array('id' => 'Identity ' . $place));
        }
        $identity->setValue('fullname', $one[0], $place);
        $identity->setValue('from_addr', $one[1], $place);
    }
    $identity->setDefault($default);
    $identity->save();
    return $login;
}
$staff = array(
    person('admin', array(array('Administrator of the desk', 'admin@example.org'))), person('anna', array(array('Anna Müller', 'anna@example.org'))),
    person('jose', array(array("José \"Pepe\"; O'Neil", 'jose@example.org')), 'fr_FR'), person('yuki', array(array('田中 雪', 'yuki@example.org')), 'ja_JP'),
    person('olga', array(array('Private', 'olga@home.example.org'), array('Ольга Иванова', 'olga@example.org')), 'ru_RU', 1), person('bare', array()));
$customers = array();
for ($n = 1; $n <= 20; ++$n) {
    $customers[] = person('customer' . $n . ($n % 5 ? '' : '@customers.example.org'), array(array('Customer Nº ' . $n, "customer$n@customers.example.org")), $n % 3 ? null : 'fr_CA');
}
$guests = array('guest@example.net', 'Gäste Haus <gast@example.net>', '"Doe, John" <john.doe@example.net>', 'GUEST@example.net', 'Лев <lev@example.net>');
$groups = $injector->getInstance('Horde_Group');
$second = $groups->create('Second line', 'second@example.org');
$team = $groups->create('Équipe', '');

// Queues, types, states, priorities, versions, attributes.
$types = $states = $priorities = $attributes = array();
foreach (array('Bug' => array('unconfirmed' => 'Unbestätigt', 'new' => 'New', 'assigned' => 'Assigned', 'resolved' => 'Résolu'),
               'Demande' => array('unconfirmed' => 'Reçue', 'new' => 'Ouverte', 'assigned' => 'En cours', 'resolved' => 'Close')) as $name => $named) {
    $type = $types[] = $whups_driver->addType($name, "all of $name");
    foreach ($named as $category => $label) {
        $states[$type][] = $whups_driver->addState($type, $label, "a state of $name", $category);
    }
    // Two states of one category.
    $states[$type][] = $whups_driver->addState($type, 'Feedback', 'waits', 'assigned');
    $whups_driver->setDefaultState($type, $states[$type][1]);
    foreach (array('1. Low', '2. Medium', '3. High', 'Irgendwann') as $label) {
        $priorities[$type][] = $whups_driver->addPriority($type, $label, "priority $label");
    }
    $whups_driver->setDefaultPriority($type, $priorities[$type][1]);
    $whups_driver->addReply($type, 'Standard', 'We look into it.');
    foreach (array(array('Serial', 'text'), array('Sites', 'multienum'), array("Besteller $name", 'text')) as $one) {
        $params = $one[1] == 'multienum' ? array('values' => array('Paris' => 'Paris', 'Zürich' => 'Zürich', '東京' => '東京')) : array();
        $attributes[$type][$one[0]] = $whups_driver->addAttributeDesc($type, $one[0], 'an attribute', $one[1], $params, '');
    }
}
$queues = $versions = array();
foreach (array('Hardware', 'Email & Kalender', 'ネットワーク', 'hardware') as $place => $name) {
    $queue = $queues[] = $whups_driver->addQueue($name, "$name: everything", 'queue' . $place, $place ? '' : 'hardware@example.org');
    $whups_driver->updateQueue($queue, $name, "$name: everything", $types, $place < 2, 'queue' . $place, $place ? '' : 'hardware@example.org', $types[0]);
    $versions[$queue] = $place < 2 ? array($whups_driver->addVersion($queue, '1.0 α', 'the first', true), $whups_driver->addVersion($queue, '2.0', '', false)) : array(null);
    foreach (array_slice($staff, 1, 3) as $user) {
        $whups_driver->addQueueUser($queue, $user);
    }
}

function file_of($bytes)
{
    $path = tempnam(sys_get_temp_dir(), 'file');
    file_put_contents($path, $bytes);
    return $path;
}
function some_file()
{
    $files = array(
        'empty.txt' => '', 'bild ü.png' => str_repeat("PNG\x00\x01\xff", 400), 'ログ.txt' => "plain text file äöü\n", "o'clock; report.pdf" => str_repeat("%PDF-1.4\n", 20000),
        'blob' => str_repeat(implode('', array_map('chr', range(0, 255))), 5000), 'forwarded.eml' => "From: a@example.org\r\nSubject: a mail\r\n\r\nbody\r\n");
    $name = pick(array_keys($files));
    return array('name' => $name, 'tmp_name' => file_of(chance(0.5) ? $files[$name] : $files[$name] . mt_rand()));
}
function some_attributes($type)
{
    global $attributes;
    $values = array();
    if (chance(0.6)) $values[$attributes[$type]['Serial']] = pick(array('A-17', 'Ä-€-99', '0', '00123', 'true', '"quoted"', '[no list'));
    return $values;
}

$tickets = array();
for ($n = 1; $n <= 150; ++$n) {
    $queue = $queues[$n % 4];
    $type = $types[$n % 3 == 0 ? 1 : 0];
    $info = array('queue' => $queue, 'type' => $type, 'state' => $states[$type][$n % 9 ? 1 : 0], 'priority' => pick($priorities[$type]), 'version' => pick($versions[$queue]),
                  'summary' => $n == 77 ? '' : mb_substr(preg_replace('/\s+/', ' ', "$n: " . pick(TEXTS)), 0, 250), 'comment' => $n % 19 == 0 ? '' : ($n == 50 ? str_repeat('Ü', 30000) : pick(TEXTS)),
                  'attributes' => some_attributes($type));
    if (chance(0.2)) $info['due'] = 1798761600;
    if (chance(0.5)) $info['owners'] = array('user:' . pick(array_slice($staff, 1)));
    if ($n % 23 == 0) $info['owners'] = array('user:yuki', 'user:anna');
    if ($n % 29 == 0) $info['group_owners'] = array('group:' . $team);
    if ($n % 5 == 0) $info['attachments'] = array(some_file(), some_file());
    if ($n % 31 == 0) $info['group'] = $second;
    $requester = pick($customers);
    if ($n % 6 == 0) {
        $info['user_email'] = pick($guests);
        $requester = '';
    }
    $tickets[] = Whups_Ticket::newTicket($info, $requester)->getId();
}

foreach ($tickets as $n => $id) {
    $requester = Whups_Ticket::makeTicket($id)->get('user_id_requester');
    for ($times = mt_rand(0, 4); $times > 0; --$times) {
        $ticket = Whups_Ticket::makeTicket($id);
        $type = $ticket->get('type');
        $worker = pick(array_slice($staff, 1));
        if (chance(0.75)) $ticket->change('comment', pick(TEXTS));
        if (chance(0.25)) $ticket->change('comment-perms', $second);
        if (chance(0.4)) $ticket->change('state', pick($states[$type]));
        if (chance(0.2)) $ticket->change('priority', pick($priorities[$type]));
        if (chance(0.2)) $ticket->change('owners', chance(0.3) ? array('user:anna', 'group:' . $team) : array('user:' . pick(array_slice($staff, 1))));
        if (chance(0.1)) $ticket->change('queue', pick($queues));
        if (chance(0.1)) $ticket->change('summary', mb_substr($ticket->get('summary') . ' (geändert)', 0, 255));
        if (chance(0.2)) $ticket->change('attachment', some_file());
        if (chance(0.15)) $ticket->change('attribute_' . $attributes[$type]['Serial'], 'B-2');
        $ticket->commit($worker, null, false);
    }
    // The requester answers; a guest by address only.
    if ($n % 3 == 0) {
        $ticket = Whups_Ticket::makeTicket($id);
        $ticket->change('comment', 'Answer: ' . pick(TEXTS));
        if ($requester < 0 || $n % 21 == 0) $ticket->change('comment-email', pick($guests));
        $ticket->commit($requester < 0 || $n % 21 == 0 ? false : $requester, null, false);
    }
    if (chance(0.4)) $whups_driver->addListener($id, pick($customers));
    if ($n % 17 == 0) $whups_driver->addListener($id, '**listener@example.net');
    // After the mails: Whups cannot write one with several values of an attribute under PHP 8.
    if (chance(0.5)) {
        $ticket = Whups_Ticket::makeTicket($id);
        $sites = pick(array(array('Paris'), array('Paris', 'Zürich'), array('東京', 'Paris')));
        $whups_driver->setAttributes(array('attribute_' . $attributes[$ticket->get('type')]['Sites'] => $sites), $ticket);
    }
}

// A file that is attached twice under one name (Whups renames it), one deleted again, one deleted and attached anew, and one
// whose bytes have been lost on the server's disk, as they are now and then.
function attach($id, $name, $bytes, $comment = '')
{
    $ticket = Whups_Ticket::makeTicket($id);
    if ($comment) $ticket->change('comment', $comment);
    $ticket->change('attachment', array('name' => $name, 'tmp_name' => file_of($bytes)));
    $ticket->commit('anna', null, false);
}
function detach($id, $name)
{
    $ticket = Whups_Ticket::makeTicket($id);
    $ticket->change('delete-attachment', $name);
    $ticket->commit('jose', null, false);
}
attach($tickets[10], 'same.txt', 'the first');
attach($tickets[10], 'same.txt', 'the second', 'once more');
attach($tickets[11], 'gone.txt', 'not to be seen again');
detach($tickets[11], 'gone.txt');
attach($tickets[12], 'anew.txt', 'before');
detach($tickets[12], 'anew.txt');
attach($tickets[12], 'anew.txt', 'after', 'now the right one');
attach($tickets[70], 'lost.bin', 'lost', 'with a file that will be lost');
unlink($argv[1] . '/vfs/' . Whups::VFS_ATTACH_PATH . '/' . $tickets[70] . '/lost.bin');

// A type that was changed, and tickets that were deleted: their numbers stay free.
$ticket = Whups_Ticket::makeTicket($tickets[20]);
$ticket->change('type', $ticket->get('type') == $types[0] ? $types[1] : $types[0]);
$ticket->commit('anna', null, false);
foreach (array(30, 149) as $n) {
    Whups_Ticket::makeTicket($tickets[$n])->delete();
}

// Nobody can wait years: tickets and what was said in them is moved into the past, past changes of the clocks too.
$db = $injector->getInstance('Horde_Core_Factory_Db')->create('whups', 'tickets');
foreach (array_slice($tickets, 0, 60) as $n => $id) {
    $back = 100000000 + $n * 86400 * 7;
    $db->update('UPDATE whups_tickets SET ticket_timestamp = ticket_timestamp - ?, date_updated = date_updated - ? WHERE ticket_id = ?', array($back, $back, $id));
    $db->update('UPDATE whups_comments SET comment_timestamp = comment_timestamp - ? WHERE ticket_id = ?', array($back, $id));
    $db->update('UPDATE whups_transactions SET transaction_timestamp = transaction_timestamp - ? WHERE transaction_id IN (SELECT transaction_id FROM whups_logs WHERE ticket_id = ?)', array($back, $id));
}
foreach (array('whups_tickets' => 'tickets', 'whups_comments' => 'comments', 'whups_logs' => 'changes', 'whups_guests' => 'guests') as $table => $what) {
    echo $db->selectValue("SELECT COUNT(*) FROM $table"), " $what  ";
}
echo count($staff) + count($customers), " users\n";
