/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with {name} variables; see template.h. */
#include "core/template.h"

#include <ctype.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"

const struct template_variable template_variables[] = {
    { "student", "the child's name", "孩子姓名" },
    { "students", "the names of all children the text is about", "涉及的所有孩子姓名" },
    { "class", "the child's class", "班级" },
    { "village", "the child's village", "村（社区）" },
    { "person", "the name of the person addressed", "收信人姓名" },
    { "relation", "what the person is to the child", "与孩子的关系" },
    { "school", "the name of the school", "学校名称" },
    { "mentor", "the child's mentor", "代理家长（结对教师）" },
    { "teacher", "the class teacher", "班主任" },
    { "date", "the date it is about, or today's", "日期" },
    { "time", "the time of day it is about", "时间" },
    { "place", "where, at meetings", "地点" },
    { "code", "the code that an answer names", "回复代码" },
    { "answer", "the answer that was understood", "所理解的回复" },
    { "text", "the words of a person that are passed on", "转述的原话" },
    { "count", "of how many children it tells", "人数" },
    { "list", "the command that lists them", "查看名单的命令" },
    { "kind", "what sort of alert it is", "事件种类" },
    { "level", "how bad it is: one of four colours", "等级" },
    { "issuer", "the office that gave a warning", "发布单位" },
    { "issued", "when it did", "发布时间" },
    { "measures", "what to do", "措施" },
    { "alert", "the alert's number", "事件编号" },
    { "situation", "of a mandatory report", "强制报告的情形" },
    { "numbers", "whom to ring by hand", "报告电话" },
    { NULL, NULL, NULL },
};

/* The same names; a test holds the two together. */
const char *const template_names[] = {
    "student", "students", "class",  "village",  "person", "relation",  "school",  "mentor", "teacher",
    "date",    "time",     "place",  "code",     "answer", "text",      "count",   "list",   "kind",
    "level",   "issuer",   "issued", "measures", "alert",  "situation", "numbers", NULL,
};

/* At an opening brace: the length of what stands between it and the closing one; false where none follows soon. */
static bool braced(const char *brace, size_t *length)
{
    const size_t room = strnlen(brace, TEMPLATE_NAME_MAX + 2);
    const char *end = memchr(brace, '}', room);
    const char *inner = memchr(brace + 1, '{', end ? (size_t)(end - brace - 1) : 0);

    if (!end || inner)
        return false;
    *length = (size_t)(end - brace - 1);
    return true;
}

static bool same(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

char *template_render(const char *text, const struct template_value *values, size_t count)
{
    struct text out = { 0 };

    while (*text) {
        const size_t plain = strcspn(text, "{");
        size_t length = 0, i = 0;

        text_add_n(&out, text, plain);
        text += plain;
        if (!*text)
            break;
        if (!braced(text, &length))
            i = count;
        while (i < count && !same(values[i].name, text + 1, length))
            i++;
        if (i < count && values[i].value)
            text_add(&out, values[i].value);
        else if (i == count)
            text_add_char(&out, '{');
        text += i < count ? length + 2 : 1;
    }
    return text_take(&out);
}

static bool is_known(const char *const *known, const char *name)
{
    while (*known && strcmp(*known, name) != 0)
        known++;
    return *known != NULL;
}

/* Refuses a name in braces that is not known but was meant: other case, blanks, a letter wrong. */
static bool check_name(const char *inside, size_t length, const char *const *known, struct error *err)
{
    CLEANUP(mem_clean) char *raw = mem_dup_n(inside, length);
    CLEANUP(mem_clean) char *name = text_trim(mem_dup_n(inside, length));
    const char *meant;

    if (is_known(known, raw) || !*name)
        return true;
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    meant = text_nearest(name, known);
    return !meant || error_set(err, "template: {%s}: did you mean {%s}?", raw, meant);
}

static bool check_characters(const char *text, struct error *err)
{
    size_t count = 0;

    if (!utf8_valid(text, strlen(text)))
        return error_set(err, "template: not UTF-8: save the file as UTF-8");
    for (const char *at = text; *at; count++) {
        const uint32_t c = utf8_next(&at);

        if ((c < ' ' && c != '\n' && c != '\r' && c != '\t') || (c >= 0x7f && c < 0xa0))
            return error_set(err, "template: control character U+%04X at character %zu: delete it", (unsigned)c,
                             count + 1);
        if (count == TEMPLATE_MAX)
            return error_set(err, "template: over %d characters: shorten it", (int)TEMPLATE_MAX);
    }
    return count > 0 || error_set(err, "template: empty: write what shall be sent");
}

bool template_check(const char *text, const char *const *known, struct error *err)
{
    const char *brace = text;

    if (!check_characters(text, err))
        return false;
    while ((brace = strchr(brace, '{'))) {
        size_t length;

        if (braced(brace, &length) && !check_name(brace + 1, length, known ? known : template_names, err))
            return false;
        brace++;
    }
    return true;
}

bool template_uses(const char *text, const char *name)
{
    while ((text = strchr(text, '{'))) {
        size_t length;

        if (braced(text, &length) && same(name, text + 1, length))
            return true;
        text++;
    }
    return false;
}
