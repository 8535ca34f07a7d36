/* Calls a fuzz target with every file of the directories named, cut at every byte, and changed in many
 * places, the same in every run. */
#include "fuzz.h"

#include <dirent.h>

enum { CHANGES = 300, LIMIT = 1 << 16 };

static void call(const uint8_t *data, size_t n)
{
    /* no byte to spare, so that reading behind the end is found */
    uint8_t *copy = malloc(n + (n == 0));
    REQUIRE(copy != NULL);
    memcpy(copy, data, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void change(uint8_t *data, size_t *n, uint64_t *state)
{
    static const uint8_t likely[] = "\"\",,;\n\r\t\\\0\xFF 0-.+%:T";
    const size_t at = next(state) % *n;
    const uint8_t byte = next(state) % 2 ? likely[next(state) % (sizeof likely - 1)] : (uint8_t)next(state);
    switch (next(state) % 3) {
    case 0:
        data[at] = byte;
        break;
    case 1:
        memmove(data + at + 1, data + at, *n - at);
        data[at] = byte;
        ++*n;
        break;
    default:
        memmove(data + at, data + at + 1, *n - at - 1);
        --*n;
        break;
    }
}

static void replay(const char *directory, const char *name)
{
    static uint8_t data[LIMIT], changed[LIMIT + CHANGES];
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    REQUIRE(file != NULL);
    const size_t n = fread(data, 1, sizeof data, file);
    fclose(file);
    call(data, n);
    for (size_t cut = 0; cut < n && cut < 500; cut++)
        call(data, cut);
    uint64_t state = n;
    for (int i = 0; i < CHANGES && n > 0; i++) {
        size_t m = n;
        memcpy(changed, data, n);
        for (uint64_t k = next(&state) % 4 + 1; k > 0 && m > 0; k--)
            change(changed, &m, &state);
        call(changed, m);
    }
}

int main(int argc, char **argv)
{
    size_t n = 0;
    for (int i = 1; i < argc; i++) {
        DIR *directory = opendir(argv[i]);
        REQUIRE(directory != NULL);
        for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
            if (entry->d_name[0] == '.') continue;
            replay(argv[i], entry->d_name);
            n++;
        }
        closedir(directory);
    }
    printf("%zu seeds\n", n);
    return n == 0;
}
