/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes api_handle(): the first byte chooses method and whether a key is sent, then the target up to a line break, then
 * the body. Checks that every answer is JSON with a status of ours, that a problem says what to mend, and that a refused
 * change leaves nothing behind. A store of a few rows in a scratch folder serves all runs; each is rolled back.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "tests/support/api_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct api_fixture *school(void)
{
    static struct api_fixture fixture;

    if (!fixture.store) {
        api_fixture_open(&fixture);
        api_fixture_sql(&fixture, "INSERT INTO student (id, ref, name, class) VALUES (1, 'S1', '王小明', '三(2)班');"
                                  "INSERT INTO person (id, ref, name) VALUES (1, 'P1', '张桂英');"
                                  "INSERT INTO relation (student, person, kind, rank) VALUES (1, 1, 'mother', 1);"
                                  "INSERT INTO schedule (name, kind, audience, rrule, start, created) VALUES"
                                  " ('p', 'checkin', 'all', 'FREQ=DAILY', '20261001T090000', 0);");
        fixture.setting.headers = "conf/headers.csv";
    }
    return &fixture;
}

static void check(struct api_fixture *f, const struct api_request *request, const struct api_answer *answer)
{
    json_t *json = json_loads(answer->text, JSON_DECODE_ANY, NULL);

    assert(json);
    assert(answer->status >= 200 && answer->status < 600 && strcmp(api_title(answer->status), "Error") != 0);
    assert(!answer->problem || *json_text(json, "detail", ""));
    if (answer->problem && request->method == API_POST)
        assert(store_value(f->store, -1, "SELECT count(*) FROM request", "") == 0);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct api_fixture *f = school();
    const uint8_t *end = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    const size_t length = end ? (size_t)(end - data) - 1 : size ? size - 1 : 0;
    CLEANUP(mem_clean) char *target = size ? mem_dup_n((const char *)data + 1, length) : mem_dup("");
    struct api_request request = { .target = target, .actor = "unix:fuzz" };
    struct api_answer answer;

    if (size == 0)
        return 0;
    request.method = (enum api_method)(data[0] % 3);
    request.key = data[0] & 4 ? "key" : NULL;
    request.body = end ? (const char *)end + 1 : "";
    request.length = end ? size - length - 2 : 0;
    api_handle(&f->setting, &f->parts, &request, &answer);
    check(f, &request, &answer);
    free(answer.text);
    store_rollback(f->store);
    return 0;
}
