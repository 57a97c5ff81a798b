/* loopback.c - sets up the loopback interface of a new network namespace, and
 * runs a command there. Besides 127.0.0.1 and ::1 it gets two addresses that
 * look like a host's: with none of these getaddrinfo finds nothing for those
 * who ask it for addresses of the kinds that the host has (AI_ADDRCONFIG).
 * usage: loopback COMMAND [ARGUMENT...] */
#include <arpa/inet.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* for documentation, and so nobody's: RFC 5737 and RFC 3849 */
#define IPV4 "192.0.2.1"
#define IPV6 "2001:db8::1"

/* Return 0, or -1 with errno set. */
static int set_up_ipv4(void)
{
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    struct ifreq alias = {.ifr_name = "lo:1"};
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0 || ioctl(s, SIOCSIFFLAGS, &up) < 0)
        return -1;
    struct sockaddr_in address = {.sin_family = AF_INET};
    inet_pton(AF_INET, IPV4, &address.sin_addr);
    memcpy(&alias.ifr_addr, &address, sizeof address);
    int result = ioctl(s, SIOCSIFADDR, &alias);
    close(s);
    return result;
}

/* Do as much for IPv6, which a system may well not have. */
static void set_up_ipv6(void)
{
    struct in6_ifreq request = {
        .ifr6_prefixlen = 128, .ifr6_ifindex = (int)if_nametoindex("lo")};
    int s = socket(AF_INET6, SOCK_DGRAM, 0);
    if (s < 0)
        return;
    inet_pton(AF_INET6, IPV6, &request.ifr6_addr);
    ioctl(s, SIOCSIFADDR, &request);
    close(s);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: loopback COMMAND [ARGUMENT...]\n");
        return 2;
    }
    if (set_up_ipv4() < 0) {
        perror("loopback");
        return 2;
    }
    set_up_ipv6();
    /* what it took for this is not the command's */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
    setenv("OWN_NETWORK", "1", 1);
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
