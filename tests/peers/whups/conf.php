<?php
// Horde's configuration of a peer in a directory of its own: everything in one database, files below its vfs, no mail, no log.
$directory = getenv('HORDE_DIRECTORY');
$conf['use_ssl'] = 0;
$conf['server'] = array('name' => 'localhost', 'port' => 80);
$conf['cookie'] = array('domain' => '', 'path' => '/');
$conf['testdisable'] = true;
$conf['debug_level'] = E_ALL & ~E_NOTICE & ~E_DEPRECATED & ~E_STRICT;
$conf['umask'] = 077;
$conf['compress_pages'] = false;
$conf['max_exec_time'] = 0;
$conf['tmpdir'] = $directory . '/tmp';
$conf['session'] = array('name' => 'Horde', 'cache_limiter' => 'nocache', 'max_time' => 0, 'timeout' => 0);
$conf['sql'] = array('phptype' => 'mysqli', 'username' => 'root', 'password' => '', 'protocol' => 'unix', 'socket' => $directory . '/s',
                     'database' => 'horde', 'charset' => 'utf-8', 'splitread' => false);
$conf['auth'] = array('admins' => array('admin'), 'driver' => 'sql',
                      'params' => array('driverconfig' => 'horde', 'table' => 'horde_users', 'encryption' => 'ssha', 'show_encryption' => false,
                                        'username_field' => 'user_uid', 'password_field' => 'user_pass'));
foreach (array('prefs' => 'Sql', 'group' => 'Sql', 'perms' => 'Sql', 'share' => 'Sqlng') as $part => $driver) {
    $conf[$part] = array('driver' => $driver, 'params' => array('driverconfig' => 'horde'));
}
$conf['vfs'] = array('type' => 'File', 'params' => array('vfsroot' => $directory . '/vfs'));
$conf['cache'] = array('driver' => 'Null');
$conf['portal']['fixed_blocks'] = array();
$conf['imsp']['enabled'] = false;
$conf['kolab']['enabled'] = false;
$conf['log']['enabled'] = false;
$conf['mailer'] = array('type' => 'null', 'params' => array());

// Before its database has tables.
if (getenv('HORDE_SETUP')) {
    $conf['auth'] = array('admins' => array('admin'), 'driver' => 'auto', 'params' => array('username' => 'admin'));
    $conf['prefs'] = $conf['perms'] = array('driver' => 'Null');
    $conf['group'] = array('driver' => 'Mock');
}

// This Horde is older than PHP 8, since which mysqli throws exceptions of its own where Horde waits for false.
mysqli_report(MYSQLI_REPORT_OFF);
