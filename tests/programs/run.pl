# SPDX-License-Identifier: LGPL-2.1-or-later
# A bit of everything that perl asks of the C library.
use strict;
use warnings;
use POSIX qw(setlocale LC_ALL strftime floor fmod strtod :sys_wait_h :errno_h);
use Socket;

$| = 1;
printf "locale %s\n", setlocale(LC_ALL, "") // "none";
printf "%.15g %e %s\n", 1 / 3, 2**0.5, floor(-2.5);
{
	use locale;
	print join(" ", sort("b", "A", "a", "B", "_")), " ", lc("TITLE"), " ", sprintf("%.2f", 3.5), "\n";
}
print strftime("%Y-%m-%d %H:%M:%S %Z", localtime(1700000000)), "\n";
$! = ENOENT;
print "$!\n";
my %count;
$count{ length($_) }++ for map { "x" x ($_ % 17) } 1 .. 50000;
print join(",", map { "$_=$count{$_}" } sort { $a <=> $b } keys %count), "\n";
print join("|", "The quick brown fox" =~ /(\w+)\s+(\w+)\s+(?<third>b\w+)/), " $+{third}\n";
pipe(my $read, my $write) or die;
my $pid = fork() // die;
if ($pid == 0) {
	close $read;
	print $write "from the child\n";
	close $write;
	exit 9;
}
close $write;
print "read ", scalar <$read>;
waitpid($pid, 0);
print "status ", WEXITSTATUS($?), "\n";
local $SIG{ALRM} = sub { print "alarm\n" };
local $SIG{USR1} = sub { print "signal $_[0]\n" };
kill USR1 => $$;
alarm 1;
select(undef, undef, undef, 5);
print "host ", inet_ntoa(scalar gethostbyname("127.0.0.1")), "\n";
print "user ", (getpwnam("root"))[7], " ", (getgrgid(0))[0], " ", (getservbyname("smtp", "tcp"))[2], "\n";
socketpair(my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
syswrite $near, "socket\n";
sysread $far, my $text, 100;
print $text, `echo from a shell`, crypt("secret", '$6$salt$'), "\n";
open(my $file, ">", "sorted") or die;
print $file "$_\n" for reverse 1 .. 1000;
close $file;
open($file, "<", "sorted") or die;
my @lines = <$file>;
print scalar(@lines), " ", (stat "sorted")[7], " ", unpack("%32C*", join "", @lines), "\n";
printf "%s\n", join ",", unpack("w*", pack("w*", 1, 128, 2**31));
print eval { die { code => 5 } } // "died $@->{code}", "\n";
exit 3;
