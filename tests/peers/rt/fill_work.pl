#!/usr/bin/perl
# fill_work.pl SEED: years of agents' work on the tickets that came by mail, through RT's own interface: tickets opened at
# the desk, answers, comments, statuses, watchers, fields, links, merges. The same for the same seed.
use strict;
use warnings;
use utf8;
use List::Util qw(shuffle);
use MIME::Entity;
use RT;
RT::LoadConfig();
RT::Init();
srand($ARGV[0]);

my @agents = map { my $u = RT::CurrentUser->new; $u->LoadByName($_); $u } qw(alice bob kenji olga gone Mixed.Case);
my @texts  = ('Fixed by restarting.', 'Nous avons remplacé le câble – merci.', 'Пожалуйста, проверьте ещё раз.', '再起動しました。', 'تم الحل',
    "Two lines\nand > a quote", 'emoji ✅🎉', "tabs\tand  spaces  ", '<b>not bold</b> & "so on"');
sub pick { return $_[rand @_] }

sub must {
    my ($ok, $message) = @_;
    die 'fill: ' . ($message // 'failed') . "\n" unless $ok;
    return $ok;
}

sub bytes_of { return join '', map { chr(int rand 256) } 1 .. $_[0] }

sub message {
    my ($text, @files) = @_;
    my $mime = MIME::Entity->build(Type => 'text/plain', Charset => 'UTF-8', Encoding => '8bit', Data => [Encode::encode('UTF-8', $text)]);
    $mime->attach(Type => $_->[1], Filename => Encode::encode('UTF-8', $_->[0]), Data => $_->[2], Encoding => 'base64') for @files;
    return $mime;
}

sub ticket_as {
    my ($agent, $id) = @_;
    my $ticket = RT::Ticket->new($agent);
    $ticket->Load($id);
    return $ticket->id ? $ticket : undef;
}

# Opened at the desk by agents: fields, files and several people from the start.
sub open_at_desk {
    for my $n (1 .. 60) {
        my $agent = pick(@agents);
        my $ticket = RT::Ticket->new($agent);
        my @files = $n % 3 ? () : (["notes $n – été.bin", 'application/octet-stream', bytes_of(500 + $n)]);
        my ($id, undef, $error) = $ticket->Create(
            Queue => pick('General', 'Réseau & Télécom', '仕入先', 'Supplier'), Subject => "At the desk $n: " . pick(@texts) =~ s/\n/ /r,
            Requestor => [pick('ana.ruiz@customer.example', 'portal', 'sato@client.example'), $n % 4 ? () : "new.person.$n\@late.example"],
            Cc => $n % 5 ? [] : ['copy.one@example.net', "only.copy.$n\@late.example"], AdminCc => $n % 6 ? [] : ['olga'],
            Owner => $n % 2 ? $agent->Name : 'Nobody', Priority => int rand 100, Due => $n % 4 ? undef : '2026-12-24 12:00:00',
            TimeWorked => int rand 90, MIMEObj => message(pick(@texts), @files));
        must($id, $error);
    }
}

# As an installation looks that once lived on PostgreSQL, where RT encodes what that database cannot hold.
sub encoded_rows {
    no warnings qw(redefine once);
    local *RT::Handle::BinarySafeBLOBs = sub { 0 };
    local *DBIx::SearchBuilder::Handle::mysql::BinarySafeBLOBs = sub { 0 };
    local *DBIx::SearchBuilder::Handle::BinarySafeBLOBs = sub { 0 };
    for my $n (1 .. 12) {
        my $ticket = RT::Ticket->new($agents[0]);
        my @files = (["binary $n.bin", 'application/octet-stream', "\0" . bytes_of(2000 * $n)],
                     ["high bytes $n.bin", 'application/octet-stream', join '', map { chr(128 + int rand 127) } 1 .. 700],
                     ["accents $n.txt", 'text/plain; charset=utf-8', Encode::encode('UTF-8', "déjà = vu =\n" x $n)]);
        my ($id, undef, $error) = $ticket->Create(Queue => 'General', Subject => "encoded in the database $n", Requestor => ['portal'],
            MIMEObj => message("texte accentué = signe égal, ligne longue " . 'é' x 100 . "\nfin", @files));
        must($id, $error);
        must($ticket->AddCustomFieldValue(Field => 'Papers', Value => "paper-$n.bin", LargeContent => "\0" . bytes_of(300), ContentType => 'application/x-paper'));
    }
}

sub converse {
    my ($ticket) = @_;
    for (1 .. int rand 5) {
        my $agent = pick(@agents);
        my $mine  = ticket_as($agent, $ticket->id) or next;
        my @files = rand() < 0.2 ? ([pick('log.txt.bin', '履歴.bin', 'rapport d’incident.bin'), 'application/octet-stream', bytes_of(rand 2000)]) : ();
        my $text  = join "\n", map { pick(@texts) } 1 .. 1 + rand 4;
        my $how   = rand() < 0.35 ? 'Comment' : 'Correspond';
        my ($ok, $error) = $mine->$how(MIMEObj => message($text, @files), TimeTaken => int rand 30);
        must($ok, $error);
    }
}

sub fields {
    my ($ticket) = @_;
    my %values = (
        'Asset tag' => ['PC-' . int rand 1000], 'Impact' => [pick('Low', 'Élevé', '高', 'High & "wide"')],
        'Sites' => [(shuffle('Paris', 'Köln', '東京', 'القاهرة'))[0 .. 1]], 'Keywords' => ['réseau', 'réseau local', '网络', 'a, b; c'],
        'Analyse détaillée' => ["ligne 1\r\nligne 2 – " . 'détail ' x (10 + rand 200)], 'Wiki notes' => ["= Title =\n * item"],
        'HTML notes' => ['<p>Bonjour <b>à tous</b></p>'], 'Due at customer' => ['2026-12-0' . (1 + int rand 9)], 'Visit' => ['2026-12-11 08:30:00'],
        'Address' => ['192.0.2.' . int rand 255], '受付番号' => ['受付-' . int rand 99], 'Retired field' => ['old value 0']);
    for my $name (sort keys %values) {
        next if rand() < 0.6;
        for my $value (@{$values{$name}}) {
            my ($ok, $error) = $ticket->AddCustomFieldValue(Field => $name, Value => $value);
            RT->Logger->error("$name: $error") unless $ok;
        }
    }
    if (rand() < 0.2) {
        $ticket->AddCustomFieldValue(Field => 'Asset tag', Value => 'changed-' . int rand 1000);
        $ticket->AddCustomFieldValue(Field => 'Screenshot', Value => 'écran.png', LargeContent => "\x89PNG" . bytes_of(800), ContentType => 'image/png');
        $ticket->DeleteCustomFieldValue(Field => 'Keywords', Value => 'réseau local');
    }
}

sub people {
    my ($ticket) = @_;
    $ticket->SetOwner(pick(@agents)->Id) if rand() < 0.5;
    $ticket->AddWatcher(Type => 'Requestor', Email => pick('second@customer.example', 'layla@client.example')) if rand() < 0.15;
    $ticket->AddWatcher(Type => 'Cc', Email => "cc." . int(rand 20) . '@late.example') if rand() < 0.2;
    $ticket->AddWatcher(Type => 'AdminCc', PrincipalId => pick(@agents)->PrincipalId) if rand() < 0.2;
    $ticket->SetPriority(int rand 100) if rand() < 0.3;
    $ticket->SetSubject('renamed – ' . $ticket->Subject) if rand() < 0.05;
    if (rand() < 0.05) {
        my $staff = RT::Group->new(RT->SystemUser);
        $staff->LoadUserDefinedGroup('Équipe support');
        $ticket->AddWatcher(Type => 'AdminCc', PrincipalId => $staff->PrincipalId);
    }
}

sub statuses {
    my ($ticket) = @_;
    my @way = $ticket->QueueObj->Lifecycle eq 'supplier'
        ? (['open'], ['with supplier'], ['open', 'done'], ['refused'], ['deleted'], [])
        : (['open'], ['stalled'], ['open', 'resolved'], ['open', 'resolved', 'open'], ['rejected'], ['deleted'], ['open', 'stalled', 'resolved'], []);
    for my $status (@{pick(@way)}) {
        next if $ticket->Status eq $status;
        my ($ok, $error) = $ticket->SetStatus($status);
        RT->Logger->error("$status: $error") unless $ok;
    }
}

sub links {
    my ($last) = @_;
    for my $n (1 .. 70) {
        my $ticket = ticket_as(RT->SystemUser, 1 + int rand $last) or next;
        my $target = pick(1 + int rand $last, 1 + int rand $last, "https://wiki.example.org/page/$n?q=é&x=1", "http://bugs.example/$n");
        $ticket->AddLink(Type => pick('DependsOn', 'RefersTo', 'MemberOf'), Target => $target);
    }
    my $cycle = ticket_as(RT->SystemUser, 20);
    $cycle->AddLink(Type => 'RefersTo', Target => 21);
    ticket_as(RT->SystemUser, 21)->AddLink(Type => 'RefersTo', Target => 20);
    $cycle->AddLink(Type => 'RefersTo', Base => 'https://outside.example/refers-to-us');
}

# Tickets of a type that is no case.
sub reminders {
    for my $id (5, 160, 350) {
        my ($ok, $error) = ticket_as(RT->SystemUser, $id)->Reminders->Add(Subject => "rappeler le client de $id", Owner => $agents[0]->Id);
        must($ok, $error);
    }
}

# Single merges, a chain a → b → c, two into one, one into a deleted ticket's neighbour.
sub merges {
    my @pairs = ([30, 31], [31, 32], [40, 42], [41, 42], [180, 181], [181, 182], [182, 183], [200, 150], [201, 150], [300, 10], [340, 341]);
    for my $pair (@pairs) {
        my $ticket = ticket_as(RT->SystemUser, $pair->[0]) or die "fill: no ticket $pair->[0]\n";
        my ($ok, $error) = $ticket->MergeInto($pair->[1]);
        must($ok, "merge @$pair: $error");
    }
    ticket_as($agents[1], 32)->Correspond(MIMEObj => message('answer after the merge'));
}

sub leave {
    for my $name (qw(gone lukasz@customer.example)) {
        my $user = RT::User->new(RT->SystemUser);
        $user->Load($name);
        must($user->SetDisabled(1));
    }
    my $field = RT::CustomField->new(RT->SystemUser);
    $field->LoadByName(Name => 'Retired field');
    $field->SetDisabled(1);
    my $queue = RT::Queue->new(RT->SystemUser);
    $queue->Load('Archive');
    $queue->SetDisabled(1);
}

my $last = 0;
my $all = RT::Tickets->new(RT->SystemUser);
$all->UnLimit;
$last = $all->_Handle->dbh->selectrow_array('SELECT MAX(id) FROM Tickets');
open_at_desk();
encoded_rows();
$last += 72;
for my $id (1 .. $last) {
    my $ticket = ticket_as(RT->SystemUser, $id) or next;
    converse($ticket);
    fields($ticket) if rand() < 0.5;
    people($ticket);
    statuses($ticket);
}
links($last);
merges();
reminders();
leave();
