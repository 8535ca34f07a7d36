#include "base/digest.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static void check(const char *text, const char *expected)
{
    char digest[ALM_DIGEST_SIZE];
    alm_digest_of(digest, text, strlen(text));
    cr_assert(eq(str, digest, (char *)expected));
}

/* The examples of FIPS 180-4. */
Test(digest, agrees_with_the_standard)
{
    check("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

Test(digest, does_not_depend_on_how_the_data_are_cut)
{
    enum { N = 1000 };
    unsigned char data[N];
    char whole[ALM_DIGEST_SIZE], parts[ALM_DIGEST_SIZE];
    for (size_t i = 0; i < N; i++)
        data[i] = (unsigned char)(i * 7);
    alm_digest_of(whole, data, N);
    for (size_t piece = 1; piece < 200; piece += 13) {
        struct alm_digest digest;
        alm_digest_init(&digest);
        for (size_t at = 0; at < N; at += piece)
            alm_digest_update(&digest, data + at, at + piece < N ? piece : N - at);
        alm_digest_finish(&digest, parts);
        cr_assert(eq(str, parts, whole));
    }
}
