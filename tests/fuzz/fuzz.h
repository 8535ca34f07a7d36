/* What the fuzz targets share. A target is one function; libFuzzer or replay.c calls it with bytes, and it
 * ends the process when something that must always hold does not. */
#ifndef ALM_TESTS_FUZZ_H
#define ALM_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define REQUIRE(condition) require((condition), #condition, __FILE__, __LINE__)

static inline void require(bool condition, const char *text, const char *file, int line)
{
    if (condition) return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
    abort();
}

/* A file in memory that holds data; its path is valid until it is closed with close(). */
static inline int make_file(char path[64], const void *data, size_t n)
{
    const int file = memfd_create("fuzz", MFD_CLOEXEC);
    REQUIRE(file >= 0 && write(file, data, n) == (ssize_t)n);
    snprintf(path, 64, "/proc/self/fd/%d", file);
    return file;
}

/* A terminated copy, with no byte to spare so that reading behind its end is found. */
static inline char *copy_text(const void *data, size_t n)
{
    char *text = malloc(n + 1);
    REQUIRE(text != NULL);
    memcpy(text, data, n);
    text[n] = '\0';
    return text;
}

#endif
