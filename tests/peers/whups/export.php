<?php
// The oracle: everything as Whups' own classes tell it, JSON lines (php export.php DIR).
require_once $argv[1] . '/horde/whups/lib/Application.php';
Horde_Registry::appInit('whups', array('cli' => true, 'user' => 'admin'));
$perms = $injector->getInstance('Horde_Perms');
$vfs = $injector->getInstance('Horde_Core_Factory_Vfs')->create();
$people = array();

// Debian's patch of Horde_Prefs_Identity for PHP 8 reads what is stored in a loop over the preferences it is given, which
// nobody can loop over but here.
class LoopedPreferences implements IteratorAggregate
{
    private $_prefs;
    public function __construct(Horde_Prefs $prefs) { $this->_prefs = $prefs; }
    public function getIterator(): Iterator { return new ArrayIterator(array($this->_prefs)); }
    public function __call($name, $arguments) { return $this->_prefs->$name(...$arguments); }
}

function line(array $record) { echo json_encode($record, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n"; }

// The name under which a person stands in the rows; told once.
function person($uid)
{
    global $people, $injector;
    $uid = (string)$uid;
    if (!isset($people[$uid])) {
        $known = Whups::getUserAttributes($uid);
        $guest = $uid < 0 || substr($uid, 0, 2) == '**';
        $language = '';
        if (!$guest) {
            $prefs = $injector->getInstance('Horde_Core_Factory_Prefs')->create('horde', array('cache' => false, 'user' => $uid));
            $language = (string)$prefs->getValue('language');
            if (@unserialize($prefs->getValue('identities'))) {
                $identity = new Horde_Core_Prefs_Identity(array('prefs' => new LoopedPreferences($prefs), 'user' => $uid));
                $known = array('name' => $identity->getName(), 'email' => $identity->getDefaultFromAddress());
            }
        }
        $email = $known['email'] instanceof Horde_Mail_Rfc822_Address ? $known['email']->bare_address : (string)$known['email'];
        $people[$uid] = array('kind' => 'person', 'uid' => $uid, 'guest' => $guest, 'name' => (string)$known['name'], 'email' => $email, 'language' => $language);
    }
    return $uid;
}

function file_of($ticket, $name)
{
    global $vfs;
    if (!Whups::getAttachments($ticket, $name)) return array('name' => $name, 'sha256' => null);
    $bytes = $vfs->read(Whups::VFS_ATTACH_PATH . '/' . $ticket, $name);
    return array('name' => $name, 'size' => strlen($bytes), 'sha256' => hash('sha256', $bytes), 'type' => Horde_Mime_Magic::filenameToMime($name, false));
}

$ids = $injector->getInstance('Horde_Core_Factory_Db')->create('whups', 'tickets')->selectValues('SELECT ticket_id FROM whups_tickets ORDER BY ticket_id');
foreach ($ids as $id) {
    $details = $whups_driver->getTicketDetails($id, false);
    $messages = array();
    $changes = 0;
    // A transaction that set an attribute only is told without changes.
    $history = array_filter($whups_driver->getHistory($id), function ($transaction) { return isset($transaction['changes']); });
    // The last change of a name says whether its file is still there, and in which transaction it came.
    $came = array();
    foreach ($history as $number => $transaction) {
        foreach ($transaction['changes'] as $change) {
            if ($change['type'] == 'attachment') $came[$change['value']] = $number;
            if ($change['type'] == 'delete-attachment') unset($came[$change['value']]);
        }
    }
    foreach ($history as $number => $transaction) {
        $changes += count($transaction['changes']);
        $comment = null;
        foreach ($transaction['changes'] as $change) {
            if ($change['type'] == 'comment') $comment = $change;
        }
        $messages[] = array('key' => $comment ? (int)$comment['value'] : null, 'author' => person($transaction['user_id']), 'time' => (int)$transaction['timestamp'],
                            'private' => $comment && $perms->exists('whups:comments:' . $comment['value']), 'text' => $comment ? (string)$comment['comment'] : null,
                            'files' => array_map(function ($name) use ($id) { return file_of($id, $name); }, array_map('strval', array_keys($came, $number, true))));
    }
    $owners = $whups_driver->getOwners($id);
    $listeners = array_keys($whups_driver->getListeners($id, true, true, false), 'listener', true);
    line(array(
        'kind' => 'ticket', 'id' => (int)$id, 'subject' => $details['summary'], 'state' => $details['state_name'], 'category' => $details['state_category'],
        'type' => $details['type_name'], 'priority' => $details['priority_name'], 'queue' => $details['queue_name'], 'queue_id' => (int)$details['queue'],
        'version' => $details['version_name'], 'requester' => person($details['user_id_requester']), 'created' => (int)$details['timestamp'], 'updated' => (int)$details['date_updated'],
        'owners' => array_map(function ($owner) { return substr($owner, 0, 5) == 'user:' ? person(substr($owner, 5)) : $owner; }, $owners ? array_values(reset($owners)) : array()),
        'listeners' => array_map('person', $listeners), 'fields' => $whups_driver->getTicketAttributesWithNames($id), 'changes' => $changes, 'transactions' => $messages));
}
foreach ($whups_driver->getQueues() as $queue => $name) {
    foreach ($whups_driver->getQueueUsers($queue) as $user) $staff[person($user)] = true;
}
foreach ($people as $one) line($one);
