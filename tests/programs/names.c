// SPDX-License-Identifier: LGPL-2.1-or-later
/* The name service: users, services, addresses; and the resolver's parsing, without a network. */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <grp.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"

static void lookup(const char *host, const char *service, int flags)
{
	struct addrinfo hints = { .ai_flags = flags, .ai_socktype = SOCK_STREAM, .ai_family = AF_INET }, *list = NULL;
	char address[INET6_ADDRSTRLEN + 20], port[20];
	int r = getaddrinfo(host, service, &hints, &list);

	printf("%s %s: %s", host, service, r ? gai_strerror(r) : "found");
	for (struct addrinfo *a = list; a; a = a->ai_next) {
		CHECK(getnameinfo(a->ai_addr, a->ai_addrlen, address, sizeof(address), port, sizeof(port),
				      NI_NUMERICHOST | NI_NUMERICSERV) == 0);
		printf(" %s port %s", address, port);
	}
	puts("");
	if (list)
		freeaddrinfo(list);
}

static void databases(void)
{
	struct servent *service;
	struct protoent *protocol;
	struct passwd *user, storage, *found;
	struct group *group;
	char buf[1024];

	user = getpwnam("root");
	printf("user %s\n", user ? user->pw_dir : "-");
	printf("uid 65533: %s\n", getpwuid_r(65533, &storage, buf, sizeof(buf), &found) == 0 && found ? "there" : "-");
	group = getgrgid(0);
	printf("group %s\n", group ? group->gr_name : "-");
	service = getservbyname("domain", "udp");
	printf("service %d\n", service ? ntohs((uint16_t)service->s_port) : 0);
	protocol = getprotobynumber(17);
	printf("protocol %s\n", protocol ? protocol->p_name : "-");
}

/* An answer to "example.org A": one question, a CNAME through compression, one address. */
static const unsigned char answer[] = "\x12\x34\x81\x80\0\1\0\2\0\0\0\0\7example\3org\0\0\1\0\1"
				      "\xc0\x0c\0\5\0\1\0\0\1\x2c\0\6\3www\xc0\x0c"
				      "\xc0\x29\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1";

static void parse(void)
{
	char name[NS_MAXDNAME];
	unsigned char packet[512];
	ns_msg message;
	ns_rr record;

	CHECK(ns_initparse(answer, sizeof(answer) - 1, &message) == 0);
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		CHECK(ns_parserr(&message, ns_s_an, i, &record) == 0);
		printf("%s %d %u:", ns_rr_name(record), (int)ns_rr_type(record), (unsigned)ns_rr_ttl(record));
		if (ns_rr_type(record) == ns_t_cname) {
			CHECK(dn_expand(answer, answer + sizeof(answer) - 1, ns_rr_rdata(record), name, sizeof(name)) >
					0);
			printf(" %s\n", name);
		} else {
			printf(" %s\n", inet_ntop(AF_INET, ns_rr_rdata(record), name, sizeof(name)));
		}
	}
	printf("query %d bytes\n", res_mkquery(ns_o_query, "www.example.org", ns_c_in, ns_t_aaaa, NULL, 0, NULL, packet,
						   sizeof(packet)));
	printf("truncated: %d\n", ns_initparse(answer, 20, &message));
	printf("base64 %d: %s\n", b64_ntop(answer, 12, name, sizeof(name)), name);
}

static void *state(void *arg)
{
	long n = (long)arg;

	CHECK(res_init() == 0);
	_res.retry = (int)n + 1;
	h_errno = (int)n;
	for (int i = 0; i < 100; i++)
		CHECK(inet_addr("127.0.0.1") != INADDR_NONE && h_errno == n && _res.retry == n + 1);
	return NULL;
}

int main(void)
{
	pthread_t threads[8];
	struct in6_addr six;
	char text[INET6_ADDRSTRLEN];

	lookup("127.0.0.1", "80", AI_NUMERICHOST | AI_NUMERICSERV);
	lookup("localhost", "http", 0);
	lookup("not an address", "80", AI_NUMERICHOST);
	lookup("127.0.0.1", "no-such-service", 0);
	databases();
	parse();
	for (long i = 0; i < 8; i++)
		CHECK(pthread_create(&threads[i], NULL, state, (void *)i) == 0);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	CHECK(inet_pton(AF_INET6, "2001:db8::8:800:200c:417a", &six) == 1);
	printf("%s %s\n", inet_ntop(AF_INET6, &six, text, sizeof(text)), hstrerror(HOST_NOT_FOUND));
	return 0;
}
