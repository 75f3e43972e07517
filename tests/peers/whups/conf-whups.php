<?php
$conf['tickets'] = array('driver' => 'Sql', 'params' => array('driverconfig' => 'horde'));
$conf['guests']['captcha'] = false;
$conf['mail'] = array('from_addr' => 'desk@example.org', 'reply' => false, 'commenthistory' => 'new', 'link_attach' => true, 'incl_resp' => false);
$conf['prefs'] = array('autolink_terms' => 'bug|ticket|issue', 'assign_all_groups' => true);
