/* Lets `wirecheck fuzz --framer -- ./framer` test a framer: cc -o framer framer.c */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Put yours here: call message() for each message that is complete, return -1 for an error. */
struct framer { char *buffer; size_t length; };

static void message(const char *bytes, size_t length);

static int push(struct framer *it, const char *chunk, size_t length) {
    it->buffer = realloc(it->buffer, it->length + length + 1);
    memcpy(it->buffer + it->length, chunk, length);
    it->length += length;
    for (char *end; it->length > 0 && (end = memchr(it->buffer, '\n', it->length)); ) {
        message(it->buffer, end - it->buffer);
        it->length -= end + 1 - it->buffer;
        memmove(it->buffer, end + 1, it->length);
    }
    return 0;
}

static int finish(struct framer *it) { (void)it; return 0; }

static int messages;

static void message(const char *bytes, size_t length) {
    putchar('=');
    for (size_t at = 0; at < length; at++) {
        putchar("0123456789abcdef"[bytes[at] >> 4 & 15]);
        putchar("0123456789abcdef"[bytes[at] & 15]);
    }
    messages++;
}

static int digit(char hex) { return hex <= '9' ? hex - '0' : hex - 'a' + 10; }

static size_t unhex(char *text) {
    size_t length = strlen(text) / 2;
    for (size_t at = 0; at < length; at++)
        text[at] = (char)(digit(text[2 * at]) << 4 | digit(text[2 * at + 1]));
    return length;
}

int main(void) {
    char *line = NULL;
    for (size_t room = 0; getline(&line, &room, stdin) >= 0; ) {
        struct framer it = { NULL, 0 };
        int failed = 0;
        for (char *word = strtok(line, " \n"); word && !failed; word = strtok(NULL, " \n")) {
            messages = 0;
            size_t length = *word == '.' ? 0 : unhex(word);
            failed = length == 0 ? finish(&it) : push(&it, word, length);
            memset(word, '~', length); /* a loop that reads into one buffer overwrites it, too */
            fputs(failed ? "!error " : messages ? " " : "- ", stdout);
        }
        putchar('\n');
        fflush(stdout);
        free(it.buffer);
    }
    return 0;
}
