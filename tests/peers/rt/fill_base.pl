#!/usr/bin/perl
# fill_base.pl COUNT: plain tickets, as many as asked for, each opened by mail text and answered once.
use strict;
use warnings;
use utf8;
use MIME::Entity;
use RT;
RT::LoadConfig();
RT::Init();
srand(7);

my @owners = ('Nobody', 'Nobody', 'alice', 'bob', 'kenji', 'olga');
my @words  = qw(printer network login screen account réseau écran сервер пароль 打印机 mail update disk phone door);
for my $n (1 .. $ARGV[0]) {
    my $ticket = RT::Ticket->new(RT->SystemUser);
    my $text = MIME::Entity->build(Type => 'text/plain', Charset => 'UTF-8', Encoding => '8bit',
        Data => [Encode::encode('UTF-8', join(' ', map { $words[rand @words] } 1 .. 40) . "\n")]);
    my ($id, undef, $error) = $ticket->Create(
        Queue => (1, 3, 4)[rand 3], Subject => join(' ', map { $words[rand @words] } 1 .. 6), Requestor => ['person.' . ($n % 150) . '@customer.example'],
        Owner => $owners[rand @owners], Priority => int rand 100, MIMEObj => $text);
    die "fill: $error\n" unless $id;
    $ticket->Correspond(Content => 'answer ' . join ' ', map { $words[rand @words] } 1 .. 20);
}
