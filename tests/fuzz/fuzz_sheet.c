/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a register file. The first byte chooses the kind of sheet (or that it is guessed); 0x1e in what follows begins
 * a second file. Reading must end, every finding must be one line of valid UTF-8, and the count of mistakes must be theirs.
 * Records hold valid UTF-8 and E.164. The words come from conf/headers.csv, so run this from the project's folder.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "import/intake.h"
#include "lib/memory.h"
#include "lib/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_findings(const struct intake *intake)
{
    size_t mistakes = 0;

    for (size_t i = 0; i < intake->finding_count; i++) {
        CLEANUP(mem_clean) char *line = intake_line(intake, &intake->findings[i]);

        assert(utf8_valid(line, strlen(line)) && !strpbrk(line, "\r\n"));
        mistakes += !intake->findings[i].warning;
    }
    assert(mistakes == intake->mistake_count);
}

static void check_records(const struct intake *intake)
{
    for (size_t i = 0; i < intake->student_count; i++) {
        const struct intake_student *student = &intake->students[i];

        assert(student->faulty || (student->name && student->ref && utf8_valid(student->name, strlen(student->name))));
    }
    for (size_t i = 0; i < intake->contact_count; i++) {
        const struct intake_contact *contact = &intake->contacts[i];

        assert(contact->name && contact->relation && contact->phone_count <= INTAKE_PHONES_MAX);
        for (size_t j = 0; j < contact->phone_count; j++)
            assert(contact->phones[j].e164[0] == '+');
        assert(contact->faulty || contact->student.ref);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct headers *headers; /* loaded once: the fuzzer's own state */
    struct import_file files[2] = { { .name = "one.csv" }, { .name = "two.csv" } };
    const uint8_t *second;
    struct intake intake;
    struct error err;

    if (!headers)
        headers = headers_load("conf/headers.csv", &err);
    assert(headers);
    if (size == 0)
        return 0;
    second = memchr(data + 1, 0x1e, size - 1);
    files[0].bytes = (const char *)data + 1;
    files[0].length = second ? (size_t)(second - data - 1) : size - 1;
    files[1].bytes = second ? (const char *)second + 1 : "";
    files[1].length = second ? size - (size_t)(second + 1 - data) : 0;
    intake_read(&intake, files, second ? 2 : 1,
                &(struct import_options){
                    .headers = headers,
                    .region = "CN",
                    .today = { 2026, 11, 24 },
                    .as = data[0] % (SHEET_KINDS + 1) == SHEET_KINDS ? -1 : data[0] % (SHEET_KINDS + 1) });
    check_findings(&intake);
    check_records(&intake);
    intake_free(&intake);
    return 0;
}
