# Request Tracker in a private directory: $SLIPWAY_RT_DIR, set by the script `rt`. No mail leaves, nothing listens
# but what that script starts on loopback.
use utf8;
use lib "$ENV{SLIPWAY_RT_DIR}/etc/lib";

my $dir = $ENV{SLIPWAY_RT_DIR};
$RT::VarPath         = "$dir/var";
$RT::MasonDataDir    = "$dir/var/mason";
$RT::MasonSessionDir = "$dir/var/session";

Set($rtname, 'example.org');
Set($Organization, 'example.org');
Set($WebDomain, '127.0.0.1');
Set($WebPort, $ENV{SLIPWAY_RT_PORT} || 8080);
Set($Timezone, 'Europe/Paris');    # the database is UTC whatever this says
Set($CorrespondAddress, 'desk@example.org');
Set($CommentAddress, 'desk-comment@example.org');
Set($OwnerEmail, 'root@example.org');

Set($DatabaseType, 'mysql');
Set($DatabaseHost, '');
Set($DatabaseRTHost, 'localhost');
Set($DatabaseName, 'rt5');
Set($DatabaseUser, 'rt');
Set($DatabasePassword, 'rt');
Set($DatabaseAdmin, 'root');
Set(%DatabaseExtraDSN, mysql_socket => "$dir/s");

Set($MailCommand, 'mbox');         # into $dir/var
Set($LogToSTDERR, 'error');
Set($LogToSyslog, undef);
Set($MaxAttachmentSize, 64_000_000);
Set($RestrictReferrer, 0);
Set($DevelMode, 0);
Set($EnablePriorityAsString, 0);

# A lifecycle beside RT's own: a desk that hands things to suppliers.
Set(%Lifecycles,
    supplier => {
        initial  => ['new'],
        active   => ['open', 'with supplier'],
        inactive => ['done', 'refused', 'deleted'],
        defaults => {on_create => 'new', approved => 'open', denied => 'refused',
                     reminder_on_open => 'open', reminder_on_resolve => 'done'},
        transitions => {
            ''              => ['new', 'open'],
            new             => ['open', 'with supplier', 'done', 'refused', 'deleted'],
            open            => ['new', 'with supplier', 'done', 'refused', 'deleted'],
            'with supplier' => ['open', 'done', 'refused', 'deleted'],
            done            => ['open', 'deleted'],
            refused         => ['open', 'deleted'],
            deleted         => ['open'],
        },
        rights  => {'* -> deleted' => 'DeleteTicket', '* -> *' => 'ModifyTicket'},
        actions => [],
    },
);

1;
