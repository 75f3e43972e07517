#!/usr/bin/perl
# export.pl: what RT itself says of its content, read through RT's own interface: one JSON object a line on stdout, first
# the people, then every ticket with its messages, parts, links, fields and watchers. Times are seconds since 1970.
use strict;
use warnings;
use utf8;
use Digest::SHA qw(sha256_hex);
use JSON ();
use RT;
RT::LoadConfig();
RT::Init();

my $json = JSON->new->utf8->canonical;
sub emit { print $json->encode($_[0]), "\n" }

sub bytes_of {
    my ($content) = @_;
    return '' unless defined $content;
    return utf8::is_utf8($content) ? Encode::encode('UTF-8', $content) : $content;
}

sub measured {
    my $bytes = bytes_of($_[0]);
    return (size => length $bytes, sha256 => sha256_hex($bytes));
}

sub person {
    my ($user) = @_;
    return {login => $user->Name, email => $user->EmailAddress // '', name => $user->RealName // '', language => $user->Lang // '',
            disabled => $user->Disabled ? 1 : 0, privileged => $user->Privileged ? 1 : 0};
}

# A part's bytes as RT gives them: text is characters there, which is UTF-8 here.
sub part {
    my ($attachment) = @_;
    my $type = $attachment->ContentType;
    my $text = RT::I18N::IsTextualContentType($attachment->GetHeader('Content-Type') // '') ? 1 : 0;
    my $content = $attachment->Content;
    $content = Encode::encode('UTF-8', $content) if $text && defined $content;
    return {id => $attachment->id, file_name => $attachment->Filename, media_type => $type, is_text => $text, measured($content)};
}

sub message {
    my ($transaction) = @_;
    my @parts;
    my $attachments = $transaction->Attachments;
    while (my $attachment = $attachments->Next) {
        next if $attachment->ContentType =~ m{^multipart/}i;
        next if $attachment->IsMessageContentType && $attachment->Children->Count;
        push @parts, part($attachment);
    }
    my $chosen = $transaction->ContentObj(Type => 'text/plain');
    return {id => $transaction->id, type => $transaction->Type, author => $transaction->CreatorObj->Name,
            time => $transaction->CreatedObj->Unix, parts => \@parts, body_part => $chosen ? $chosen->id : undef,
            body_type => $chosen ? lc $chosen->ContentType : undef, body => $chosen ? $chosen->Content // '' : ''};
}

sub messages {
    my ($id) = @_;
    my $transactions = RT::Transactions->new(RT->SystemUser);
    $transactions->Limit(FIELD => 'ObjectType', VALUE => 'RT::Ticket');
    $transactions->Limit(FIELD => 'ObjectId', VALUE => $id);
    $transactions->OrderBy(FIELD => 'id', ORDER => 'ASC');
    my (@messages, %others);
    while (my $transaction = $transactions->Next) {
        if ($transaction->Type =~ /^(?:Create|Correspond|Comment)$/) { push @messages, message($transaction) }
        else                                                        { $others{$transaction->Type}++ }
    }
    return (messages => \@messages, other_transactions => \%others);
}

sub watchers {
    my ($ticket, $role) = @_;
    my @found;
    my $members = $ticket->RoleGroup($role)->MembersObj;
    $members->OrderBy(FIELD => 'id', ORDER => 'ASC');
    while (my $member = $members->Next) {
        my $principal = $member->MemberObj;
        push @found, $principal->IsUser ? {login => $principal->Object->Name}
            : {group => $principal->Object->Name, members => [map { $_->Name } @{$principal->Object->UserMembersObj->ItemsArrayRef}]};
    }
    return \@found;
}

sub links {
    my ($ticket) = @_;
    # RT does not show links from and to deleted tickets, but keeps them: undeleting brings them back.
    no warnings qw(redefine once);
    local *RT::Links::IsValidLink = sub { 1 };
    my @found;
    my $from = RT::Links->new(RT->SystemUser);
    $from->Limit(FIELD => 'LocalBase', VALUE => $ticket->id);
    while (my $link = $from->Next) {
        my $inside = $link->TargetURI->IsLocal && $link->TargetObj;
        push @found, {type => $link->Type, $inside ? (target => 0 + $link->LocalTarget) : (url => $link->Target)};
    }
    my $to = RT::Links->new(RT->SystemUser);
    $to->Limit(FIELD => 'LocalTarget', VALUE => $ticket->id);
    $to->Limit(FIELD => 'LocalBase', VALUE => 0);
    while (my $link = $to->Next) {
        push @found, {type => $link->Type, from_url => $link->Base};
    }
    return \@found;
}

sub fields {
    my ($ticket) = @_;
    my @found;
    my $values = RT::ObjectCustomFieldValues->new(RT->SystemUser);
    $values->Limit(FIELD => 'ObjectType', VALUE => 'RT::Ticket');
    $values->Limit(FIELD => 'ObjectId', VALUE => $ticket->id);
    $values->LimitToEnabled;
    $values->OrderByCols({FIELD => 'CustomField'}, {FIELD => 'SortOrder'}, {FIELD => 'id'});
    while (my $value = $values->Next) {
        my $field = $value->CustomFieldObj;
        my $file = $field->Type =~ /^(?:Image|Binary)$/;
        push @found, {id => 0 + $value->id, field => $field->Name, field_id => $field->id, type => $field->Type, value => $value->Content,
                      $file ? (media_type => $value->ContentType, measured($value->LargeContent)) : ()};
    }
    return \@found;
}

my $users = RT::Users->new(RT->SystemUser);
$users->FindAllRows;
$users->OrderBy(FIELD => 'id');
while (my $user = $users->Next) { emit({kind => 'person', id => $user->id, %{person($user)}}) }

my $ids = $RT::Handle->dbh->selectcol_arrayref('SELECT id FROM Tickets ORDER BY id');
for my $id (@$ids) {
    my $ticket = RT::Ticket->new(RT->SystemUser);
    $ticket->LoadById($id);    # Load would follow a merge
    die "export: ticket $id cannot be read\n" unless $ticket->id && $ticket->id == $id;
    emit({kind => 'ticket', id => $id, type => $ticket->Type, subject => $ticket->Subject, status => $ticket->Status, queue => $ticket->QueueObj->Name,
          owner => $ticket->OwnerObj->Name, creator => $ticket->CreatorObj->Name, priority => $ticket->Priority,
          created => $ticket->CreatedObj->Unix, updated => $ticket->LastUpdatedObj->Unix, due => $ticket->DueObj->Unix,
          resolved => $ticket->ResolvedObj->Unix, time_worked => $ticket->TimeWorked,
          merged_into => $ticket->EffectiveId == $id ? undef : 0 + $ticket->EffectiveId,
          requesters => watchers($ticket, 'Requestor'), copies => watchers($ticket, 'Cc'), agent_copies => watchers($ticket, 'AdminCc'),
          links => links($ticket), fields => fields($ticket), messages($id)});
}
