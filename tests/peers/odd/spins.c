/* Broken: a thread per client that spins instead of blocking. `eof`: after the client has closed
 * (C02). `answer`: instead of an answer, where a line came in more than one read.
 *
 * Right: exit code 1; for `eof` C02.
 *
 * Usage: spins HOST PORT eof|answer [IGNORED]...
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int spins_after_eof;

static void spin(void) {
    volatile unsigned long turns = 0;
    for (;;) turns++;
}

static void *serve(void *argument) {
    int connection = (int)(intptr_t)argument;
    char line[4096] = "echo: ";
    const size_t prefix = strlen(line);
    size_t length = prefix, reads = 0;
    ssize_t got;
    while ((got = read(connection, line + length, sizeof line - length)) > 0) {
        length += (size_t)got;
        reads++;
        if (line[length - 1] != '\n') continue;
        if (reads > 1 && !spins_after_eof) spin();
        if (write(connection, line, length) < 0) break;
        length = prefix;
        reads = 0;
    }
    if (spins_after_eof) spin();
    close(connection);
    return NULL;
}

int main(int count, char **words) {
    if (count < 4) return 2;
    spins_after_eof = strcmp(words[3], "eof") == 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[2]))};
    inet_pton(AF_INET, words[1], &address.sin_addr);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) return 1;
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        pthread_t thread;
        pthread_create(&thread, NULL, serve, (void *)(intptr_t)connection);
        pthread_detach(thread);
    }
}
