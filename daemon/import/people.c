/* SPDX-License-Identifier: Apache-2.0 */
/* Several names in one cell; see people.h. */
#include "import/people.h"

#include <string.h>

#include "import/clean.h"
#include "lib/memory.h"
#include "lib/text.h"

char *people_next(char **rest)
{
    char *name;

    while ((name = strsep(rest, "|"))) {
        if (*text_trim(name))
            return name;
    }
    return NULL;
}

/* Blanks set names apart ("赵春梅 陈志远") where each part is a name; within one (王　明, Mary Ann) they stay. */
static void split_blanks(char *name)
{
    CLEANUP(mem_clean) char *copy = mem_dup(name);
    char *rest = copy, *part;

    while ((part = strsep(&rest, " "))) {
        const char *at = part;

        if (*part && (utf8_count(part) < 2 || !clean_is_han(utf8_next(&at))))
            return;
    }
    for (; *name; name++)
        *name = *name == ' ' ? '|' : *name;
}

char *people_of(const char *cell)
{
    static const char *const separators[] = { "、", "，", "；", ",", ";", "/", "／", "\n", "|", "和", "及", "＋", "+" };
    struct text out = { 0 };
    int brackets = 0;

    while (*cell) {
        const char *from = cell;
        size_t i = 0;

        while (i < COUNT(separators) && !text_starts(cell, separators[i]))
            i++;
        if (i < COUNT(separators)) {
            text_add_char(&out, '|');
            cell += strlen(separators[i]);
            continue;
        }
        if (strspn(cell, "0123456789-") >= 7 && out.length > 0 && out.data[out.length - 1] != '|') {
            cell += strspn(cell, "0123456789-");
            continue;
        }
        utf8_next(&cell);
        if (*from == '(' || text_starts(from, "（"))
            brackets++;
        else if (*from == ')' || text_starts(from, "）"))
            brackets -= brackets > 0;
        else if (brackets == 0)
            text_add_n(&out, from, (size_t)(cell - from));
    }
    if (out.data) {
        char *line = clean_line(out.data);

        text_free(&out);
        split_blanks(line);
        return line;
    }
    return text_take(&out);
}
