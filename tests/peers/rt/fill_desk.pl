#!/usr/bin/perl
# fill_desk.pl SEED: queues, rights, people and custom fields of the sample desk, through RT's own interface.
use strict;
use warnings;
use utf8;
use RT;
RT::LoadConfig();
RT::Init();

sub must {
    my ($ok, $message) = @_;
    die 'fill: ' . ($message // 'failed') . "\n" unless $ok;
    return $ok;
}

for my $one (['Réseau & Télécom', 'default'], ['仕入先', 'default'], ['Supplier', 'supplier'], ['Archive', 'default']) {
    my $queue = RT::Queue->new(RT->SystemUser);
    must($queue->Create(Name => $one->[0], Lifecycle => $one->[1], Description => "Queue “$one->[0]”"));
}

my $everyone = RT::Group->new(RT->SystemUser);
$everyone->LoadSystemInternalGroup('Everyone');
must($everyone->PrincipalObj->GrantRight(Right => $_, Object => RT->System))
    for qw(CreateTicket ReplyToTicket CommentOnTicket SeeQueue ShowTicket);
my $staff = RT::Group->new(RT->SystemUser);
must($staff->CreateUserDefinedGroup(Name => 'Équipe support', Description => 'the agents'));
must($staff->PrincipalObj->GrantRight(Right => $_, Object => RT->System))
    for qw(OwnTicket ModifyTicket TakeTicket StealTicket DeleteTicket ShowTicketComments SeeCustomField ModifyCustomField Watch
           WatchAsAdminCc ShowOutgoingEmail ReassignTicket);

for my $one (
    ['alice', 'Alice Martin', 'alice@example.org', 'fr', 1], ['bob', 'Bob O’Neill "Bobby"', 'bob@example.org', 'en', 1],
    ['kenji', '田中健司', 'kenji@example.org', 'ja', 1], ['olga', 'Ольга Смирнова', 'olga@example.org', 'ru', 1],
    ['gone', 'Gone Agent', 'gone@example.org', 'en', 1], ['Mixed.Case', 'Mixed Case', 'Mixed.Case@Example.ORG', 'de', 1],
    ['portal', 'Portail Été', 'portal@customer.example', 'fr-ca', 0], ['nomail', 'No Mail At All', undef, undef, 0],
    ['twin-1', 'Twin', 'twin1@customer.example', undef, 0], ['twin-2', 'Twin', 'twin2@customer.example', undef, 0])
{
    my ($name, $real, $mail, $lang, $privileged) = @$one;
    my $user = RT::User->new(RT->SystemUser);
    must($user->Create(Name => $name, RealName => $real, Lang => $lang, Privileged => $privileged, Password => "password-$name",
                       defined $mail ? (EmailAddress => $mail) : ()));
    must($staff->AddMember($user->PrincipalId)) if $privileged;
}

my %choices = (Impact => ['Low', 'Élevé', '高', 'High & "wide"'], Sites => ['Paris', 'Köln', '東京', 'القاهرة']);
for my $one (
    ['Impact', 'SelectSingle'], ['Sites', 'SelectMultiple'], ['Asset tag', 'FreeformSingle'], ['Keywords', 'FreeformMultiple'],
    ['Analyse détaillée', 'TextSingle'], ['Wiki notes', 'WikitextSingle'], ['HTML notes', 'HTMLSingle'], ['Screenshot', 'ImageSingle'],
    ['Papers', 'BinaryMultiple'], ['Due at customer', 'DateSingle'], ['Visit', 'DateTimeSingle'], ['Address', 'IPAddressSingle'],
    ['受付番号', 'FreeformSingle'], ['Retired field', 'FreeformSingle'], ['Impact', 'FreeformSingle', 'Archive'])
{
    my ($name, $type, $queue) = @$one;
    my $field = RT::CustomField->new(RT->SystemUser);
    my ($kind, $many) = $type =~ /^(.*)(Single|Multiple)$/;
    must($field->Create(Name => $name, Type => $kind, MaxValues => $many eq 'Single' ? 1 : 0, LookupType => RT::Ticket->CustomFieldLookupType));
    if ($kind eq 'Select') {
        must($field->AddValue(Name => $_)) for @{$choices{$name}};
    }
    my $object = RT::Queue->new(RT->SystemUser);
    $object->Load($queue) if $queue;
    must($field->AddToObject($object));
}

my $role = RT::CustomRole->new(RT->SystemUser);
must($role->Create(Name => 'Fournisseur', MaxValues => 0));
must($role->AddToObject(ObjectId => 1));
