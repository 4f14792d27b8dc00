/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What staff write about who is at school: "全到", "三1班 应到45实到43", "缺勤 王小明、李四 病假 张三", "王小明到了",
 * "absent 王小明". Pure: whether such a class or child exists is for others to say.
 *
 * Promise: a text is an order only when every word of it is understood; anything else is none, and a person reads it.
 * Nothing is guessed: "全到" beside a child who is missing, or "王小明没来吗？", is no order. Never fails otherwise.
 */
#ifndef GREENLINE_CORE_ORDER_H
#define GREENLINE_CORE_ORDER_H

#include <stdbool.h>
#include <stddef.h>

enum { ORDER_NAMES_MAX = 40, ORDER_BYTES_MAX = 2000, ORDER_COUNT_MAX = 9999 };

enum order_word {
    ORDER_ABSENT, /* 缺勤: not there, nobody has said why */
    ORDER_SICK,   /* 病假 */
    ORDER_LEAVE,  /* 事假 */
    ORDER_HERE,   /* 到了: was missed and is there now */
    ORDER_WORDS
};

struct order {
    bool all;   /* 全到: everybody is there */
    bool loose; /* a name stood before its word ("王小明没来"): only a known name makes it an order */
    int expected, present, missing; /* 应到 实到 缺; -1: not said */
    char *class;                    /* as written; NULL */
    struct {
        enum order_word word;
        char *name; /* as written */
    } names[ORDER_NAMES_MAX];
    size_t name_count;
};

/* True when the whole text is an order; the caller frees it with order_free(). On false nothing is left in it. */
bool order_read(struct order *out, const char *text);
void order_free(struct order *order);
/* "absent", "sick", "leave", "here". */
const char *order_word_name(enum order_word word);

/* "43", "４３人": a number and nothing else, 0 to ORDER_COUNT_MAX; -1. */
int order_number(const char *text);

/*
 * A class name as a key by which two spellings of one class are equal: "三(2)班", "三年级2班", "三年级二班", "3-2" are all
 * "32". Written into `out`, at most `size` bytes.
 */
void order_class_key(char *out, size_t size, const char *name);

#endif
