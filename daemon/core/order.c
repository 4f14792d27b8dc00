/* SPDX-License-Identifier: Apache-2.0 */
/* Orders of staff, word by word; see order.h. */
#include "core/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uninorm.h>

#include "lib/memory.h"
#include "lib/text.h"

enum { NAME_LETTERS_MIN = 2, NAME_LETTERS_MAX = 20, TOKENS_MAX = 80 };

enum act { ACT_NAMES, ACT_ALL, ACT_EXPECTED, ACT_PRESENT, ACT_MISSING, ACT_FILLER };

/* Longer words before those they begin with. */
static const struct {
    const char *text;
    enum act act;
    enum order_word word; /* of ACT_NAMES */
} words[] = {
    { "全部到齐了", ACT_ALL, 0 },
    { "全部到齐", ACT_ALL, 0 },
    { "全部到校", ACT_ALL, 0 },
    { "全员到校", ACT_ALL, 0 },
    { "全到齐了", ACT_ALL, 0 },
    { "全到齐", ACT_ALL, 0 },
    { "都到齐了", ACT_ALL, 0 },
    { "都到齐", ACT_ALL, 0 },
    { "到齐了", ACT_ALL, 0 },
    { "到齐", ACT_ALL, 0 },
    { "全到了", ACT_ALL, 0 },
    { "全到", ACT_ALL, 0 },
    { "全勤", ACT_ALL, 0 },
    { "零报告", ACT_ALL, 0 },
    { "无人缺勤", ACT_ALL, 0 },
    { "没有缺勤", ACT_ALL, 0 },
    { "无缺勤", ACT_ALL, 0 },
    { "allpresent", ACT_ALL, 0 },
    { "allhere", ACT_ALL, 0 },
    { "应到", ACT_EXPECTED, 0 },
    { "expected", ACT_EXPECTED, 0 },
    { "实到", ACT_PRESENT, 0 },
    { "present", ACT_PRESENT, 0 },
    { "缺勤", ACT_NAMES, ORDER_ABSENT },
    { "缺课", ACT_NAMES, ORDER_ABSENT },
    { "未到校", ACT_NAMES, ORDER_ABSENT },
    { "没到校", ACT_NAMES, ORDER_ABSENT },
    { "未到", ACT_NAMES, ORDER_ABSENT },
    { "没到", ACT_NAMES, ORDER_ABSENT },
    { "没来", ACT_NAMES, ORDER_ABSENT },
    { "absent", ACT_NAMES, ORDER_ABSENT },
    { "病假", ACT_NAMES, ORDER_SICK },
    { "sick", ACT_NAMES, ORDER_SICK },
    { "事假", ACT_NAMES, ORDER_LEAVE },
    { "请假", ACT_NAMES, ORDER_LEAVE },
    { "leave", ACT_NAMES, ORDER_LEAVE },
    { "到校了", ACT_NAMES, ORDER_HERE },
    { "已到校", ACT_NAMES, ORDER_HERE },
    { "已到", ACT_NAMES, ORDER_HERE },
    { "到了", ACT_NAMES, ORDER_HERE },
    { "来了", ACT_NAMES, ORDER_HERE },
    { "here", ACT_NAMES, ORDER_HERE },
    { "缺", ACT_MISSING, 0 },
    { "晨检", ACT_FILLER, 0 },
    { "今天", ACT_FILLER, 0 },
};

struct reading {
    struct order *order;
    char *tokens[TOKENS_MAX]; /* borrowed from `text` */
    bool apart[TOKENS_MAX];   /* more than a blank stands before it */
    size_t count;
    int word;                      /* what names belong to now: an order_word; -1: none yet */
    const char *early[TOKENS_MAX]; /* names before any word */
    size_t early_count;
    bool latin_open; /* the name before may go on: "Wang Xiaoming" */
};

void order_free(struct order *order)
{
    free(order->class);
    for (size_t i = 0; i < order->name_count; i++)
        free(order->names[i].name);
    *order = (struct order){ 0 };
}

const char *order_word_name(enum order_word word)
{
    static const char *const names[ORDER_WORDS] = { "absent", "sick", "leave", "here" };

    return names[word];
}

/* Full width and the like in their plain form; the caller frees. */
static char *plain_of(const char *text)
{
    size_t length = 0;
    uint8_t *plain = u8_normalize(UNINORM_NFKC, (const uint8_t *)text, strlen(text), NULL, &length);
    char *out = mem_dup_n(plain ? (const char *)plain : "", plain ? length : 0);

    free(plain);
    return out;
}

/* Bytes of a separator at `at`: a blank, or punctuation (then *apart); 0: none. */
static size_t separator(const char *at, bool *apart)
{
    static const char *const marks[] = { ",", ";", ":", "!", "、", "。", "·", "\n" };

    if (*at == ' ' || *at == '\t' || *at == '\r')
        return 1;
    for (size_t i = 0; i < COUNT(marks); i++)
        if (text_starts(at, marks[i])) {
            *apart = true;
            return strlen(marks[i]);
        }
    return 0;
}

static bool split(struct reading *r, char *text)
{
    bool apart = true;

    for (char *at = text; *at;) {
        size_t length = separator(at, &apart);

        if (length) {
            memset(at, '\0', length);
            at += length;
            continue;
        }
        if (r->count == TOKENS_MAX)
            return false;
        r->apart[r->count] = apart;
        r->tokens[r->count++] = at;
        for (apart = false; *at && !separator(at, &(bool){ false });)
            at++;
    }
    return r->count > 0;
}

static bool is_latin(const char *text)
{
    return (text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z');
}

/* The word that `text` begins with, the length in *length; -1. A Latin word ends where its letters end. */
static int word_at(const char *text, size_t *length)
{
    for (size_t i = 0; i < COUNT(words); i++) {
        const size_t size = strlen(words[i].text);

        if (strncasecmp(text, words[i].text, size) != 0 || (is_latin(text) && is_latin(text + size)))
            continue;
        *length = size;
        return (int)i;
    }
    return -1;
}

/* The word that the whole of `text` ends with, what stands before it in *before; -1. */
static int word_behind(const char *text, size_t *before)
{
    for (const char *at = text; *at; utf8_next(&at)) {
        size_t length;
        const int word = at > text ? word_at(at, &length) : -1;

        if (word >= 0 && !at[length]) {
            *before = (size_t)(at - text);
            return word;
        }
    }
    return -1;
}

/* Digits (and a measure word behind them) at `*at`, which moves behind them; -1. */
static int take_number(const char **at)
{
    static const char *const measures[] = { "人", "名", "个" };
    const size_t digits = strspn(*at, "0123456789");
    int number = 0;

    if (digits == 0 || digits > 4)
        return -1;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (*at)[i] - '0';
    *at += digits;
    for (size_t i = 0; i < COUNT(measures); i++)
        if (text_starts(*at, measures[i]))
            *at += strlen(measures[i]);
    return number;
}

/* "三(2)班", "三年级", "3-2", "32" */
static bool is_class(const char *text)
{
    size_t digits = 0;

    for (const char *at = text; *at; at++)
        digits += *at >= '0' && *at <= '9';
    return digits <= 4 && (text_ends(text, "班") || text_ends(text, "年级") || (digits && utf8_count(text) <= 8));
}

static bool is_name(const char *text)
{
    const size_t letters = utf8_count(text);

    return letters >= NAME_LETTERS_MIN && letters <= NAME_LETTERS_MAX && !strpbrk(text, "0123456789?()[]/\"'");
}

static bool add_class(struct reading *r, const char *text, size_t length)
{
    if (r->order->class || length == 0 || length > 60)
        return false;
    r->order->class = mem_dup_n(text, length);
    if (is_class(r->order->class))
        return true;
    free(r->order->class);
    r->order->class = NULL;
    return false;
}

static bool add_name(struct reading *r, enum order_word word, const char *name, bool goes_on)
{
    struct order *order = r->order;

    if (goes_on && r->latin_open && is_latin(name)) {
        char **last = &order->names[order->name_count - 1].name;
        char *longer = mem_format("%s %s", *last, name);

        free(*last);
        *last = longer;
        return true;
    }
    if (!is_name(name) || order->name_count == ORDER_NAMES_MAX)
        return false;
    order->names[order->name_count].word = word;
    order->names[order->name_count++].name = mem_dup(name);
    r->latin_open = is_latin(name);
    return true;
}

/* A number that a word asks for: behind it, or the next token. */
static bool take_count(struct reading *r, enum act act, const char **rest, size_t *token)
{
    int *const field = act == ACT_EXPECTED  ? &r->order->expected
                       : act == ACT_PRESENT ? &r->order->present
                                            : &r->order->missing;

    if (!**rest && *token + 1 < r->count)
        *rest = r->tokens[++*token];
    if (*field >= 0)
        return false;
    *field = take_number(rest);
    return *field >= 0;
}

/* What stood before the first word: names of it. */
static bool take_early(struct reading *r, enum order_word word)
{
    for (size_t i = 0; i < r->early_count; i++)
        if (!add_name(r, word, r->early[i], false))
            return false;
    r->order->loose = r->order->loose || r->early_count > 0;
    r->early_count = 0;
    return true;
}

/* A token without a word at its beginning. */
static bool take_plain(struct reading *r, const char *text, size_t token)
{
    size_t before = 0;
    const int behind = word_behind(text, &before);
    const char *at = text;

    if (behind >= 0 && words[behind].act == ACT_ALL) {
        r->order->all = true;
        return add_class(r, text, before);
    }
    if (behind >= 0 && words[behind].act == ACT_NAMES && r->word < 0) {
        CLEANUP(mem_clean) char *name = mem_dup_n(text, before);

        r->order->loose = true;
        return take_early(r, words[behind].word) && add_name(r, words[behind].word, name, false);
    }
    if (behind >= 0)
        return false;
    if (strchr(text, '/') && r->order->present < 0 && r->order->expected < 0) { /* 43/45 */
        r->order->present = take_number(&at);
        r->order->expected = *at == '/' ? (at++, take_number(&at)) : -1;
        return r->order->present >= 0 && r->order->expected >= 0 && !*at;
    }
    if (is_class(text))
        return add_class(r, text, strlen(text));
    if (r->word >= 0)
        return add_name(r, (enum order_word)r->word, text, !r->apart[token]);
    r->early[r->early_count++] = text;
    return is_name(text);
}

/* "三(1)班应到45": the class in front of a word, without a blank between. */
static bool take_class(struct reading *r, const char **rest)
{
    const char *behind = strstr(*rest, "班");
    size_t length;

    if (!behind)
        return false;
    behind += strlen("班");
    if (!*behind || word_at(behind, &length) < 0 || !add_class(r, *rest, (size_t)(behind - *rest)))
        return false;
    *rest = behind;
    return true;
}

static bool take_word(struct reading *r, int word, const char **rest, size_t *token)
{
    const enum act act = words[word].act;

    r->latin_open = false;
    switch (act) {
    case ACT_ALL:
        r->order->all = true;
        return true;
    case ACT_NAMES:
        r->word = words[word].word;
        return take_early(r, words[word].word);
    case ACT_EXPECTED:
    case ACT_PRESENT:
    case ACT_MISSING:
        return take_count(r, act, rest, token);
    case ACT_FILLER:
        break;
    }
    return true;
}

static bool take_token(struct reading *r, size_t *token)
{
    const char *rest = r->tokens[*token];
    size_t length = 0;
    int word;

    take_class(r, &rest);
    while (*rest && (word = word_at(rest, &length)) >= 0) {
        rest += length;
        if (!take_word(r, word, &rest, token))
            return false;
    }
    return !*rest || take_plain(r, rest, *token);
}

/* English "all present" is one word here. */
static void join_all(struct reading *r)
{
    for (size_t i = 0; i + 1 < r->count; i++)
        if (strcasecmp(r->tokens[i], "all") == 0 &&
            (strcasecmp(r->tokens[i + 1], "present") == 0 || strcasecmp(r->tokens[i + 1], "here") == 0)) {
            r->order->all = true;
            r->tokens[i] = r->tokens[i + 1] = r->tokens[i] + strlen(r->tokens[i]); /* nothing is left of both */
        }
}

/* What was understood word by word makes sense as a whole. */
static bool is_sound(const struct reading *r)
{
    const struct order *o = r->order;
    bool away = false;

    for (size_t i = 0; i < o->name_count; i++)
        away = away || o->names[i].word != ORDER_HERE;
    if (r->early_count || (o->all && (away || o->missing > 0)))
        return false;
    if (o->expected >= 0 && o->present > o->expected)
        return false;
    if (o->missing >= 0 && o->expected >= 0 && o->present >= 0 && o->expected - o->present != o->missing)
        return false;
    return o->all || o->present >= 0 || (o->expected >= 0 && o->missing >= 0) || o->name_count > 0;
}

bool order_read(struct order *out, const char *text)
{
    struct reading r = { .order = out, .word = -1 };
    CLEANUP(mem_clean) char *plain = NULL;
    bool good;

    *out = (struct order){ .expected = -1, .present = -1, .missing = -1 };
    if (strlen(text) > ORDER_BYTES_MAX || !utf8_valid(text, strlen(text)))
        return false;
    plain = plain_of(text);
    good = split(&r, plain);
    if (good)
        join_all(&r);
    for (size_t i = 0; good && i < r.count; i++)
        good = take_token(&r, &i);
    good = good && is_sound(&r);
    if (!good)
        order_free(out);
    return good;
}

int order_number(const char *text)
{
    CLEANUP(mem_clean) char *plain = strlen(text) <= ORDER_BYTES_MAX ? plain_of(text) : mem_dup("");
    const char *at = text_trim(plain);
    const int number = take_number(&at);

    return *at ? -1 : number;
}

/* Digits as they are, Chinese ones as digits; the words 年级 and 班, brackets and blanks say nothing. */
void order_class_key(char *out, size_t size, const char *name)
{
    static const char *const digits[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十" };
    static const char *const silent[] = { "年级", "年", "级", "班", "(", ")", "-", "_", " ", ".", "第" };
    CLEANUP(mem_clean) char *plain = plain_of(name);
    struct text key = { 0 };

    for (const char *at = plain; *at;) {
        size_t i = 0;

        while (i < COUNT(silent) && !text_starts(at, silent[i]))
            i++;
        if (i < COUNT(silent)) {
            at += strlen(silent[i]);
            continue;
        }
        for (i = 0; i < COUNT(digits) && !text_starts(at, digits[i]);)
            i++;
        if (i < COUNT(digits)) {
            text_add_format(&key, "%zu", i);
            at += strlen(digits[i]);
        } else {
            text_add_utf8(&key, utf8_next(&at));
        }
    }
    snprintf(out, size, "%s", key.data ? key.data : "");
    text_free(&key);
}
